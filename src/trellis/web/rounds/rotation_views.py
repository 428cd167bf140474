"""Starting a rotation, and stopping the weeks that are still to come. The rest is a round like any other."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions.rotations import start_rotation, stop_rotation
from trellis.matching.models import Round
from trellis.people.models import Person
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme
from trellis.web.rounds.forms import WeeksForm
from trellis.web.rounds.views import find, step


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def rotate(request: PersonRequest, slug: str) -> HttpResponse:
    """Start a rotation: another mentor for every mentee each week."""
    programme = managed_programme(request, slug)
    form = WeeksForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors["weeks"]))
        return redirect("rounds", slug)
    weeks = form.cleaned_data["weeks"]
    try:
        found = start_rotation(by=request.person, programme=programme, weeks=weeks, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("rounds", slug)
    return redirect("round", slug, found.number)


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def stop(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Offer no further week of a rotation."""
    return step(request, find(request, slug, number), _stop)


def _stop(by: Person, found: Round, now: datetime) -> str:
    count = stop_rotation(by=by, found=found, now=now)
    return ngettext(
        "Stopped: %(count)d pair will not be offered. What is under way goes on.",
        "Stopped: %(count)d pairs will not be offered. What is under way goes on.", count,
    ) % {"count": count}  # fmt: skip
