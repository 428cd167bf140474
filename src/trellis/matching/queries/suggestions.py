"""Who would suit one person: the same scores and reasons that a round would use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trellis.matching.queries.pool import engine_settings, engine_taxonomy, load_pool, matching_of, ruled_out
from trellis.matching.stored import reasons_to_json
from trellis.programmes.choices import EQUALS, EnrolmentState, Side
from trellis.programmes.models import Enrolment
from trellis_engine.matching import InputRefused, Participant, Pool, Refusal
from trellis_engine.matching.directory import Directory

TIES = "directory"  # one order of equals for each person who looks, the same on every visit


@dataclass(frozen=True)
class Suggestion:
    """A mentor this mentee could have, with the score (1 to 100 000; 0: not scored) and the reasons both would read."""

    mentor: Enrolment
    score: int
    reasons: dict[str, Any]


@dataclass(frozen=True)
class Outlook:
    """One person before everybody on the other side of the programme. Ids are the engine's (`Person.external_id`)."""

    directory: Directory
    side: str  # mine

    @property
    def me(self) -> Participant:
        return self.directory.me

    @property
    def others(self) -> Mapping[str, Participant]:
        return self.directory.other_by_id

    @property
    def scores(self) -> Mapping[str, int]:
        """Other to score; 0 where a rule forbids the pair."""
        return self.directory.scores

    @property
    def possible(self) -> list[str]:
        """Allowed others with a free place, best first; between equals an order that nobody can read anything from."""
        return list(self.directory.possible)

    def drawn(self, other: str) -> str:
        """Where somebody stands among equals, for this person alone: nobody stands first in every list."""
        return self.directory.drawn(other)

    @property
    def scored(self) -> bool:
        """False where the programme scores nobody: everybody allowed is as good as anybody else."""
        return bool(self.directory.settings.weights)

    def score_of(self, other: str) -> int:
        """The score to be kept with a pair; 0 where nobody is scored."""
        return self.scores[other] if self.scored else 0

    def reasons(self, other: str) -> dict[str, Any]:
        return reasons_to_json(self.directory.explain(other))

    def why_not(self, other: str) -> Refusal | None:
        return self.directory.why_not(other)


def outlook_of(enrolment: Enrolment, *, now: datetime, all_wishes: bool = False) -> Outlook | None:
    """None when the person is not ready to be matched, or the programme's settings cannot be used; and among equals,
    where the next partner is found by another round, because everybody else's partner moves with it.

    A mentor has an outlook on those mentees alone who let mentors find them. Others' wishes count only where they are
    returned: a score that somebody reads must not tell them who wishes for them. `all_wishes`: for other readers. A
    fixed number of queries, whatever the number of people.
    """
    if enrolment.programme.model in EQUALS:
        return None
    pool, side, code = load_pool(enrolment.programme, now), enrolment.side, enrolment.person.external_id
    me = (pool.mentee_by_id if side == Side.MENTEE else pool.mentor_by_id).get(code)
    if me is None:
        return None
    others: Iterable[Participant] = pool.mentors if side == Side.MENTEE else _findable(enrolment, pool)
    seen = tuple(others if all_wishes else (_with_returned_wishes(other, me) for other in others))
    try:
        settings = engine_settings({**matching_of(enrolment.programme), "ruled_out": ruled_out(enrolment.programme)})
    except InputRefused:
        return None
    return Outlook(Directory(me, seen, settings, engine_taxonomy(), TIES, offers=side == Side.MENTOR), side)


def _findable(mentor: Enrolment, pool: Pool) -> Iterable[Participant]:
    rows = Enrolment.objects.filter(programme=mentor.programme_id, side=Side.MENTEE, findable=True)
    codes = frozenset(rows.values_list("person__external_id", flat=True))
    return (mentee for mentee in pool.mentees if mentee.id in codes)


def _with_returned_wishes(other: Participant, me: Participant) -> Participant:
    return other if other.id in me.ranked and me.id in other.ranked else replace(other, ranked=())


def best_for(mentee: Enrolment, *, now: datetime, most: int | None) -> list[Suggestion]:
    """Possible mentors with a free place, best first; empty when the mentee is not ready to be matched."""
    outlook = outlook_of(mentee, now=now, all_wishes=True)
    if outlook is None:
        return []
    chosen = outlook.possible[:most]
    enrolments = mentors_by_code(mentee, chosen)
    return [Suggestion(enrolments[code], outlook.score_of(code), outlook.reasons(code)) for code in chosen]


def mentors_by_code(mentee: Enrolment, codes: list[str]) -> dict[str, Enrolment]:
    """The engine's ids to the approved mentors of the mentee's programme; one query."""
    rows = Enrolment.objects.filter(
        programme=mentee.programme_id, side=Side.MENTOR, state=EnrolmentState.APPROVED, person__external_id__in=codes
    )
    return {row.person.external_id: row for row in rows.select_related("person").without_words()}
