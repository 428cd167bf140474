"""Who would suit one mentee: the same scores and reasons that a round would use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from trellis.matching.queries.pool import engine_settings, engine_taxonomy, load_pool, matching_of, ruled_out
from trellis.matching.stored import reasons_to_json
from trellis.programmes.choices import EQUALS, EnrolmentState, Side
from trellis.programmes.models import Enrolment
from trellis_engine.matching import InputRefused, Participant, Pool, Refusal, Settings
from trellis_engine.matching.directory import Directory

TIES = "directory"  # one order of equals for each mentee, the same on every visit


@dataclass(frozen=True)
class Suggestion:
    """A mentor this mentee could have, with the score (1 to 100 000; 0: not scored) and the reasons both would read."""

    mentor: Enrolment
    score: int
    reasons: dict[str, Any]


@dataclass(frozen=True)
class Outlook:
    """One mentee before all mentors of the programme. Ids are the engine's (`Person.external_id`)."""

    mentee: Participant
    pool: Pool
    settings: Settings

    @cached_property
    def directory(self) -> Directory:
        return Directory(self.mentee, self.pool.mentors, self.settings, engine_taxonomy(), TIES)

    @property
    def scores(self) -> Mapping[str, int]:
        """Mentor to score; 0 where a rule forbids the pair."""
        return self.directory.scores

    @property
    def possible(self) -> list[str]:
        """Allowed mentors with a free place, best first; between equals an order that nobody can read anything from."""
        return list(self.directory.possible)

    @property
    def scored(self) -> bool:
        """False where the programme scores nobody: every allowed mentor is as good as any other."""
        return bool(self.settings.weights)

    def score_of(self, mentor: str) -> int:
        """The score to be kept with a pair; 0 where nobody is scored."""
        return self.scores[mentor] if self.scored else 0

    def reasons(self, mentor: str) -> dict[str, Any]:
        return reasons_to_json(self.directory.explain(mentor))

    def why_not(self, mentor: str) -> Refusal | None:
        return self.directory.why_not(mentor)


def outlook_of(mentee: Enrolment, *, now: datetime) -> Outlook | None:
    """None when the mentee is not ready to be matched, or the programme's settings cannot be used; and among equals,
    where the next partner is found by another round, because everybody else's partner moves with it.

    A fixed number of queries, whatever the number of mentors.
    """
    if mentee.programme.model in EQUALS:
        return None
    pool = load_pool(mentee.programme, now)
    person = pool.mentee_by_id.get(mentee.person.external_id)
    if person is None:
        return None
    try:
        settings = engine_settings({**matching_of(mentee.programme), "ruled_out": ruled_out(mentee.programme)})
    except InputRefused:
        return None
    return Outlook(person, Pool((person,), pool.mentors), settings)


def best_for(mentee: Enrolment, *, now: datetime, most: int | None) -> list[Suggestion]:
    """Possible mentors with a free place, best first; empty when the mentee is not ready to be matched."""
    outlook = outlook_of(mentee, now=now)
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
