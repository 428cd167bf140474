from dataclasses import dataclass

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class GoalChanged(Event):
    """A goal, its progress or one of its steps changed; `status` is the goal's status now."""

    mentorship_id: int
    goal_id: int
    status: str
