"""A person's tasks in the stages that are open to them."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from trellis.journeys.guide import SETTLED_BY, tasks_for
from trellis.journeys.models import TaskDone
from trellis.journeys.queries.material import Material
from trellis.journeys.queries.words import RECURRING
from trellis.mentorships.models import Party
from trellis_engine.journey import Task, judge, standing_of


@dataclass(frozen=True)
class TaskLine:
    """`by_itself`: seen from facts, so there is nothing to tick."""

    id: str
    stage: str
    title: str
    due_on: date | None
    done: bool
    overdue: bool
    required: bool
    recurring: str  # in words
    by_itself: bool


def open_stages(material: Material) -> tuple[str, ...]:
    """The stage the pair is in, and later ones that have begun beside it."""
    return (material.standing.stage, *material.standing.open_stages)


def task_lines(material: Material, me: Party) -> list[TaskLine]:
    """This person's tasks, those that are still to do first, by date; one query.

    Of stages that have begun beside the current one only what is required is shown.
    """
    rows = TaskDone.objects.filter(journey__mentorship=material.mentorship, person=me.person_id)
    ticked = {task: timezone.localdate(done_at) for task, done_at in rows.values_list("task", "done_at")}
    lines = [
        _line(material, stage_id, task, ticked.get(task.id))
        for stage_id in open_stages(material)
        for task in tasks_for(material.mentorship.programme, stage_id, me.role)
        if task.required or stage_id == material.standing.stage
    ]
    return sorted(lines, key=lambda line: (line.done, not line.required, line.due_on or date.max, line.id))


def _line(material: Material, stage_id: str, task: Task, done_on: date | None) -> TaskLine:
    meeting = material.next_meeting
    standing = standing_of(
        task, begins_on=material.stage_began_on(stage_id), today=material.today, done_on=done_on,
        next_meeting_on=timezone.localdate(meeting.starts_at) if meeting else None,
    )  # fmt: skip
    settled = task.id in SETTLED_BY and judge(material.plan, SETTLED_BY[task.id], material.facts).met
    return TaskLine(
        id=task.id, stage=stage_id, title=_(task.title), due_on=standing.due_on, done=standing.done or settled,
        overdue=standing.overdue and not settled, required=task.required,
        recurring=_(RECURRING[task.recurring]) if task.recurring else "", by_itself=task.id in SETTLED_BY,
    )  # fmt: skip
