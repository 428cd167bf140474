"""The results of forming circles, round mentors or of equals, each with a ceiling that no plan can pass."""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis_engine.matching.plan import ENGINE_VERSION, Pair
from trellis_engine.matching.reasons import Unmatched

CIRCLE_OBJECTIVE = "most_in_circles_then_total"
GROUP_OBJECTIVE = "most_in_groups_then_total"


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """A good plan and how far from the best it can be. ``value`` = bonus x matched + total; no plan is worth more than
    ``bound``."""

    smallest: int
    total: int
    matched: int
    bonus: int
    bound: int
    settings_hash: str
    input_hash: str
    salt: str
    objective: str
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
        """The gap as people more that a better plan may place, and points (negative: fewer)."""
        people = (self.gap + self.bonus // 2) // self.bonus
        return people, self.gap - people * self.bonus


@dataclass(frozen=True, kw_only=True)
class CirclePlan(Bounded):
    """Each mentee is in one circle at most. ``prices`` prove the bound. A mentor to whom somebody is pinned opens
    however few come: a person's decision outweighs the smallest size."""

    pairs: tuple[Pair, ...]
    unmatched: tuple[Unmatched, ...]
    prices: Mapping[str, int]
    silent: tuple[str, ...]
    objective: str = CIRCLE_OBJECTIVE


@dataclass(frozen=True, kw_only=True)
class GroupPlan(Bounded):
    """People who all stand on one side. ``left``: who found no group."""

    groups: tuple[tuple[str, ...], ...]
    left: tuple[str, ...]
    largest: int
    objective: str = GROUP_OBJECTIVE
