"""The space itself, and what can be done on it with one tap."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from trellis.journeys.actions import press_next, tick_task, untick_task
from trellis.journeys.queries import journey_view
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.meetings.models import Meeting
from trellis.meetings.queries import MeetingRow, meeting_seen_by
from trellis.mentorships.actions import wish_rematch
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries import agreement_of
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import own_mentorship


@audience(Audience.MEMBER)
@require_safe
def space(request: PersonRequest, number: int) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    view = journey_view(mentorship, request.person, clock.now())
    context = {
        "view": view, "mentorship": mentorship, "agreement": agreement_of(mentorship),
        "meeting": _meeting(request, mentorship, view.next_meeting.id if view.next_meeting else None),
    }  # fmt: skip
    return render(request, "mentorship/space.html", context)


def _meeting(request: PersonRequest, mentorship: Mentorship, number: int | None) -> MeetingRow | None:
    if number is None:
        return None
    meeting = get_object_or_404(Meeting.objects.select_related("mentorship"), pk=number, mentorship=mentorship)
    return meeting_seen_by(request.person, meeting)


@audience(Audience.MEMBER)
@require_POST
def move_on(request: PersonRequest, number: int) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    try:
        press_next(by=request.person, mentorship=mentorship, stage=request.POST.get("stage", ""), now=clock.now())
        messages.success(request, _("You two have moved on. What was open stays open beside it."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("mentorship", number)


@audience(Audience.MEMBER)
@require_POST
def task(request: PersonRequest, number: int) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    act = untick_task if request.POST.get("undo") else tick_task
    try:
        act(by=request.person, mentorship=mentorship, task_id=request.POST.get("task", ""), now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{request.path.removesuffix('tasks/')}#tasks")


@audience(Audience.MEMBER)
@require_POST
def wish(request: PersonRequest, number: int) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    wants = request.POST.get("wants") == "yes"
    wish_rematch(by=request.person, mentorship=mentorship, wants=wants, now=clock.now())
    said = _("The programme team will answer you within two working days.") if wants else _("Good. Take your time.")
    messages.success(request, said)
    return redirect("mentorship", number)
