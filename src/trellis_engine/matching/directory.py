"""Informal matching: the mentors one mentee could choose from, best first.

What is said depends on the two people, the settings and who has a free place, and on nobody else's wishes or answers.
Mentors whom a rule keeps apart from the mentee are not in it, so that nothing shows which rule it was; nor are those
without a free place. Equal scores are put in an order of their own for each mentee and salt: otherwise the same mentor
would stand first in every list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from trellis_engine.matching.explain import Explanation, explain
from trellis_engine.matching.hashing import digest
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.reasons import Refusal
from trellis_engine.matching.score import ONLY, Scorer, why_not
from trellis_engine.matching.settings import Settings


@dataclass(frozen=True)
class Directory:
    """One mentee before some mentors. Work is done when it is asked for, and once."""

    mentee: Participant
    mentors: tuple[Participant, ...]
    settings: Settings
    taxonomy: Taxonomy
    salt: str

    @cached_property
    def pool(self) -> Pool:
        return Pool((self.mentee,), self.mentors)

    @cached_property
    def scores(self) -> Mapping[str, int]:
        """Mentor to score; 0 where a rule forbids the pair. Raises InputRefused for unusable settings."""
        judged = Scorer(self.pool, self.settings, self.taxonomy).judge(ONLY)[0][0].tolist()
        return {mentor.id: score for mentor, score in zip(self.mentors, judged, strict=True)}

    @cached_property
    def possible(self) -> tuple[str, ...]:
        """Allowed mentors with a free place, best first."""
        free = (mentor.id for mentor in self.mentors if mentor.places and self.scores[mentor.id])
        return tuple(sorted(free, key=self.place))

    def place(self, mentor: str) -> tuple[int, str]:
        """What puts a mentor before another: the higher score, then the mentee's own drawn order."""
        return -self.scores[mentor], self.drawn(mentor)

    def drawn(self, mentor: str) -> str:
        """Where a mentor stands among equals, for this mentee alone."""
        return digest([self.salt, self.mentee.id, mentor])

    def explain(self, mentor: str) -> Explanation:
        """The reasons and the gap that both would read."""
        return explain(self.pool, self.settings, self.taxonomy, self.mentee.id, mentor)

    def why_not(self, mentor: str) -> Refusal | None:
        return why_not(self.pool, self.settings, self.taxonomy, self.mentee.id, mentor)
