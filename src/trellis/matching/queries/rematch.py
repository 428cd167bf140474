"""The pool of a programme as it would be if its running pairs could be placed again."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from trellis.matching.queries.exchanges import running_here
from trellis.matching.queries.pool import PairIds, engine_taxonomy, load_pool, ruled_out
from trellis.matching.queries.solving import refused_by, smallest_circle
from trellis.mentorships.choices import LIVE_STATES, PartyRole
from trellis.mentorships.models import Party
from trellis.people.choices import PersonStatus
from trellis.programmes.choices import EQUALS, EnrolmentState, Side
from trellis.programmes.models import Enrolment, Programme
from trellis_engine.matching import Participant, Pool, Settings

SHOWN = 12  # names
MOST_POINTS = 40  # a pair that stands cannot be worth more beyond its score: then hardly anything would ever change
HELD = "held"  # of a round's settings: running pairs that are pinned because their mentee would be left with nobody


def released(pool: Pool, pairs: PairIds) -> tuple[Pool, PairIds]:
    """The pool with the places of these pairs free again, and those of the pairs of which both are in it."""
    here = frozenset(
        (mentee, mentor) for mentee, mentor in pairs if mentee in pool.mentee_by_id and mentor in pool.mentor_by_id
    )
    sides = [Counter(pair[side] for pair in here) for side in (0, 1)]
    mentees, mentors = (
        tuple(_freed(person, freed[person.id]) for person in people)
        for people, freed in zip((pool.mentees, pool.mentors), sides, strict=True)
    )
    return Pool(mentees, mentors), here


def _freed(person: Participant, count: int) -> Participant:
    return replace(person, places=person.places + count, busy=max(person.busy - count, 0)) if count else person


def can_place_again(programme: Programme) -> bool:
    """Whether a pair of one mentee and one mentor runs here, and pairs are what this programme matches."""
    return programme.model not in EQUALS and smallest_circle(programme) < 2 and bool(running_here(programme))


@dataclass(frozen=True)
class Rematch:
    """Who is without a partner after a mentorship of this programme came to its end, and how many pairs run."""

    alone: int
    names: list[str]  # the first of them
    running: int
    free_places: int


def rematch_of(programme: Programme) -> Rematch:
    """Three queries."""
    live = Party.objects.filter(mentorship__programme=programme, mentorship__state__in=LIVE_STATES)
    mentored = Party.objects.filter(mentorship__programme=programme, role=PartyRole.MENTEE)
    alone = (
        Enrolment.objects.filter(programme=programme, state=EnrolmentState.APPROVED, side=Side.MENTEE)
        .filter(person__in=mentored.values("person"))
        .exclude(person__in=live.filter(role=PartyRole.MENTEE).values("person"))
        .exclude(person__status__in=[PersonStatus.LEFT, PersonStatus.SUSPENDED])
        .order_by("person__sort_name", "pk")
    )
    names = [
        f"{preferred or given} {family}".strip()
        for given, preferred, family in alone.values_list(
            "person__given_name", "person__preferred_name", "person__family_name"
        )
    ]
    counted = live.aggregate(
        pairs=Count("mentorship", distinct=True), mentors=Count("id", filter=Q(role=PartyRole.MENTOR))
    )
    offered = Enrolment.objects.filter(programme=programme, state=EnrolmentState.APPROVED, side=Side.MENTOR)
    places = offered.aggregate(places=Coalesce(Sum("places"), 0))["places"]
    return Rematch(len(names), names[:SHOWN], counted["pairs"], max(places - counted["mentors"], 0))


def people_for(programme: Programme, settings: Mapping[str, Any], now: datetime) -> tuple[Pool, PairIds, PairIds]:
    """Whom a round with these settings is solved for, the running pairs that it may part, and those ruled out."""
    if settings.get("released"):
        return load_rematch(programme, now)
    return load_pool(programme, now), frozenset(), ruled_out(programme)


def to_hold(pool: Pool, kept: PairIds, served: Collection[str], settings: Settings) -> PairIds:
    """Running pairs to hold together, one for each mentee that a plan leaves without anybody, where the rules allow
    the pair (else they are in no plan, and simply go on as they are)."""
    lost: dict[str, tuple[str, str]] = {}
    free = replace(settings, pinned=frozenset())
    for mentee, mentor in sorted(kept):
        if mentee in served or mentee in lost:
            continue
        if refused_by(False, pool, free, engine_taxonomy(), mentee, mentor) is None:
            lost[mentee] = mentee, mentor
    return frozenset(lost.values())


def load_rematch(programme: Programme, now: datetime) -> tuple[Pool, PairIds, PairIds]:
    """The pool with every running pair's places free, those pairs, and the pairs that stay ruled out."""
    pool, kept = released(load_pool(programme, now), frozenset(running_here(programme)))
    both_ways = kept | {(mentor, mentee) for mentee, mentor in kept}
    return pool, kept, ruled_out(programme) - both_ways
