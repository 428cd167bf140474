"""The result of a rotation: who meets whom in which week, and the prices that prove it."""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis_engine.matching.plan import ENGINE_VERSION, Pair
from trellis_engine.matching.reasons import Unmatched

MOST_WEEKS = 52
OBJECTIVE = "rotation"


@dataclass(frozen=True, order=True)
class Meeting:
    """One meeting in one week, counted from 1."""

    week: int
    mentee: str
    mentor: str
    score: int


@dataclass(frozen=True)
class Rotation:
    """The best rotation, with everything needed to prove and repeat it.

    ``matched``: mentees who meet anybody. ``each``: what a meeting is worth beside its score; ``first``: what a
    mentee's first is worth beside that. Each is more than all that comes after it could add up to. ``prices``: what
    room for one more meeting with a mentor would add; a mentor left out has price 0.
    """

    meetings: tuple[Meeting, ...]
    weeks: int
    matched: int
    total: int
    unmatched: tuple[Unmatched, ...]
    prices: Mapping[str, int]
    each: int
    first: int
    silent: tuple[str, ...]
    settings_hash: str
    input_hash: str
    salt: str
    objective: str = OBJECTIVE
    engine_version: str = ENGINE_VERSION

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Who meets whom, whenever."""
        return tuple(sorted(Pair(each.mentee, each.mentor, each.score) for each in self.meetings))
