"""Where a mentorship stands: the one place that decides a stage."""

from dataclasses import dataclass

from trellis_engine.journey.conditions import Condition, judge
from trellis_engine.journey.facts import Facts
from trellis_engine.journey.plan import Requirement, Stage, StagePlan


@dataclass(frozen=True)
class Standing:
    """A mentorship's place in its plan."""

    stage: str
    done_stages: tuple[str, ...]  # behind it, and later ones already fulfilled
    passed: tuple[str, ...]  # left by this very assessment, in order
    open_stages: tuple[str, ...]  # later ones that have begun: stages may overlap
    exit: tuple[Condition, ...]  # what finishes the stage
    ready: bool  # nothing is missing any more; only the last stage stays ready


def conditions_of(plan: StagePlan, requirements: tuple[Requirement, ...], facts: Facts) -> tuple[Condition, ...]:
    return tuple(judge(plan, requirement, facts) for requirement in requirements)


def _all_met(plan: StagePlan, requirements: tuple[Requirement, ...], facts: Facts) -> bool:
    return all(condition.met for condition in conditions_of(plan, requirements, facts))


def assess(plan: StagePlan, current: str, facts: Facts, *, moves: bool = True) -> Standing:
    """Go on from `current` through every stage whose exit conditions are met; with `moves=False`, stay.

    Never goes back and never jumps: `passed` lists each stage that was left. Same input, same answer.
    """
    start = at = plan.index(current)
    while moves and at + 1 < len(plan.stages) and _all_met(plan, plan.stages[at].exit, facts):
        at += 1
    stage, later = plan.stages[at], plan.stages[at + 1 :]
    begun = [other for other in later if _all_met(plan, other.entry, facts)]
    fulfilled = {other.id for other in begun if _all_met(plan, other.exit, facts)}
    exits = conditions_of(plan, stage.exit, facts)
    return Standing(
        stage=stage.id,
        done_stages=(*_ids(plan.stages[:at]), *(other.id for other in begun if other.id in fulfilled)),
        passed=_ids(plan.stages[start:at]),
        open_stages=tuple(other.id for other in begun if other.id not in fulfilled),
        exit=exits,
        ready=all(condition.met for condition in exits),
    )


def _ids(stages: tuple[Stage, ...]) -> tuple[str, ...]:
    return tuple(stage.id for stage in stages)
