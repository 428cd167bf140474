"""A programme's stages in order, and what each asks for. Built from content, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

CYCLE = (
    "orientation", "connection", "goal_setting", "action_planning", "growth", "review", "evaluation", "closure",
)  # fmt: skip
VOCABULARY = frozenset({
    "profile_complete", "training_done", "consent_recorded", "match_accepted_both", "meetings_held_gte",
    "agreement_signed_both", "goals_active_between", "goal_has", "action_items_open_gte", "survey_done",
    "review_recorded", "elapsed_share_gte", "meetings_share_of_planned_gte", "person_enrolled", "any_of",
    "closure_recorded",
})  # fmt: skip


@dataclass(frozen=True)
class Requirement:
    """One condition of the closed vocabulary, with whatever it is about."""

    key: str
    numbers: tuple[float, ...] = ()
    names: tuple[str, ...] = ()  # goal fields, or the survey pack
    roles: tuple[str, ...] = ()  # whose it is; empty: everybody's
    options: tuple["Requirement", ...] = ()  # of any_of

    def of(self, roles: tuple[str, ...]) -> "Requirement":
        """The same, asked of these roles only."""
        return replace(self, roles=roles)


ROLES = frozenset({"mentee", "mentor"})


def requirement(key: str, value: object) -> Requirement:
    """A requirement from a line of content (`{meetings_held_gte: 2}`); raises ValueError for an unknown word."""
    if key not in VOCABULARY:
        raise ValueError(f"{key} is not a condition: see condition_vocabulary in stages.yaml.")
    if key == "any_of":
        assert isinstance(value, Sequence)
        return Requirement(key, options=tuple(requirement(*next(iter(line.items()))) for line in value))
    parts = value if isinstance(value, list | tuple) else [value]
    numbers = tuple(float(part) for part in parts if isinstance(part, int | float) and not isinstance(part, bool))
    words = tuple(part for part in parts if isinstance(part, str))
    roles = tuple(word for word in words if word in ROLES)
    return Requirement(key, numbers, tuple(word for word in words if word not in ROLES), roles)


@dataclass(frozen=True)
class Stage:
    """One stage of a plan. Weeks count from the pair's own start; the first may begin before it."""

    id: str
    from_week: int
    to_week: int
    entry: tuple[Requirement, ...] = ()
    exit: tuple[Requirement, ...] = ()


@dataclass(frozen=True)
class StagePlan:
    """The stages of one programme in order. A model's variation is a plan with fewer stages.

    `quorum_share` is the part of the people concerned that must meet a condition: all of a pair, two thirds of
    a circle.
    """

    stages: tuple[Stage, ...]
    quorum_share: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if not self.stages:
            raise ValueError("A plan has at least one stage.")

    def index(self, stage_id: str) -> int:
        """The place of a stage. One that the plan does not have (any more) stands where the cycle would go on."""
        ids = [stage.id for stage in self.stages]
        if stage_id in ids:
            return ids.index(stage_id)
        wanted = CYCLE.index(stage_id)
        return next((at for at, known in enumerate(ids) if CYCLE.index(known) > wanted), len(ids) - 1)

    def after(self, stage_id: str) -> Stage | None:
        """The next stage, or None at the end."""
        at = self.index(stage_id)
        return self.stages[at + 1] if at + 1 < len(self.stages) else None

    def quorum(self, people: int) -> int:
        """How many of `people` must meet a condition."""
        return ceil(people * self.quorum_share)
