from dataclasses import dataclass
from datetime import date

from trellis.goals.models import ActionItem, GoalStatus
from trellis.mentorships.choices import LIVE_STATES
from trellis.people.models import Person


@dataclass(frozen=True)
class OverdueStep:
    goal_id: int
    mentorship_id: int
    text: str
    due_on: date


def overdue_steps(person: Person, today: date, *, at_most: int = 5) -> list[OverdueStep]:
    """Steps of `person` that should be done by now, longest overdue first; one query."""
    rows = (
        ActionItem.objects.filter(
            owner=person, done_at=None, due_on__lt=today, goal__status=GoalStatus.ACTIVE,
            goal__mentorship__state__in=LIVE_STATES,
        )
        .order_by("due_on", "id")
        .values_list("goal", "goal__mentorship", "text", "due_on")[:at_most]
    )  # fmt: skip
    return [OverdueStep(*row) for row in rows]
