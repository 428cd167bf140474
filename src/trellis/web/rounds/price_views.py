"""What rules, weights and places cost, and what one good costs in another: asked by a button, solved by a job."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions import scenarios as actions
from trellis.matching.choices import ScenarioState
from trellis.matching.models import Scenario
from trellis.matching.queries.curves import AXES, curve_of, curve_row
from trellis.matching.queries.prices import prices_of, prices_row
from trellis.matching.queries.promises import weeks_of
from trellis.matching.queries.rematch import rematch_of
from trellis.matching.queries.scenarios import REMATCH, can_compare, is_scored, work_of
from trellis.programmes.models import Programme
from trellis.programmes.settings_model import MatchingSettings
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme, whole_number
from trellis.web.rounds.views import find

NO_POINT = -1
PAGE = ["GET", "HEAD", "POST"]


@require_http_methods(PAGE)
@audience(Audience.PROGRAMME_MANAGER)
def round_prices(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Prices of a solved round: looked at, or worked out (again) when the button is pressed."""
    found = find(request, slug, number)
    if request.method == "POST":
        try:
            actions.make_prices(by=request.person, found=found, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("round_prices", slug, number)
    if found.certificate is None:
        raise Http404
    row = prices_row(found)
    answer = _waiting(request, row)
    if answer:
        return answer
    solved = row is not None and row.state == ScenarioState.SOLVED
    context = {
        "programme": found.programme, "found": found, "row": row,
        "scored": MatchingSettings.of(found.settings).scoring,
        "comparable": can_compare(found.programme) and not weeks_of(found.settings), **_work(request, row),
        "prices": prices_of(row) if row and solved else None,
    }  # fmt: skip
    return render(request, "rounds/prices.html", context)


@require_http_methods(PAGE)
@audience(Audience.PROGRAMME_MANAGER)
def curve(request: PersonRequest, slug: str, axis: str) -> HttpResponse:
    """One curve: looked at, or drawn (again) with today's people when the button is pressed."""
    programme = _on(request, slug, axis)
    if request.method == "POST":
        try:
            actions.make_curve(by=request.person, programme=programme, axis=axis, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("curve", slug, axis)
    row = curve_row(programme, axis)
    answer = _waiting(request, row)
    if answer:
        return answer
    solved = row is not None and row.state == ScenarioState.SOLVED
    context = {
        "programme": programme, "comparable": can_compare(programme),
        "scored": is_scored(programme), "axis": AXES[axis], "axes": AXES.values(), "row": row, **_work(request, row),
        "curve": curve_of(row) if row and solved else None,
        "rematch": rematch_of(programme) if axis == REMATCH else None,
    }  # fmt: skip
    return render(request, "rounds/curve.html", context)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def curve_open(request: PersonRequest, slug: str, axis: str) -> HttpResponse:
    """Make a plan to compare out of the point that was pressed."""
    programme = _on(request, slug, axis)
    row = curve_row(programme, axis)
    if row is None:
        raise Http404
    raw = request.POST.get("value", "")
    value = whole_number(raw) if raw.isdigit() else NO_POINT  # 0 is a point like any other
    try:
        actions.open_point(by=request.person, found=row, value=value, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("curve", slug, axis)
    messages.success(request, gettext("It is being solved as a plan to compare. Nothing is sent to anybody."))
    return redirect("scenarios", slug)


def _on(request: PersonRequest, slug: str, axis: str) -> Programme:
    programme = managed_programme(request, slug)
    if axis not in AXES:
        raise Http404
    return programme


def _work(request: PersonRequest, row: Scenario | None) -> dict[str, object]:
    solving = row is not None and row.state == ScenarioState.SOLVING
    return {"solving": solving, "work": work_of(row) if row and solving else None, "here": request.path}


def _waiting(request: PersonRequest, row: Scenario | None) -> HttpResponse | None:
    """What htmx gets when it asks again: the part that waits, or word that the page has changed."""
    if not request.headers.get("HX-Request"):
        return None
    context = _work(request, row)
    if not context["solving"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "rounds/_scenario_solving.html", {**context, "found": row})
