"""Every write of this app: goals, who sees them, their progress and their steps."""

from trellis.goals.actions.goals import (
    GoalRefused,
    activate_goal,
    draft_goal,
    edit_goal,
    record_progress,
    reopen_goal,
    settle_goal,
    share_goal,
)
from trellis.goals.actions.steps import StepRefused, add_action, tick_action

__all__ = [
    "GoalRefused",
    "StepRefused",
    "activate_goal",
    "add_action",
    "draft_goal",
    "edit_goal",
    "record_progress",
    "reopen_goal",
    "settle_goal",
    "share_goal",
    "tick_action",
]
