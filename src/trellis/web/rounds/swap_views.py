"""Better swaps for a weak pair: what else there is for the mentee, at which cost, and doing one of them."""

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions.rearranging import put_together
from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.better_swaps import better_for
from trellis.matching.queries.board import board_rows
from trellis.matching.queries.rearranging import Rearrangement, can_rearrange
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.rounds.views import find


@audience(Audience.PROGRAMME_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def better(request: PersonRequest, slug: str, number: int, proposal: int) -> HttpResponse:
    """Who would suit the mentee of a pair better; one press lays the board out so."""
    found = find(request, slug, number)
    waiting = found.proposals.filter(state=ProposalState.UNDER_REVIEW).select_related("mentee__person")
    pair = get_object_or_404(waiting, pk=proposal)
    if not can_rearrange(found):
        return redirect("round", slug, number)
    if request.method == "POST":
        return _do(request, found, pair)
    try:
        swaps = better_for(found, pair)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("round", slug, number)
    context = {
        "programme": found.programme, "found": found, "mentee": pair.mentee.person,
        "pair": board_rows(Proposal.objects.filter(pk=pair.pk))[0],
        "swaps": [
            (swap, signing.dumps(swap.plan.plain, salt=_salt(found, pair), compress=True)) for swap in swaps
        ],
    }  # fmt: skip
    return render(request, "rounds/better.html", context)


def _do(request: PersonRequest, found: Round, pair: Proposal) -> HttpResponse:
    """Exactly what was looked at, or nothing."""
    try:
        plan = Rearrangement.of(signing.loads(request.POST.get("plan", ""), salt=_salt(found, pair)))
    except signing.BadSignature:
        raise Http404 from None
    try:
        put_together(by=request.person, found=found, plan=plan, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("round_better", found.programme.slug, found.number, pair.pk)
    messages.success(request, gettext("Swapped. The new pairs wait for your review; you can undo it below."))
    return redirect("round", found.programme.slug, found.number)


def _salt(found: Round, pair: Proposal) -> str:
    """What was worked out for one pair says nothing about another."""
    return f"matching.better.{found.pk}.{pair.pk}"
