from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.goals import actions, queries, rules
from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.goals.queries import GoalPage
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries.partners import partners_in
from trellis.mentorships.rules import is_live
from trellis.people.models import Person
from trellis.programmes.choices import PairVisibility
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.goals.forms import GoalForm, PercentForm, SettleForm, StepForm
from trellis.web.goals.skills import skill_choices, words_for
from trellis.web.lookup import own_mentorship

QUARTERS = (0, 25, 50, 75, 100)
WORDS = ("title", "outcome", "evidence", "why", "linked_skill", "due_on", "if_then", "first_action_on")


@audience(Audience.MEMBER)
@require_safe
def goals(request: PersonRequest) -> HttpResponse:
    return render(
        request, "goals/goals.html", {"lists": queries.goal_lists(request.person, timezone.localdate(clock.now()))}
    )


@audience(Audience.MEMBER)
@require_safe
def goal(request: PersonRequest, number: int) -> HttpResponse:
    return _page(request, number)


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PersonRequest, number: int) -> HttpResponse:
    """Write a draft, which only its owner sees."""
    mentorship = own_mentorship(request, number)
    if not is_live(mentorship):
        messages.error(request, _("This mentorship has ended: its goals can be read, and no new ones written."))
        return redirect("goals")
    if not rules.can_draft(request.person, mentorship):  # the mentor's side has no such page
        raise Http404
    form = GoalForm(request.POST or None, skills=skill_choices(mentorship, request.person))
    if request.method == "POST" and form.is_valid():
        try:
            drafted = actions.draft_goal(by=request.person, mentorship=mentorship, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Your draft is saved. Nobody else sees it yet."))
            return redirect("goal", drafted.pk)
    return _form_page(request, mentorship, form)


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PersonRequest, number: int) -> HttpResponse:
    found = _own(request, number)
    form = GoalForm(
        request.POST or None, initial={word: getattr(found, word) for word in WORDS},
        skills=skill_choices(found.mentorship, request.person, kept=found.linked_skill),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_goal(by=request.person, goal=found, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The goal is saved."))
            return redirect("goal", number)
    return _form_page(request, found.mentorship, form, found)


@audience(Audience.MEMBER)
@require_POST
def start(request: PersonRequest, number: int) -> HttpResponse:
    found = _own(request, number)
    try:
        actions.activate_goal(by=request.person, goal=found, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("goal_edit" if found.status == GoalStatus.DRAFT else "goal", number)
    messages.success(request, _("The goal has started. Your partner sees its title and how it moves on."))
    return redirect("goal", number)


@audience(Audience.MEMBER)
@require_POST
def progress(request: PersonRequest, number: int) -> HttpResponse:
    found = _own(request, number)
    form = PercentForm(request.POST)
    if not form.is_valid():
        return _refused(request, number, form)
    return _try(
        request, number, _("Noted."),
        lambda: actions.record_progress(
            by=request.person, goal=found, percent=form.cleaned_data["percent"], now=clock.now()
        ),
    )  # fmt: skip


@audience(Audience.MEMBER)
@require_POST
def add_step(request: PersonRequest, number: int) -> HttpResponse:
    """A step by either party; who may add which is the rule's."""
    found = get_object_or_404(queries.visible_to(request.person).select_related("mentorship"), pk=number)
    form = StepForm(request.POST, owners=_owners(request, found.mentorship_id))
    if form.is_valid():
        owner = get_object_or_404(Person, pk=form.cleaned_data["owner"], parties__mentorship=found.mentorship_id)
        try:
            actions.add_action(
                by=request.person, goal=found, owner=owner, text=form.cleaned_data["text"], due_on=form.due,
                now=clock.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The step is written down."))
            return redirect("goal", number)
    return _page(request, number, step=form, status=422)


@audience(Audience.MEMBER)
@require_POST
def tick_step(request: PersonRequest, number: int, step: int) -> HttpResponse:
    page = queries.goal_page(number, request.person)
    if page is None or step not in {row.id for row in page.steps}:
        raise Http404
    action = get_object_or_404(ActionItem.objects.select_related("goal__mentorship"), pk=step, goal=number)
    done = request.POST.get("done") == "yes"
    return _try(
        request, number, _("Done.") if done else _("The step is open again."),
        lambda: actions.tick_action(by=request.person, action=action, done=done, now=clock.now()),
    )  # fmt: skip


@audience(Audience.MEMBER)
@require_POST
def share(request: PersonRequest, number: int) -> HttpResponse:
    found = _own(request, number)
    return _try(
        request, number, _("Saved. You can change this at any time."),
        lambda: actions.share_goal(
            by=request.person, goal=found, in_full="in_full" in request.POST,
            with_manager="with_manager" in request.POST, now=clock.now(),
        ),
    )  # fmt: skip


@audience(Audience.MEMBER)
@require_POST
def settle(request: PersonRequest, number: int) -> HttpResponse:
    found = _own(request, number)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _page(request, number, settling=form, status=422)
    undo = format_html(
        '{} <a href="{}#reopen">{}</a>', _("The goal is settled."), reverse("goal", args=[number]), _("Undo")
    )
    return _try(
        request, number, undo,
        lambda: actions.settle_goal(
            by=request.person, goal=found, reached=form.cleaned_data["how"] == "reached",
            attainment=form.cleaned_data["attainment"], now=clock.now(),
        ),
    )  # fmt: skip


@audience(Audience.MEMBER)
@require_POST
def reopen(request: PersonRequest, number: int) -> HttpResponse:
    found = _own(request, number)
    return _try(
        request, number, _("The goal is active again."),
        lambda: actions.reopen_goal(by=request.person, goal=found, now=clock.now()),
    )  # fmt: skip


def _own(request: PersonRequest, number: int) -> Goal:
    """A goal of the person's own; anything else does not exist."""
    return get_object_or_404(Goal.objects.select_related("mentorship"), pk=number, owner=request.person)


def _try(request: PersonRequest, number: int, done: str, act: Any) -> HttpResponse:  # Any: a call without arguments
    """Make one change, say what became of it, and show the goal."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("goal", number)


def _refused(request: PersonRequest, number: int, form: Form) -> HttpResponse:
    for faults in form.errors.values():
        messages.error(request, " ".join(str(fault) for fault in faults))
    return redirect("goal", number)


def _owners(request: PersonRequest, mentorship_id: int) -> list[tuple[int, str]]:
    partner = partners_in([mentorship_id], request.person)[mentorship_id]
    return [(request.person.pk, _("Mine")), (partner.id, partner.first_name)]


def _page(
    request: PersonRequest, number: int, *, step: StepForm | None = None, settling: SettleForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    page = queries.goal_page(number, request.person)
    if page is None:
        raise Http404
    partner = partners_in([page.mentorship_id], request.person)[page.mentorship_id]
    owners = _owners(request, page.mentorship_id)
    return render(request, "goals/goal.html", {
        "page": page, "partner": partner, "skill": words_for(page.linked_skill) if page.linked_skill else "",
        "manager": _manager(request, page), "quarters": QUARTERS,
        "step": step or StepForm(owners=owners if page.in_full and page.status != GoalStatus.DRAFT else owners[:1]),
        "settling": settling or SettleForm(), "lacking": _lacking(page), "now": clock.now(),
    }, status=status)  # fmt: skip


def _manager(request: PersonRequest, page: GoalPage) -> Person | None:
    """Whom the owner may show a goal to; nobody where the programme hides that there is a pair at all."""
    shown = Mentorship.objects.filter(pk=page.mentorship_id, programme__pair_visibility=PairVisibility.EXISTENCE)
    return request.person.manager if page.mine and shown.exists() else None


def _lacking(page: GoalPage) -> bool:
    """A draft that cannot be started as it is."""
    return page.mine and not all(getattr(page, field) for field in rules.NEEDED)


def _form_page(
    request: PersonRequest, mentorship: Mentorship, form: GoalForm, found: Goal | None = None
) -> HttpResponse:
    partner = partners_in([mentorship.pk], request.person)[mentorship.pk]
    context = {"form": form, "goal": found, "partner": partner, "mentorship": mentorship}
    return render(request, "goals/edit.html", context, status=422 if form.is_bound else 200)
