"""Plans side by side, before anything is decided: make one, compare, use its settings for a round."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions import scenarios as actions
from trellis.matching.choices import ScenarioState
from trellis.matching.models import Scenario
from trellis.matching.queries.comparison import MOST, changes_between, chosen, comparison
from trellis.matching.queries.fairness_compared import fairness_of_plans
from trellis.matching.queries.pool import matching_of
from trellis.matching.queries.scenarios import PLAN, can_compare, differences, is_scored, plans_of, work_of
from trellis.programmes import checks
from trellis.programmes.actions.programmes import SettingsRefused
from trellis.programmes.choices import Side
from trellis.programmes.models import Programme
from trellis.programmes.queries.named import names_on
from trellis.programmes.settings_model import MatchingSettings
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme, page_number, whole_number
from trellis.web.rounds.scenario_forms import NameForm, ScenarioForm
from trellis.web.wizard.refusals import show as show_faults
from trellis.web.wizard.views.settings import FIELDS_BY_PATH

PAGE = ["GET", "HEAD", "POST"]
FEW = 4  # changes shown beside the comparison


def find_plan(request: PersonRequest, slug: str, number: int) -> Scenario:
    """A plan to compare of a programme that the person runs; without its inputs, which only the engine reads."""
    programme = managed_programme(request, slug)
    rows = Scenario.objects.filter(programme=programme, figures__kind=PLAN).select_related("programme")
    return get_object_or_404(rows.defer("inputs"), number=number)


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def scenarios(request: PersonRequest, slug: str) -> HttpResponse:
    """The chosen plans side by side (at first those that were made first), and all that there are."""
    programme = managed_programme(request, slug)
    numbers = [whole_number(raw) for raw in request.GET.getlist("s")]
    if 0 in numbers:
        raise Http404
    rows, plans = plans_of(programme), chosen(programme, numbers)
    fairness = fairness_of_plans(programme, plans)
    solving = fairness.working or any(row.state == ScenarioState.SOLVING and not row.stopped for row in rows)
    if request.headers.get("HX-Request") and not solving:  # all are solved since the last look
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "programme": programme, "comparable": can_compare(programme), "rows": rows, "solving": solving, "most": MOST,
        "scored": is_scored(programme), "any_scored": any(row.scored for row in rows),
        "shown": {plan.number for plan in plans}, "here": request.get_full_path(),
        "compared": comparison(programme, plans) if plans else None, "fairness": fairness,
        "changes": changes_between(plans[0], plans[1], size=FEW) if len(plans) > 1 else None,
    }  # fmt: skip
    return render(request, "rounds/scenarios.html", context)


@require_http_methods(PAGE)
@audience(Audience.PROGRAMME_MANAGER)
def scenario_new(request: PersonRequest, slug: str) -> HttpResponse:
    """Other settings, to see what they would give. `?from=` starts from those of another plan."""
    programme = managed_programme(request, slug)
    start = matching_of(programme)
    if request.GET.get("from"):
        start = find_plan(request, slug, whole_number(request.GET["from"])).settings
    form = ScenarioForm(
        request.POST if request.method == "POST" else None, programme=programme, settings=MatchingSettings.of(start)
    )
    if request.method == "POST" and form.is_valid():
        try:
            _make(request, programme, form, clock.now())
        except SettingsRefused as refusal:
            show_faults(refusal, form, FIELDS_BY_PATH)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, gettext("It is being solved. Nothing is sent to anybody."))
            return redirect("scenarios", slug)
    context = {
        "programme": programme, "form": form, "names": [(side, names_on(programme, side)) for side in Side.values],
    }  # fmt: skip
    return render(request, "rounds/scenario_new.html", context, status=422 if form.errors else 200)


def _make(request: PersonRequest, programme: Programme, form: ScenarioForm, now: datetime) -> Scenario:
    faults = list(checks.check_matching(form.matching(), programme.template_id))
    if faults:
        raise SettingsRefused(faults)
    return actions.make_scenario(
        by=request.person, programme=programme, name=form.cleaned_data["name"], changes=form.changes(), now=now
    )


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def scenario_present(request: PersonRequest, slug: str) -> HttpResponse:
    """The present settings as a plan to compare with."""
    programme = managed_programme(request, slug)
    name = gettext("Present settings")
    try:
        actions.make_scenario(by=request.person, programme=programme, name=name, changes={}, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("scenarios", slug)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def scenarios_fairness(request: PersonRequest, slug: str) -> HttpResponse:
    """Count who is matched under the plans that stand side by side, group by group."""
    programme = managed_programme(request, slug)
    numbers = [whole_number(raw) for raw in request.POST.getlist("s")]
    if 0 in numbers:
        raise Http404
    plans = chosen(programme, numbers)
    try:
        actions.compare_fairness(by=request.person, programme=programme, plans=plans, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    there = "&".join(f"s={plan.number}" for plan in plans)
    return redirect(f"{reverse('scenarios', args=[slug])}?{there}")


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def scenario(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """One plan: how far it is, what it is, and what can be done with it."""
    return _show(request, find_plan(request, slug, number), NameForm())


def _show(request: PersonRequest, found: Scenario, form: NameForm) -> HttpResponse:
    solving = found.state == ScenarioState.SOLVING
    if request.headers.get("HX-Request") and not solving:
        return HttpResponse(headers={"HX-Refresh": "true"})
    form.initial.setdefault("name", found.name)
    context = {
        "programme": found.programme, "found": found, "form": form, "solving": solving,
        "work": work_of(found) if solving else None, "here": request.path,
        "differs": list(differences(found.settings, matching_of(found.programme))),
        "compared": comparison(found.programme, [found]) if found.state == ScenarioState.SOLVED else None,
    }  # fmt: skip
    part = "rounds/_scenario_solving.html" if request.headers.get("HX-Request") else "rounds/scenario.html"
    return render(request, part, context, status=422 if form.errors else 200)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def scenario_rename(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    found = find_plan(request, slug, number)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            actions.rename_scenario(by=request.person, found=found, name=form.cleaned_data["name"], now=clock.now())
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, gettext("Renamed."))
            return redirect("scenario", slug, number)
    return _show(request, found, form)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def scenario_delete(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    found = find_plan(request, slug, number)
    name = found.name
    actions.delete_scenario(by=request.person, found=found, now=clock.now())
    messages.success(request, gettext("“%(name)s” is deleted.") % {"name": name})
    return redirect("scenarios", slug)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def scenario_again(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """The same settings on today's people."""
    found = find_plan(request, slug, number)
    try:
        actions.solve_again(by=request.person, found=found, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("scenario", slug, number)


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def scenario_use(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Start a round with a plan's settings, and go to it."""
    found = find_plan(request, slug, number)
    try:
        fresh = actions.use_scenario(by=request.person, found=found, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("scenario", slug, number)
    messages.success(request, gettext("A round is started with these settings. The programme's own stay as they are."))
    return redirect("round", slug, fresh.number)


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def scenario_changes(request: PersonRequest, slug: str, number: int, other: int) -> HttpResponse:
    """Person by person, who has another mentor in one plan than in the other."""
    plans = [find_plan(request, slug, each) for each in (number, other)]
    found = changes_between(*plans, page=page_number(request))
    if found is None or any(plan.state != ScenarioState.SOLVED for plan in plans):
        raise Http404
    there = f"{reverse('scenarios', args=[slug])}?s={number}&s={other}"
    context = {
        "programme": plans[0].programme, "before": plans[0], "after": plans[1], "found": found, "back": there,
    }  # fmt: skip
    return render(request, "rounds/scenario_changes.html", context)
