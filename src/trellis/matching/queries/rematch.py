"""The pool of a programme as it would be if its running pairs could be placed again."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from trellis.matching.queries.pool import PairIds, load_pool, ruled_out
from trellis.mentorships.choices import LIVE_STATES, PartyRole
from trellis.mentorships.models import Party
from trellis.people.choices import PersonStatus
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment, Programme
from trellis_engine.matching import Participant, Pool

SHOWN = 12  # names


def running_pairs(programme: Programme) -> PairIds:
    """(mentee, mentor) of every running mentorship of two, by the ids that the engine knows. One query."""
    sides: dict[int, dict[str, list[str]]] = {}
    rows = Party.objects.filter(mentorship__programme=programme, mentorship__state__in=LIVE_STATES)
    for mentorship, role, code in rows.values_list("mentorship_id", "role", "person__external_id"):
        sides.setdefault(mentorship, {}).setdefault(role, []).append(code)
    found = ((each.get(PartyRole.MENTEE, ()), each.get(PartyRole.MENTOR, ())) for each in sides.values())
    return frozenset((mentees[0], mentors[0]) for mentees, mentors in found if len(mentees) == len(mentors) == 1)


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


def load_rematch(programme: Programme, now: datetime) -> tuple[Pool, PairIds, PairIds]:
    """The pool with every running pair's places free, those pairs, and the pairs that stay ruled out."""
    pool, kept = released(load_pool(programme, now), running_pairs(programme))
    both_ways = kept | {(mentor, mentee) for mentee, mentor in kept}
    return pool, kept, ruled_out(programme) - both_ways
