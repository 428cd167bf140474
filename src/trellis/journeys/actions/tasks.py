"""Ticking what a stage suggests."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.journeys import rules
from trellis.journeys.actions.stages import refresh_journey
from trellis.journeys.guide import SETTLED_BY, plan_of, tasks_for
from trellis.journeys.models import Journey, TaskDone
from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.mentorships.actions.states import locked
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries import sides_of
from trellis.people.models import Person


class TaskRefused(Refusal):
    """There is no such task to tick."""


@transaction.atomic
def tick_task(*, by: Person, mentorship: Mentorship, task_id: str, now: datetime) -> TaskDone:
    """Mark one of one's own tasks as done; a recurring one is done for this time. Raises NotAllowed, TaskRefused."""
    journey = _journey(by, mentorship, task_id, now)
    done, _fresh = TaskDone.objects.update_or_create(
        journey=journey, person=by, task=task_id,
        defaults={"organisation_id": mentorship.organisation_id, "done_at": now},
    )  # fmt: skip
    _record("task_ticked", mentorship, by, task_id, now)
    return done


@transaction.atomic
def untick_task(*, by: Person, mentorship: Mentorship, task_id: str, now: datetime) -> None:
    """Take a tick back. Nothing happens if there is none. Raises NotAllowed, TaskRefused."""
    journey = _journey(by, mentorship, task_id, now)
    deleted, _tables = TaskDone.objects.filter(journey=journey, person=by, task=task_id).delete()
    if deleted:
        _record("task_unticked", mentorship, by, task_id, now)


def _journey(by: Person, mentorship: Mentorship, task_id: str, now: datetime) -> Journey:
    mentorship = locked(mentorship)
    if not rules.can_guide(by, mentorship):
        raise NotAllowed(_("Only the two people in this mentoring can do that, and only while it lasts."))
    role = sides_of(mentorship, by).me.role
    stages = plan_of(mentorship.programme).stages
    own = {task.id for stage in stages for task in tasks_for(mentorship.programme, stage.id, role)}
    if task_id not in own - set(SETTLED_BY):
        raise TaskRefused(_("There is no such task to tick. Some tick themselves when they are done."))
    return refresh_journey(mentorship=mentorship, now=now)


def _record(verb: str, mentorship: Mentorship, by: Person, task_id: str, now: datetime) -> None:
    audit.record(
        organisation_id=mentorship.organisation_id, actor_id=by.pk, verb=f"journey.{verb}",
        subject=f"mentorship:{mentorship.pk}", at=now, facts={"task": task_id},
    )  # fmt: skip
