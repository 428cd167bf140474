"""The shipped cycle as a plan, read from content the way the product reads it."""

from datetime import date
from pathlib import Path

import yaml

import trellis
from trellis_engine.journey import Facts, Member, Stage, StagePlan, requirement

CONTENT = yaml.safe_load((Path(trellis.__file__).parent / "content" / "stages.yaml").read_text())
WEEKS = {
    "orientation": (-3, 0), "connection": (0, 6), "goal_setting": (4, 9), "action_planning": (7, 12),
    "growth": (11, 33), "review": (18, 21), "evaluation": (33, 37), "closure": (36, 39),
}  # fmt: skip
ALL_FIELDS = frozenset({
    "outcome", "evidence", "due_date", "why", "linked_skill_or_level", "if_then_step", "first_action_date",
    "final_attainment",
})  # fmt: skip
MONDAY = date(2026, 10, 5)


def _requirements(lines: object) -> tuple:
    lines = [lines] if isinstance(lines, dict) else lines
    return tuple(requirement(*next(iter(line.items()))) for line in lines)


def shipped_plan(*ids: str) -> StagePlan:
    """All eight stages, or those named."""
    return StagePlan(
        tuple(
            Stage(raw["id"], *WEEKS[raw["id"]], _requirements(raw["entry"]), _requirements(raw["exit"]))
            for raw in CONTENT["stages"]
            if not ids or raw["id"] in ids
        )
    )


def a_member(role: str = "mentee", number: int = 1, **facts: object) -> Member:
    return Member(id=number, role=role, **facts)


def done_member(role: str, number: int) -> Member:
    return Member(
        number, role, profile_complete=True, training_done=True, consent_recorded=True, signed=True, reviewed=True,
        surveys=frozenset({"pulse_30", "mid_pack", "end_pack"}),
    )  # fmt: skip


def everything_done() -> Facts:
    return Facts(
        members=(done_member("mentee", 1), done_member("mentor", 2)), meetings_held=12, meetings_planned_to_date=12,
        goals_active=2, goals=(ALL_FIELDS, ALL_FIELDS), open_actions=4, elapsed_share=1.0, closure_recorded=True,
    )  # fmt: skip


def just_started() -> Facts:
    return Facts(members=(a_member("mentee", 1), a_member("mentor", 2)))
