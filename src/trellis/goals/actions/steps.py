from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.goals import notices, rules
from trellis.goals.actions.telling import changed
from trellis.goals.models import ActionItem, Goal
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.visible import is_blank
from trellis.mentorships.models import Mentorship
from trellis.notifications.actions import tell
from trellis.people.models import Person

STEP_AT_MOST = 300  # characters


class StepRefused(Refusal):
    """The step cannot be written down or ticked like this."""


@transaction.atomic
def add_action(*, by: Person, goal: Goal, owner: Person, text: str, due_on: date, now: datetime) -> ActionItem:
    """Write down a dated step for `owner`, who is one of the parties; somebody else's step is told to them.

    Raises `NotAllowed` by `rules.can_add_step`, `StepRefused` for a text that is blank or too long.
    """
    goal = _locked(goal)
    if not rules.can_add_step(by, goal, owner):
        raise NotAllowed(_("This step cannot be added: the goal is settled, not shared with you, or not yours."))
    text = text.strip()
    if is_blank(text):
        raise StepRefused(_("Write down what the step is."), field="text")
    if len(text) > STEP_AT_MOST:
        raise StepRefused(
            _("At most %(most)s characters (you have %(have)s).") % {"most": STEP_AT_MOST, "have": len(text)},
            field="text",
        )
    action = ActionItem.objects.create(
        organisation_id=goal.organisation_id, goal=goal, owner=owner, text=text, due_on=due_on
    )
    changed(by, "goal.step_added", goal, now, step=action.pk)
    if owner.pk != by.pk:
        tell(
            person=owner, kind=notices.STEP_FOR_YOU, key=f"{notices.STEP_FOR_YOU.name}:{action.pk}", now=now,
            path=f"/goals/{goal.pk}/", parameters={"name": by.first_name},
        )  # fmt: skip
    return action


@transaction.atomic
def tick_action(*, by: Person, action: ActionItem, done: bool, now: datetime) -> ActionItem:
    """Mark a step done, or not done after all. The same again changes nothing. Raises `NotAllowed`."""
    goal = _locked(action.goal)
    action = ActionItem.objects.select_for_update().get(pk=action.pk)
    action.goal = goal
    if not rules.can_tick(by, action):
        raise NotAllowed(_("Only whose step or whose goal it is can tick it, while the mentorship is running."))
    if (action.done_at is not None) == done:
        return action
    action.done_at = now if done else None
    action.save(update_fields=["done_at"])
    changed(by, "goal.step_ticked", goal, now, step=action.pk, done=done)
    return action


def _locked(goal: Goal) -> Goal:
    mentorship = Mentorship.objects.select_for_update(no_key=True).get(pk=goal.mentorship_id)
    goal = Goal.objects.get(pk=goal.pk)
    goal.mentorship = mentorship
    return goal
