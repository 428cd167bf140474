"""The result of forming groups of people who all stand on one side, and a ceiling that no plan can pass."""

from dataclasses import dataclass

from trellis_engine.matching.plan import ENGINE_VERSION

GROUP_OBJECTIVE = "most_in_groups_then_total"


@dataclass(frozen=True)
class GroupPlan:
    """``left``: who found no group. ``value`` = bonus x matched + total; ``gap`` 0: proven best."""

    groups: tuple[tuple[str, ...], ...]
    left: tuple[str, ...]
    smallest: int
    largest: int
    total: int
    matched: int
    bonus: int
    bound: int
    settings_hash: str
    input_hash: str
    salt: str
    objective: str = GROUP_OBJECTIVE
    engine_version: str = ENGINE_VERSION

    @property
    def value(self) -> int:
        return self.bonus * self.matched + self.total

    @property
    def gap(self) -> int:
        return self.bound - self.value
