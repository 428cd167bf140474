from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.programmes.actions.terms import accept_terms
from trellis.programmes.choices import PairVisibility, SignUp
from trellis.programmes.enrolment_rules import is_open_for_sign_up
from trellis.programmes.models import Programme
from trellis.programmes.queries.participant import (
    minutes_a_month,
    open_programmes,
    own_enrolments,
    people_who_run,
    side_offers,
)
from trellis.programmes.queries.sign_up import terms_open
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import whole_number
from trellis.web.programmes.finding import seen_programme
from trellis.web.programmes.standing import Standing, running_mentorships, standings


@require_safe
@audience(Audience.MEMBER)
def programmes(request: PersonRequest) -> HttpResponse:
    """My sign-ups, and what else is open."""
    mine = standings(request.person, own_enrolments(request.person))
    context = {
        "mine": [one for one in mine if one.live or one.state == "invited"],
        "over": [one for one in mine if not one.live and one.state != "invited"],
        "open_programmes": open_programmes(request.person, clock.today()),
    }
    return render(request, "programmes/programmes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.MEMBER)
def programme_join(request: PersonRequest, slug: str) -> HttpResponse:
    """What a programme asks, gives and keeps private; who takes part accepts terms here that are new to them."""
    programme = seen_programme(request, slug)
    if request.method == "POST":
        return _accepted(request, programme)
    today = clock.today()
    running = running_mentorships(request.person)
    offers = [
        replace(offer, own=Standing.of(offer.own, running)) if offer.own else offer
        for offer in side_offers(request.person, programme, today)
    ]
    context = {
        "programme": programme, "today": today, "offers": offers, "minutes": minutes_a_month(programme),
        "team": people_who_run(programme), "is_open": is_open_for_sign_up(programme, today),
        "by_invitation": programme.sign_up == SignUp.INVITATION,
        "terms_open": terms_open(request.person, programme),
        "manager_sees": programme.pair_visibility == PairVisibility.EXISTENCE,
    }  # fmt: skip
    return render(request, "programmes/programme.html", context)


def _accepted(request: PersonRequest, programme: Programme) -> HttpResponse:
    version = whole_number(request.POST.get("terms_version", ""))
    try:
        accept_terms(by=request.person, programme=programme, version=version, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("Thank you. That you accept the terms is recorded."))
    return HttpResponseRedirect(reverse("programme_join", args=[programme.slug]))
