"""The pool of a programme as it would be if its running pairs could be placed again."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from trellis.matching.queries.pool import PairIds, load_pool, ruled_out
from trellis.mentorships.choices import LIVE_STATES, PartyRole
from trellis.mentorships.models import Party
from trellis.programmes.models import Programme
from trellis_engine.matching import Participant, Pool


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


def load_rematch(programme: Programme, now: datetime) -> tuple[Pool, PairIds, PairIds]:
    """The pool with every running pair's places free, those pairs, and the pairs that stay ruled out."""
    pool, kept = released(load_pool(programme, now), running_pairs(programme))
    both_ways = kept | {(mentor, mentee) for mentee, mentor in kept}
    return pool, kept, ruled_out(programme) - both_ways
