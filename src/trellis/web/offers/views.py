from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions.offers import answer_offer
from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal
from trellis.matching.queries.offers import offer_view
from trellis.matching.rules import asks_both
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.offers.forms import AnswerForm


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: PersonRequest, number: int) -> HttpResponse:
    """Why the two of you, and the answer. For anybody else this page does not exist."""
    rows = Proposal.objects.of(request.person).select_related("programme", "mentee__person", "mentor__person")
    proposal = get_object_or_404(rows, pk=number)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _answered(request, proposal, form)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
            proposal = get_object_or_404(rows, pk=number)
    view = offer_view(proposal, request.person, clock.now())
    status = 422 if form.errors else 200
    return render(request, "offers/offer.html", {"offer": view, "form": form}, status=status)


def _answered(request: PersonRequest, proposal: Proposal, form: AnswerForm) -> HttpResponse:
    accepted = form.cleaned_data["answer"] == "yes"
    done = answer_offer(
        by=request.person, proposal=proposal, accepted=accepted, now=clock.now(), reason=form.cleaned_data["reason"]
    )
    if done.state == ProposalState.ACCEPTED and asks_both(done.approval):
        messages.success(request, gettext("You both said yes. Your mentoring begins now."))
    elif done.state == ProposalState.ACCEPTED:
        messages.success(request, gettext("Your yes is noted. Your mentoring begins now."))
    elif accepted and done.meeting_from and not proposal.meeting_from:
        messages.success(request, gettext("You are both interested. Meet once; then each of you says yes or no."))
    elif accepted:
        messages.success(request, gettext("Your yes is noted. You hear from us as soon as there is an answer."))
    else:
        messages.success(request, gettext("Your no is noted. No reason is passed on."))
    return redirect("offer", proposal.pk)
