"""When a task is due, and whether it is done. Tasks suggest; nobody is locked out by one."""

from dataclasses import dataclass
from datetime import date, timedelta

PER_MEETING = "per_meeting"
PERIODS = {"weekly": 7, "biweekly": 14, "monthly": 30, "bimonthly": 60}  # days
BEFORE_MEETING = timedelta(days=2)


@dataclass(frozen=True)
class Task:
    id: str
    title: str
    due_days: int  # after its stage begins
    required: bool = False
    recurring: str = ""  # per_meeting or one of PERIODS


@dataclass(frozen=True)
class TaskStanding:
    due_on: date | None  # None: due with the next meeting, and none is planned
    done: bool
    overdue: bool  # only what is required once can be overdue


def standing_of(
    task: Task, *, begins_on: date, today: date, done_on: date | None = None, next_meeting_on: date | None = None
) -> TaskStanding:
    """A task's due date and state; `done_on`: last ticked.

    A recurring task is open again after its period, and never late: one that was left out is due today.
    """
    if task.recurring == PER_MEETING:
        due_on = next_meeting_on - BEFORE_MEETING if next_meeting_on else None
        ticked = done_on is not None and due_on is not None and done_on > due_on - timedelta(days=PERIODS["weekly"])
        return TaskStanding(due_on, ticked, overdue=False)
    if task.recurring:
        period = timedelta(days=PERIODS[task.recurring])
        due_on = (done_on or begins_on) + period
        return TaskStanding(max(due_on, today), done_on is not None and today < due_on, overdue=False)
    due_on = begins_on + timedelta(days=task.due_days)
    return TaskStanding(due_on, done_on is not None, task.required and done_on is None and today > due_on)
