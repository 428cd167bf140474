"""What somebody changes about their own sign-up: places, pause, resume, withdraw."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.programmes.actions.enrolment import set_findable, set_places, withdraw_enrolment
from trellis.programmes.actions.pausing import pause_enrolment, resume_enrolment
from trellis.programmes.enrolment_rules import LEGAL_MOVES
from trellis.programmes.models import Enrolment
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.programmes.finding import live_mentorship, own_enrolment
from trellis.web.programmes.forms import PauseForm, PlacesForm


@require_POST
@audience(Audience.MEMBER)
def enrolment_places(request: PersonRequest, slug: str, side: str) -> HttpResponse:
    enrolment = own_enrolment(request, slug, side)
    form = PlacesForm(enrolment, request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors.get("places", []))))
        return _back(slug)
    return _done(
        request, slug, gettext("Saved. It holds from now on; mentorships that run are not touched."),
        lambda: set_places(by=request.person, enrolment=enrolment, places=form.cleaned_data["places"], now=clock.now()),
    )  # fmt: skip


@require_POST
@audience(Audience.MEMBER)
def enrolment_findable(request: PersonRequest, slug: str, side: str) -> HttpResponse:
    """Whether mentors find and ask this mentee."""
    enrolment = own_enrolment(request, slug, side)
    findable = request.POST.get("findable") == "yes"
    said = gettext("Saved. Mentors of this programme can find you and ask you.")
    if not findable:
        said = gettext("Saved. No mentor can find you from now on. Who has asked you already waits for your answer.")
    return _done(
        request, slug, said,
        lambda: set_findable(by=request.person, enrolment=enrolment, findable=findable, now=clock.now()),
    )  # fmt: skip


@require_POST
@audience(Audience.MEMBER)
def enrolment_pause(request: PersonRequest, slug: str, side: str) -> HttpResponse:
    enrolment = own_enrolment(request, slug, side)
    form = PauseForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors.get("until", []))))
        return _back(slug)
    until = form.cleaned_data["until"]
    said = gettext("Paused. Nobody new is matched with you until you resume.")
    if until:
        said = gettext("Paused. You are back on %(day)s by itself, or earlier if you resume.") % {
            "day": date_format(until, "j F Y")
        }
    return _done(
        request, slug, said,
        lambda: pause_enrolment(by=request.person, enrolment=enrolment, now=clock.now(), until=until),
    )  # fmt: skip


@require_POST
@audience(Audience.MEMBER)
def enrolment_resume(request: PersonRequest, slug: str, side: str) -> HttpResponse:
    enrolment = own_enrolment(request, slug, side)
    return _done(
        request, slug, gettext("Welcome back. You can be matched again."),
        lambda: resume_enrolment(by=request.person, enrolment=enrolment, now=clock.now()),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.MEMBER)
def enrolment_withdraw(request: PersonRequest, slug: str, side: str) -> HttpResponse:
    """Leave without a reason. While a mentorship runs, the page leads to ending that first."""
    enrolment = own_enrolment(request, slug, side)
    if "withdrawn" not in LEGAL_MOVES[enrolment.state]:
        messages.error(request, gettext("This sign-up is already over."))
        return _back(slug)
    mentorship = live_mentorship(request.person, enrolment)
    if request.method == "POST" and mentorship is None:
        return _done(
            request, slug, gettext("You have left. Thank you for having been ready; you can come back at any time."),
            lambda: withdraw_enrolment(by=request.person, enrolment=enrolment, now=clock.now()),
            to=reverse("programmes"),
        )  # fmt: skip
    context = {"enrolment": enrolment, "programme": enrolment.programme, "mentorship": mentorship}
    return render(request, "programmes/withdraw.html", context)


def _done(request: PersonRequest, slug: str, words: str, act: Callable[[], Enrolment], to: str = "") -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words)
        if to:
            return HttpResponseRedirect(to)
    return _back(slug)


def _back(slug: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("programme_join", args=[slug]))
