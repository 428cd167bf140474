"""The proof of a round as a file that anybody can check."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions.proof_files import give_proof_file
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.rounds.views import find


@audience(Audience.PROGRAMME_MANAGER)
@require_safe
def proof_file(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Scores, plan and certificate by number: no names, nothing that anybody stated. Audited."""
    found = find(request, slug, number)
    if found.certificate is None:
        raise Http404
    try:
        text = give_proof_file(by=request.person, found=found, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("round_proof", slug, number)
    name = f"proof-{slug}-{number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/json", headers=headers)
