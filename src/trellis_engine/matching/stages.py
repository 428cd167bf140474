"""A plan that is best in one thing after another: what each step reached, and the prices that prove it."""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis_engine.matching.plan import Plan


@dataclass(frozen=True)
class Stage:
    """One step of the chain: how much of its goal the plan reaches, and the prices that prove that no plan which is
    best in the steps before reaches more. A price left out is 0; a mentor who must be full may have one below 0."""

    goal: str  # "matched", "choice" or "total"
    rank: int  # of a choice, from 1; 0 otherwise
    value: int
    prices: Mapping[str, int]


@dataclass(frozen=True)
class StagedPlan(Plan):
    """``prices`` are those of the last stage, the total score."""

    stages: tuple[Stage, ...] = ()
