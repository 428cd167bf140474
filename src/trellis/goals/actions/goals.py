from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from trellis.goals import notices, rules
from trellis.goals.actions.telling import changed, tell_partner
from trellis.goals.models import Goal, GoalStatus
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.visible import is_blank
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person

TEXTS = ("outcome", "evidence", "why", "if_then")


class GoalRefused(Refusal):
    """The goal cannot be written, started, moved or settled like this."""


@transaction.atomic
def draft_goal(
    *, by: Person, mentorship: Mentorship, title: str, outcome: str = "", evidence: str = "", why: str = "",
    if_then: str = "", linked_skill: str = "", due_on: date | None = None, first_action_on: date | None = None,
    now: datetime,
) -> Goal:  # fmt: skip
    """Write down a goal that only its owner sees. Raises `NotAllowed` for anybody but the mentee of a live
    mentorship, `GoalRefused` for a text that is missing or too long."""
    mentorship = _open(mentorship.pk)
    if not rules.can_draft(by, mentorship):
        raise NotAllowed(_("Goals are written by the mentee, while the mentorship is running."))
    goal = Goal(
        organisation_id=mentorship.organisation_id, mentorship=mentorship, owner=by, title=title, outcome=outcome,
        evidence=evidence, why=why, if_then=if_then, linked_skill=linked_skill, due_on=due_on,
        first_action_on=first_action_on, created_at=now,
    )  # fmt: skip
    _check_texts(goal)
    goal.save()
    changed(by, "goal.drafted", goal, now)
    return goal


@transaction.atomic
def edit_goal(
    *, by: Person, goal: Goal, title: str, outcome: str, evidence: str, why: str, if_then: str, linked_skill: str,
    due_on: date | None, first_action_on: date | None, now: datetime,
) -> Goal:  # fmt: skip
    """Rewrite a draft or an active goal. Raises `NotAllowed`, or `GoalRefused` where an active goal would lose
    something it needs, get a past date, or is settled already."""
    goal = _locked(by, goal)
    if goal.status in rules.SETTLED:
        raise GoalRefused(_("This goal is settled. Reopen it first."))
    moved = due_on != goal.due_on
    goal.title, goal.outcome, goal.evidence, goal.why = title, outcome, evidence, why
    goal.if_then, goal.linked_skill, goal.due_on, goal.first_action_on = if_then, linked_skill, due_on, first_action_on
    _check_texts(goal)
    if goal.status == GoalStatus.ACTIVE:
        _check_complete(goal)
        if moved:
            _check_due(goal, by, now)
    goal.save()
    changed(by, "goal.edited", goal, now)
    return goal


@transaction.atomic
def activate_goal(*, by: Person, goal: Goal, now: datetime) -> Goal:
    """Start a draft: from now on the partner sees its title, status and progress, and is told that there is one.

    Locks the mentorship, so that two drafts at once cannot make a fourth live goal. Raises `NotAllowed`, or
    `GoalRefused` when something is missing, three goals are live, or the date does not fit.
    """
    goal = _locked(by, goal)
    if goal.status != GoalStatus.DRAFT:
        raise GoalRefused(_("This goal has been started already."))
    _check_complete(goal)
    _check_place(goal)
    _check_due(goal, by, now)
    goal.status, goal.activated_at = GoalStatus.ACTIVE, now
    goal.save(update_fields=["status", "activated_at"])
    changed(by, "goal.activated", goal, now)
    tell_partner(goal, by, notices.STARTED, f"{goal.pk}", now)
    return goal


@transaction.atomic
def record_progress(*, by: Person, goal: Goal, percent: int, now: datetime) -> Goal:
    """Say how far an active goal is, 0 to 100 per cent by the owner's own estimate. The partner sees the figure."""
    goal = _locked(by, goal)
    if goal.status != GoalStatus.ACTIVE:
        raise GoalRefused(_("Only an active goal moves on."))
    if not 0 <= percent <= 100:
        raise GoalRefused(
            _("Progress is a number from 0 to 100; you have %(percent)s.") % {"percent": percent}, field="percent"
        )
    goal.progress = percent
    goal.save(update_fields=["progress"])
    changed(by, "goal.progress", goal, now, percent=percent)
    return goal


@transaction.atomic
def share_goal(*, by: Person, goal: Goal, in_full: bool, with_manager: bool, now: datetime) -> Goal:
    """Choose who sees what: the partner all of it (`in_full`), the owner's manager its title and status
    (`with_manager`). Both can be taken back at any time, also after the mentorship has ended."""
    if goal.owner_id != by.pk:
        raise NotAllowed(_("Only its owner decides who sees a goal."))
    goal = Goal.objects.select_for_update().get(pk=goal.pk)
    goal.shared_in_full, goal.shared_with_manager = in_full, with_manager
    goal.save(update_fields=["shared_in_full", "shared_with_manager"])
    changed(by, "goal.shared", goal, now, in_full=in_full, with_manager=with_manager)
    return goal


@transaction.atomic
def settle_goal(*, by: Person, goal: Goal, reached: bool, attainment: int, now: datetime) -> Goal:
    """Bring an active goal to its end, with how far it came: -2 (much less than expected) to +2 (much more)."""
    goal = _locked(by, goal)
    if goal.status != GoalStatus.ACTIVE:
        raise GoalRefused(_("Only an active goal can be settled."))
    if not -2 <= attainment <= 2:
        raise GoalRefused(_("Choose one of the five answers."), field="attainment")
    goal.status = GoalStatus.REACHED if reached else GoalStatus.DROPPED
    goal.final_attainment, goal.settled_at = attainment, now
    if reached:
        goal.progress = 100
    goal.save(update_fields=["status", "final_attainment", "settled_at", "progress"])
    changed(by, "goal.settled", goal, now, attainment=attainment)
    tell_partner(goal, by, notices.SETTLED, f"{goal.pk}:{now:%Y%m%dT%H%M%S}", now)
    return goal


@transaction.atomic
def reopen_goal(*, by: Person, goal: Goal, now: datetime) -> Goal:
    """Undo settling. Raises `GoalRefused` when three goals are live by now."""
    goal = _locked(by, goal)
    if goal.status not in rules.SETTLED:
        raise GoalRefused(_("This goal is not settled."))
    _check_place(goal)
    goal.status, goal.final_attainment, goal.settled_at = GoalStatus.ACTIVE, None, None
    goal.save(update_fields=["status", "final_attainment", "settled_at"])
    changed(by, "goal.reopened", goal, now)
    return goal


def _locked(by: Person, goal: Goal) -> Goal:
    """The goal with its mentorship locked; raises `NotAllowed` unless `by` may change it now."""
    mentorship = _open(goal.mentorship_id)
    goal = Goal.objects.select_for_update().get(pk=goal.pk)
    goal.mentorship = mentorship
    if not rules.can_change(by, goal):
        raise NotAllowed(_("Only its owner changes a goal, while the mentorship is running."))
    return goal


def _open(number: int) -> Mentorship:
    """The mentorship as it is now, held until the transaction ends: nobody writes in one that has just ended."""
    return Mentorship.objects.select_for_update(no_key=True).get(pk=number)


def _check_texts(goal: Goal) -> None:
    goal.title = goal.title.strip()
    if is_blank(goal.title):
        raise GoalRefused(_("Give the goal a title."), field="title")
    _check_length("title", goal.title, rules.TITLE_AT_MOST)
    for field in TEXTS:
        text = getattr(goal, field).strip()
        setattr(goal, field, "" if is_blank(text) else text)
        _check_length(field, text, rules.TEXT_AT_MOST)


def _check_length(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise GoalRefused(
            _("At most %(most)s characters (you have %(have)s).") % {"most": most, "have": len(text)}, field=field
        )


def _check_complete(goal: Goal) -> None:
    lacking = rules.missing(goal)
    if not lacking:
        return
    names = {
        "title": _("a title"), "outcome": _("how you will know"), "evidence": _("what others would see"),
        "due_on": _("a date"), "why": _("why it matters to you"), "linked_skill": _("a skill or level"),
    }  # fmt: skip
    listed = get_text_list([names[field] for field in lacking], _("and"))
    raise GoalRefused(_("An active goal needs %(listed)s.") % {"listed": listed}, field=lacking[0])


def _check_place(goal: Goal) -> None:
    live = Goal.objects.filter(mentorship=goal.mentorship_id, owner=goal.owner_id, status=GoalStatus.ACTIVE).count()
    if live >= rules.LIVE_AT_MOST:
        raise GoalRefused(_("You have 3 active goals, which is the most. Reach or drop one first."))


def _check_due(goal: Goal, by: Person, now: datetime) -> None:
    today = now.astimezone(ZoneInfo(by.time_zone)).date()
    if goal.due_on is None or goal.due_on < today:
        raise GoalRefused(_("This date is in the past. Choose a later one."), field="due_on")
    others = Goal.objects.filter(mentorship=goal.mentorship_id, owner=goal.owner_id).exclude(pk=goal.pk)
    first = not others.exclude(activated_at=None).exists()
    if not rules.is_due_soon_enough(goal, first=first, today=today):
        raise GoalRefused(
            _("Your first goal is due within 30 days, so that you soon see one reached. Choose an earlier date."),
            field="due_on",
        )
