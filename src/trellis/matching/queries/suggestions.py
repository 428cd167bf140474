"""Who would suit one person: the same scores and reasons that a round would use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from trellis.matching.queries.pool import engine_settings, engine_taxonomy, load_pool, matching_of, ruled_out
from trellis.matching.stored import reasons_to_json
from trellis.programmes.choices import EQUALS, EnrolmentState, Side
from trellis.programmes.models import Enrolment
from trellis_engine.matching import InputRefused, Participant, Pool, Refusal, Settings, explain, why_not
from trellis_engine.matching.hashing import digest
from trellis_engine.matching.score import Scorer

TIES = "directory"  # one order of equals for each person who looks, the same on every visit


@dataclass(frozen=True)
class Suggestion:
    """A mentor this mentee could have, with the score (1 to 100 000; 0: not scored) and the reasons both would read."""

    mentor: Enrolment
    score: int
    reasons: dict[str, Any]


@dataclass(frozen=True)
class Outlook:
    """One person before everybody on the other side of the programme. Ids are the engine's (`Person.external_id`).

    What is said depends on the two people, the settings and who has a free place, and on nobody else. Work is done when
    it is asked for, and once.
    """

    me: Participant
    side: str  # mine; in the pool nobody else is on it
    pool: Pool
    settings: Settings

    @property
    def others(self) -> Mapping[str, Participant]:
        return self.pool.mentor_by_id if self.side == Side.MENTEE else self.pool.mentee_by_id

    @cached_property
    def scores(self) -> Mapping[str, int]:
        """Other to score; 0 where a rule forbids the pair."""
        if not self.others:
            return {}
        everybody = slice(0, len(self.pool.mentees))
        judged = Scorer(self.pool, self.settings, engine_taxonomy()).judge(everybody)[0]
        return dict(zip(self.others, judged.ravel().tolist(), strict=True))

    @property
    def possible(self) -> list[str]:
        """Allowed others with a free place, best first; between equals an order that nobody can read anything from."""
        free = (code for code, other in self.others.items() if other.places and self.scores[code])
        return sorted(free, key=lambda code: (-self.scores[code], self.drawn(code)))

    def drawn(self, other: str) -> str:
        """Where somebody stands among equals, for this person alone: nobody stands first in every list."""
        return digest([TIES, self.me.id, other])

    @property
    def scored(self) -> bool:
        """False where the programme scores nobody: everybody allowed is as good as anybody else."""
        return bool(self.settings.weights)

    def score_of(self, other: str) -> int:
        """The score to be kept with a pair; 0 where nobody is scored."""
        return self.scores[other] if self.scored else 0

    def reasons(self, other: str) -> dict[str, Any]:
        return reasons_to_json(explain(self.pool, self.settings, engine_taxonomy(), *self._pair(other)))

    def why_not(self, other: str) -> Refusal | None:
        return why_not(self.pool, self.settings, engine_taxonomy(), *self._pair(other))

    def _pair(self, other: str) -> tuple[str, str]:
        return (self.me.id, other) if self.side == Side.MENTEE else (other, self.me.id)


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
    return Outlook(me, side, Pool((me,), seen) if side == Side.MENTEE else Pool(seen, (me,)), settings)


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
