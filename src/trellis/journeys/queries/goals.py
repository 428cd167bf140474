"""The goals card of a relationship page. A draft is its owner's alone; steps follow the goal's own sharing."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person


@dataclass(frozen=True)
class GoalLine:
    """`next_step` and `next_on` are empty where this reader may not see them."""

    id: int
    title: str
    draft: bool
    reached: bool
    progress: int
    next_step: str
    next_on: date | None
    late: bool


def goal_lines(mentorship: Mentorship, person: Person, today: date) -> list[GoalLine]:
    """Active and reached goals, and the reader's own drafts; two queries."""
    seen = Goal.objects.filter(mentorship=mentorship).filter(~Q(status=GoalStatus.DRAFT) | Q(owner=person))
    goals = seen.exclude(status=GoalStatus.DROPPED).order_by("status", "id")
    steps = _next_steps(mentorship, person)
    return [
        GoalLine(
            id=number, title=title, draft=status == GoalStatus.DRAFT, reached=status == GoalStatus.REACHED,
            progress=progress, next_step=steps[number].text if number in steps else "",
            next_on=steps[number].due_on if number in steps else None,
            late=number in steps and steps[number].due_on < today,
        )
        for number, title, status, progress in goals.values_list("id", "title", "status", "progress")
    ]  # fmt: skip


def _next_steps(mentorship: Mentorship, person: Person) -> dict[int, ActionItem]:
    """The next open step of each goal: all of one's own goals and of those shared in full, else one's own steps."""
    open_steps = ActionItem.objects.filter(goal__mentorship=mentorship, goal__status=GoalStatus.ACTIVE, done_at=None)
    visible = open_steps.filter(Q(goal__owner=person) | Q(goal__shared_in_full=True) | Q(owner=person))
    found: dict[int, ActionItem] = {}
    for step in visible.order_by("due_on", "id"):
        found.setdefault(step.goal_id, step)
    return found
