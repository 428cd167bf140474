"""Reads about goals. What a reader may not see is not loaded for them; templates decide nothing about it."""

from trellis.goals.queries.counts import GoalCounts, ManagerGoal, goal_counts, goals_for_manager
from trellis.goals.queries.lists import GoalLists, GoalRow, active_goals, goal_lists
from trellis.goals.queries.one import GoalPage, StepRow, goal_page, visible_to
from trellis.goals.queries.steps import OverdueStep, overdue_steps

__all__ = [
    "GoalCounts",
    "GoalLists",
    "GoalPage",
    "GoalRow",
    "ManagerGoal",
    "OverdueStep",
    "StepRow",
    "active_goals",
    "goal_counts",
    "goal_lists",
    "goal_page",
    "goals_for_manager",
    "overdue_steps",
    "visible_to",
]
