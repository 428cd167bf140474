from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.meetings import actions, queries, rules
from trellis.meetings.calendar_file import CalendarEntry, calendar_file
from trellis.meetings.models import Meeting, MeetingState
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries import places_of
from trellis.mentorships.queries.partners import Partner, partners_in
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import own_mentorship, page_number
from trellis.web.meetings.forms import LogForm, NotesForm, PlanForm, WhenForm
from trellis.web.meetings.guide import guide_for

Context = dict[str, Any]  # what a template is given


@audience(Audience.MEMBER)
@require_safe
def meetings(request: PersonRequest) -> HttpResponse:
    """All meetings of the person's pairs: next, waiting for their word, past."""
    lists = queries.meeting_lists(request.person, clock.now(), page_number(request))
    if lists.page > lists.pages:
        raise Http404
    return render(request, "meetings/meetings.html", {"lists": lists, "places": places_of(request.person)})


@audience(Audience.MEMBER)
@require_safe
def meeting(request: PersonRequest, number: int) -> HttpResponse:
    found = _own(request, number)
    return render(request, "meetings/meeting.html", _meeting_page(request, found, _notes_form(found)))


@audience(Audience.MEMBER)
@require_POST
def answer(request: PersonRequest, number: int) -> HttpResponse:
    """One party's word on whether the meeting took place."""
    found = _own(request, number)
    word = request.POST.get("took_place")
    if word not in {"yes", "no"}:
        messages.error(request, _("Choose whether the meeting took place: yes or no."))
        return redirect("meeting", number)
    try:
        actions.confirm_meeting(by=request.person, meeting=found, took_place=word == "yes", now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your answer is saved. You can change it on the page of the meeting."))
    return redirect("meetings" if request.POST.get("from") == "list" else reverse("meeting", args=[number]))


@audience(Audience.MEMBER)
@require_POST
def notes(request: PersonRequest, number: int) -> HttpResponse:
    found = _own(request, number)
    form = NotesForm(request.POST)
    if _done(form, lambda: actions.write_notes(
        by=request.person, meeting=found, notes=form.cleaned_data["notes"].replace("\r\n", "\n"),
        seen=form.cleaned_data["seen"], now=clock.now(),
    )):  # fmt: skip
        messages.success(request, _("The notes are saved."))
        return redirect("meeting", number)
    found.refresh_from_db()
    context = _meeting_page(request, found, form)
    return render(request, "meetings/meeting.html", {**context, "kept": found.notes}, status=422)


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: PersonRequest, number: int) -> HttpResponse:
    """Plan a meeting: one of three suggested times with one tap, or any time by date and hour."""
    mentorship = own_mentorship(request, number)
    form = PlanForm(request.POST or None, **_when(request, mentorship))
    planned = _done(form, lambda: actions.plan_meeting(
        by=request.person, mentorship=mentorship, starts_at=form.starts_at, now=clock.now(), **form.what,
    ))  # fmt: skip
    if planned:
        undo = reverse("meeting_cancel", args=[planned.pk])
        words = _("The meeting is planned, and your partner has been told.")
        messages.success(request, format_html('{} <a href="{}">{}</a>', words, undo, _("Undo")))
        return redirect("meeting", planned.pk)
    if not rules.can_plan(request.person, mentorship):
        return _too_late(request)
    return render(
        request, "meetings/plan.html", _plan_page(request, mentorship, form), status=422 if form.is_bound else 200
    )


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: PersonRequest, number: int) -> HttpResponse:
    """Note a meeting that took place without having been planned here."""
    mentorship = own_mentorship(request, number)
    form = LogForm(request.POST or None, **_when(request, mentorship))
    logged = _done(form, lambda: actions.log_meeting(
        by=request.person, mentorship=mentorship, starts_at=form.starts_at, now=clock.now(), **form.what,
    ))  # fmt: skip
    if logged:
        messages.success(request, _("The meeting is noted, with your yes. Your partner is asked for theirs."))
        return redirect("meeting", logged.pk)
    if not rules.can_plan(request.person, mentorship):
        return _too_late(request)
    context = {"form": form, "mentorship": mentorship, "partner": _partner(request, mentorship)}
    return render(request, "meetings/log.html", context, status=422 if form.is_bound else 200)


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: PersonRequest, number: int) -> HttpResponse:
    """Another time, topic or place for a meeting that nobody said took place."""
    found = _own(request, number)
    here = found.starts_at.astimezone(ZoneInfo(request.person.time_zone))
    form = PlanForm(
        request.POST or None, zone=request.person.time_zone,
        initial={
            "day": here.date(), "at": here.time(), "minutes": found.minutes, "topic": found.topic,
            "place": found.place,
        },
    )  # fmt: skip
    if _done(form, lambda: actions.reschedule_meeting(
        by=request.person, meeting=found, starts_at=form.starts_at, now=clock.now(), **form.what,
    )):  # fmt: skip
        messages.success(request, _("The meeting is changed."))
        return redirect("meeting", number)
    context = {**_plan_page(request, found.mentorship, form), "meeting": found}
    return render(request, "meetings/move.html", context, status=422 if form.is_bound else 200)


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PersonRequest, number: int) -> HttpResponse:
    found = _own(request, number)
    if request.method == "POST":
        try:
            actions.cancel_meeting(by=request.person, meeting=found, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("meeting", number)
        messages.success(request, _("The meeting is called off, and your partner has been told."))
        return redirect("meetings")
    return render(request, "meetings/cancel.html", {"row": queries.meeting_seen_by(request.person, found)})


@audience(Audience.MEMBER)
@require_safe
def calendar(request: PersonRequest, number: int) -> HttpResponse:
    """The meeting as a calendar file: a neutral title, unless `?details=1` asks for who, what and where."""
    found = _own(request, number)
    row = queries.meeting_seen_by(request.person, found)
    title, place = _("Meeting"), ""
    if request.GET.get("details") == "1":
        title = _("Meeting with %(name)s") % {"name": row.partner.full_name}
        title, place = f"{title}: {row.topic}" if row.topic else title, row.place
    entry = CalendarEntry(
        uid=f"meeting-{found.pk}@{settings.BASE_URL.split('://')[-1].split(':')[0]}", starts_at=row.starts_at,
        ends_at=row.ends_at, title=title, place=place, stamp=clock.now(),
        description=settings.BASE_URL + reverse("meeting", args=[found.pk]), sequence=found.sequence,
        cancelled=found.state == MeetingState.CANCELLED,
    )  # fmt: skip
    answer = HttpResponse(calendar_file(entry), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="meeting-{found.pk}.ics"'
    return answer


def _own(request: PersonRequest, number: int) -> Meeting:
    """A meeting of one of the person's pairs; anything else does not exist."""
    return get_object_or_404(queries.of_person(request.person).select_related("mentorship__programme"), pk=number)


def _done(form: Form, act: Callable[[], Meeting]) -> Meeting | None:
    """What `act` made of a valid form, or None; a refusal stands beside what was typed."""
    if not form.is_valid():
        return None
    try:
        return act()
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return None


def _when(request: PersonRequest, mentorship: Mentorship) -> dict[str, Any]:  # Any: a form's own arguments
    return {"zone": request.person.time_zone, "initial": {"minutes": mentorship.programme.meeting_minutes}}


def _too_late(request: PersonRequest) -> HttpResponse:
    messages.error(request, _("This mentorship has ended: its meetings can be read, and no new ones planned."))
    return redirect("meetings")


def _partner(request: PersonRequest, mentorship: Mentorship) -> Partner:
    return partners_in([mentorship.pk], request.person)[mentorship.pk]


def _notes_form(found: Meeting) -> NotesForm:
    return NotesForm(initial={"notes": found.notes, "seen": queries.notes_mark(found.notes)})


def _meeting_page(request: PersonRequest, found: Meeting, form: NotesForm) -> Context:
    now = clock.now()
    row = queries.meeting_seen_by(request.person, found)
    answered = row.mine is not None or row.theirs is not None
    return {
        "row": row, "form": form, "mark": queries.notes_mark(found.notes),
        "over": row.ends_at <= now,
        "can_answer": row.live and rules.can_be_answered(found, now=now, answered=answered),
        "can_move": row.live and rules.can_be_moved(found),
        "can_cancel": row.live and rules.can_be_cancelled(found, now=now),
        "guide": guide_for(found.mentorship, row.partner, now),
    }  # fmt: skip


def _plan_page(request: PersonRequest, mentorship: Mentorship, form: WhenForm) -> Context:
    now = clock.now()
    minutes = mentorship.programme.meeting_minutes
    partner = _partner(request, mentorship)
    return {
        "form": form, "mentorship": mentorship, "partner": partner,
        "slots": queries.suggested_slots(mentorship, request.person, now, minutes=minutes),
        "minutes": minutes, "guide": guide_for(mentorship, partner, now),
    }  # fmt: skip
