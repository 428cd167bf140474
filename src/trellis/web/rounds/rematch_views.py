"""Starting a round in which running pairs may be placed again. The rest is a round like any other."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions.rematch import start_rematch
from trellis.matching.queries.rematch import MOST_POINTS, rematch_of
from trellis.matching.rules import asks_anybody, can_rematch
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme
from trellis.web.rounds.forms import RematchForm


@audience(Audience.PROGRAMME_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def rematch(request: PersonRequest, slug: str) -> HttpResponse:
    """Say what a rematch does and how much better a new pair must be, then start it."""
    programme = managed_programme(request, slug)
    form = RematchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        points = form.cleaned_data["points"]
        try:
            found = start_rematch(by=request.person, programme=programme, points=points, now=clock.now())
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            return redirect("round", slug, found.number)
    context = {
        "programme": programme, "form": form, "people": rematch_of(programme), "possible": can_rematch(programme),
        "most": MOST_POINTS, "asks": asks_anybody(programme),
    }  # fmt: skip
    return render(request, "rounds/rematch.html", context, status=422 if form.errors else 200)
