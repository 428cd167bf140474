"""Pausing, going on, running longer, ending: two taps each, and no reason asked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.mentorships.actions import end_mentorship, extend_mentorship, pause_mentorship, resume_mentorship
from trellis.mentorships.queries import sides_of
from trellis.mentorships.queries.contacts import safeguarding_contacts
from trellis.mentorships.rules import can_extend, is_live
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import own_mentorship
from trellis.web.mentorship.forms import EndForm, ExtendForm, PauseForm, posted


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: PersonRequest, number: int) -> HttpResponse:
    mentorship, now = own_mentorship(request, number), clock.now()
    form = PauseForm(posted(request), today=timezone.localdate(now))
    if request.method == "POST" and form.is_valid():
        try:
            pause_mentorship(by=request.person, mentorship=mentorship, now=now, **form.cleaned_data)
            messages.success(request, _("Paused. All later dates move with it."))
            return redirect("mentorship", number)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
    partner = sides_of(mentorship, request.person).partner
    context = {"mentorship": mentorship, "form": form, "partner": partner, "live": is_live(mentorship)}
    return render(request, "mentorship/pause.html", context, status=422 if form.errors else 200)


@audience(Audience.MEMBER)
@require_POST
def resume(request: PersonRequest, number: int) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    try:
        resume_mentorship(by=request.person, mentorship=mentorship, now=clock.now())
        messages.success(request, _("The pause is over. Your next step is below."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("mentorship", number)


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: PersonRequest, number: int) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    form = ExtendForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            extend_mentorship(by=request.person, mentorship=mentorship, now=clock.now(), **form.cleaned_data)
            messages.success(request, _("Your time together is longer now."))
            return redirect("mentorship", number)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
    partner = sides_of(mentorship, request.person).partner
    context = {"mentorship": mentorship, "form": form, "partner": partner, "possible": can_extend(mentorship)}
    return render(request, "mentorship/extend.html", context, status=422 if form.errors else 200)


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: PersonRequest, number: int) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    contacts = safeguarding_contacts(mentorship)
    form = EndForm(posted(request), contact=bool(contacts))
    if request.method == "POST" and form.is_valid():
        try:
            end_mentorship(by=request.person, mentorship=mentorship, now=clock.now(), **form.cleaned_data)
            messages.success(request, _("It is ended. Nobody is asked why."))
            return redirect("mentorship", number)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    partner = sides_of(mentorship, request.person).partner
    context = {
        "mentorship": mentorship, "form": form, "partner": partner, "live": is_live(mentorship),
        "contact": contacts[0] if contacts else None,
    }  # fmt: skip
    return render(request, "mentorship/end.html", context, status=422 if form.errors else 200)
