"""Informal matching: those one person could choose from, best first; the mentors for a mentee, or the other way round.

What is said depends on the two people, the settings and who has a free place, and on nobody else's wishes or answers.
Whoever a rule keeps apart from the person is not in it, so that nothing shows which rule it was; nor are those without
a free place. Equal scores are put in an order of their own for each person and salt: otherwise the same one would stand
first in every list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from trellis_engine.matching.explain import Explanation, explain
from trellis_engine.matching.hashing import digest
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.reasons import Refusal
from trellis_engine.matching.score import Scorer, why_not
from trellis_engine.matching.settings import Settings


@dataclass(frozen=True)
class Directory:
    """One person before some of the other side. Work is done when it is asked for, and once."""

    me: Participant
    others: tuple[Participant, ...]
    settings: Settings
    taxonomy: Taxonomy
    salt: str
    offers: bool = False  # I am the mentor, and the others seek one

    @cached_property
    def pool(self) -> Pool:
        return Pool(self.others, (self.me,)) if self.offers else Pool((self.me,), self.others)

    @property
    def other_by_id(self) -> Mapping[str, Participant]:
        return self.pool.mentee_by_id if self.offers else self.pool.mentor_by_id

    @cached_property
    def scores(self) -> Mapping[str, int]:
        """Other to score; 0 where a rule forbids the pair. Raises InputRefused for unusable settings."""
        judged = Scorer(self.pool, self.settings, self.taxonomy).judge(slice(0, len(self.pool.mentees)))[0]
        return dict(zip(self.other_by_id, judged.ravel().tolist(), strict=True))

    @cached_property
    def possible(self) -> tuple[str, ...]:
        """Allowed others with a free place, best first."""
        free = (other.id for other in self.others if other.places and self.scores[other.id])
        return tuple(sorted(free, key=self.place))

    def place(self, other: str) -> tuple[int, str]:
        """What puts somebody before another: the higher score, then the person's own drawn order."""
        return -self.scores[other], self.drawn(other)

    def drawn(self, other: str) -> str:
        """Where somebody stands among equals, for this person alone."""
        return digest([self.salt, self.me.id, other])

    def explain(self, other: str) -> Explanation:
        """The reasons and the gap that both would read."""
        return explain(self.pool, self.settings, self.taxonomy, *self._pair(other))

    def why_not(self, other: str) -> Refusal | None:
        return why_not(self.pool, self.settings, self.taxonomy, *self._pair(other))

    def _pair(self, other: str) -> tuple[str, str]:
        return (other, self.me.id) if self.offers else (self.me.id, other)
