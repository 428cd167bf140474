"""The result of forming circles round mentors: who is in which, and a ceiling that no plan can pass."""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis_engine.matching.plan import ENGINE_VERSION, Pair
from trellis_engine.matching.reasons import Unmatched

CIRCLE_OBJECTIVE = "most_in_circles_then_total"


@dataclass(frozen=True)
class CirclePlan:
    """A good plan and how far from the best it can be. Each mentee is in one circle at most.

    ``value`` = bonus x matched + total; no plan is worth more than ``bound``. ``prices`` prove the bound. A mentor to
    whom somebody is pinned opens however few come: a person's decision outweighs the smallest size.
    """

    pairs: tuple[Pair, ...]
    smallest: int
    total: int
    matched: int
    unmatched: tuple[Unmatched, ...]
    prices: Mapping[str, int]
    bonus: int
    bound: int
    silent: tuple[str, ...]
    settings_hash: str
    input_hash: str
    salt: str
    objective: str = CIRCLE_OBJECTIVE
    engine_version: str = ENGINE_VERSION

    @property
    def value(self) -> int:
        return self.bonus * self.matched + self.total

    @property
    def gap(self) -> int:
        """In units of ``value``; 0: proven best."""
        return self.bound - self.value

    @property
    def gap_apart(self) -> tuple[int, int]:
        """The gap as mentees more that a better plan may place, and points (negative: fewer)."""
        mentees = (self.gap + self.bonus // 2) // self.bonus
        return mentees, self.gap - mentees * self.bonus
