"""How a round served groups of people: figures over ten and more, made once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions.fairness import ask_for_audit
from trellis.matching.queries.fairness_page import Fairness, audit_of, fairness_of, under_way
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.rounds.views import find


@audience(Audience.PROGRAMME_MANAGER)
@require_safe
def fairness(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """The figures; before they are made, what they are and the button that makes them."""
    found = find(request, slug, number)
    kept = audit_of(found)
    shown: Fairness | None = fairness_of(kept) if kept and kept.made_at else None
    if request.headers.get("HX-Request") and shown:  # made since the last look
        return HttpResponse(headers={"HX-Refresh": "true"})
    working = kept is not None and under_way(kept)
    context = {
        "programme": found.programme, "found": found, "fairness": shown, "working": working,
        "stopped": kept is not None and not working and shown is None, "job_id": kept.job_id if kept else None,
        "mine": kept is not None and kept.asked_by_id == request.person.pk,
    }  # fmt: skip
    part = "rounds/_fairness_wait.html" if request.headers.get("HX-Request") else "rounds/fairness.html"
    return render(request, part, context)


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def make(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    found = find(request, slug, number)
    try:
        ask_for_audit(by=request.person, found=found, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("round_fairness", slug, number)
