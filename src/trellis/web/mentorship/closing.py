"""Half-time, the good ending, and the certificate."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.journeys.actions import close_journey, record_review, write_reflection
from trellis.journeys.models import Certificate
from trellis.journeys.queries.closing import certificate_of, closing_of, review_of
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import own_mentorship
from trellis.web.mentorship.forms import CloseForm, ReflectionForm, ReviewForm, posted


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: PersonRequest, number: int) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    page = review_of(mentorship, request.person, clock.now())
    form = ReviewForm(posted(request), initial={"choice": page.mine, "barriers": page.barriers})
    if request.method == "POST" and form.is_valid():
        try:
            record_review(by=request.person, mentorship=mentorship, now=clock.now(), **form.cleaned_data)
            messages.success(request, _("Kept. You will both see the joint result once both have answered."))
            return redirect("review", number)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
    return render(request, "mentorship/review.html", {"mentorship": mentorship, "page": page, "form": form})


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def closing(request: PersonRequest, number: int) -> HttpResponse:
    """The closing page; a POST closes the round, or adds the second person's wish."""
    mentorship = own_mentorship(request, number)
    form = CloseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        informal = form.cleaned_data["ending"] == "informal"
        try:
            close_journey(
                by=request.person, mentorship=mentorship, closure=form.cleaned_data["ending"], now=clock.now(),
                continues_informally=informal, wants_rematch=form.cleaned_data["wants_rematch"],
            )  # fmt: skip
            messages.success(request, _("This round is closed. Your certificate is below."))
            return redirect("closure", number)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    return _closing_page(request, number, form)


@audience(Audience.MEMBER)
@require_POST
def words(request: PersonRequest, number: int) -> HttpResponse:
    """Keep the look back and the thanks."""
    mentorship = own_mentorship(request, number)
    form = ReflectionForm(request.POST)
    if not form.is_valid():
        return _closing_page(request, number, CloseForm(), form)
    write_reflection(by=request.person, mentorship=mentorship, now=clock.now(), **form.cleaned_data)
    messages.success(request, _("Kept."))
    return redirect("closure", number)


def _closing_page(
    request: PersonRequest, number: int, form: CloseForm, reflection: ReflectionForm | None = None
) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    page = closing_of(mentorship, request.person, clock.now())
    context = {
        "mentorship": mentorship, "page": page, "form": form,
        "reflection": reflection or ReflectionForm(initial={"body": page.body, "thanks": page.thanks}),
    }  # fmt: skip
    return render(request, "mentorship/closing.html", context)


@audience(Audience.MEMBER)
@require_safe
def certificate(request: PersonRequest, certificate: str) -> HttpResponse:
    """For its owner only; for everybody else there is no such page."""
    owned = Certificate.objects.select_related("journey__mentorship__programme", "journey__mentorship__organisation")
    found = get_object_or_404(owned, number=certificate, person=request.person)
    return render(request, "mentorship/certificate.html", {"page": certificate_of(found, clock.now())})
