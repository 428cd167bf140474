"""One page of questions. Skipping is a button, and counts as done."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trellis.journeys.actions import answer_check_in, skip_check_in
from trellis.kernel import clock
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries import Sides, sides_of
from trellis.programmes.choices import MentoringModel
from trellis.surveys.packs import PEER, Pack, pack
from trellis.surveys.queries import context_of, own_answers
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import own_mentorship
from trellis.web.mentorship.forms import CheckInForm, posted

EQUALS = (MentoringModel.PEER, MentoringModel.MUTUAL)  # models in which nobody is the other's senior


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: PersonRequest, number: int, pack_id: str) -> HttpResponse:
    mentorship = own_mentorship(request, number)
    sides = sides_of(mentorship, request.person)
    asked, role = _asked(mentorship, sides, pack_id)
    before = own_answers(request.person, asked.id, context_of(mentorship.pk))
    form = CheckInForm(posted(request), items=asked.items_for(role), initial=before or {})
    if request.method == "POST" and "skip" in request.POST:
        skip_check_in(by=request.person, mentorship=mentorship, pack_id=asked.id, now=clock.now())
        messages.success(request, _("Skipped. That is fine."))
        return redirect("mentorship", number)
    if request.method == "POST" and form.is_valid():
        answer_check_in(
            by=request.person, mentorship=mentorship, pack_id=asked.id, role=role, answers=form.answers(),
            now=clock.now(),
        )  # fmt: skip
        messages.success(request, _("Thank you. Your answers are kept, and they are yours alone."))
        return redirect("mentorship", number)
    shown = {
        "mentorship": mentorship, "pack": asked, "form": form, "partner": sides.partner, "answered": before is not None,
        "questions": [(item, form[item.id]) for item in form.items],
        "asks_contact": any(item.id == "ep3" for item in form.items),
    }  # fmt: skip
    return render(request, "mentorship/check_in.html", shown)


def _asked(mentorship: Mentorship, sides: Sides, pack_id: str) -> tuple[Pack, str]:
    """A pack that the programme has and that is for this side, and as whom they answer; else it does not exist."""
    found, role = pack(pack_id), sides.me.role
    if mentorship.programme.model in EQUALS:
        role = PEER
    if found is None or pack_id not in mentorship.programme.surveys or not found.asks(role):
        raise Http404
    return found, role
