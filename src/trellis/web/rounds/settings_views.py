"""How the next round is matched: weights, rules and the objective, tried on the people who are ready."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions.rounds import run_again, start_round
from trellis.matching.choices import RoundState
from trellis.matching.models import Round
from trellis.matching.queries.pool import matching_of
from trellis.matching.queries.reading import reader_fault
from trellis.matching.queries.scenarios import can_compare
from trellis.matching.queries.tryout import Tried, try_settings
from trellis.matching.words import input_words
from trellis.programmes import checks
from trellis.programmes.actions.programmes import SettingsRefused
from trellis.programmes.actions.settings import ChangedMeanwhile, change_matching, changes_so_far
from trellis.programmes.models import Programme
from trellis.programmes.queries.matched_questions import matched_questions
from trellis.programmes.settings_model import MatchingSettings
from trellis.programmes.templates import template
from trellis.programmes.weights import evened_out
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme
from trellis.web.rounds.settings_rows import rule_rows
from trellis.web.rounds.views import find
from trellis.web.wizard.confirming import posted, seen
from trellis.web.wizard.forms.matching import MatchingForm, weight_values
from trellis.web.wizard.impact import touched_by
from trellis.web.wizard.refusals import show, show_what_is_saved
from trellis.web.wizard.views.settings import FIELDS_BY_PATH
from trellis_engine.matching import InputRefused

PAGE = ["GET", "HEAD", "POST"]
ONE_GOAL = ("objective", "spread")  # what is asked about the goal, where there is more than one
Stored = Mapping[str, Any]  # Any: settings as a round keeps them, JSON


@require_http_methods(PAGE)
@audience(Audience.PROGRAMME_MANAGER)
def settings(request: PersonRequest, slug: str) -> HttpResponse:
    """The programme's settings for every round from now on: save them, try them, or start a round with them."""
    programme = managed_programme(request, slug)
    form = _form(posted(request), programme)
    does = request.POST.get("does", "")
    if does in RESHAPES:
        form = _reshaped(request, form, does)
    elif does == "try":
        return _tried(request, programme, form, {}, None)
    elif request.method == "POST" and form.is_valid():
        try:
            return _saved(request, programme, form, start=does == "start")
        except SettingsRefused as refusal:
            show(refusal, form, FIELDS_BY_PATH)
        except ChangedMeanwhile as refusal:
            programme.refresh_from_db()
            form = _form(request.POST, programme)
            show_what_is_saved(refusal, form)
    return _page(request, programme, form, None)


def _saved(request: PersonRequest, programme: Programme, form: MatchingForm, *, start: bool) -> HttpResponse:
    """Save, and start a round if that was pressed; a refused start leaves the settings saved and says so."""
    change_matching(
        by=request.person, programme=programme, matching=form.matching(), now=clock.now(),
        touched=touched_by(programme), seen=seen(request),
    )  # fmt: skip
    if not start:
        messages.success(request, gettext("Saved. The next round uses these settings."))
        return redirect("round_settings", programme.slug)
    try:
        found = start_round(by=request.person, programme=programme, now=clock.now())
    except Refusal as refusal:
        messages.error(request, gettext("The settings are saved. %(why)s") % {"why": refusal})
        return redirect("rounds", programme.slug)
    return redirect("round", programme.slug, found.number)


@require_http_methods(PAGE)
@audience(Audience.PROGRAMME_MANAGER)
def again(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Other settings for this round alone: it is run again with them, and decisions are kept."""
    found = find(request, slug, number)
    programme = found.programme
    if found.state not in {RoundState.REVIEW, RoundState.FAILED}:
        return redirect("round", slug, number)
    form = _form(posted(request), programme, MatchingSettings.of(found.settings))
    does = request.POST.get("does", "")
    if does in RESHAPES:
        form = _reshaped(request, form, does)
    elif does == "try":
        return _tried(request, programme, form, found.settings, found)
    elif request.method == "POST" and form.is_valid():
        try:
            fresh = run_again(by=request.person, found=found, now=clock.now(), matching=form.matching())
        except SettingsRefused as refusal:
            show(refusal, form, FIELDS_BY_PATH)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, gettext("Running again with these settings, for this round alone."))
            return redirect("round", slug, fresh.number)
    return _page(request, programme, form, found)


def _form(data: QueryDict | None, programme: Programme, settings: MatchingSettings | None = None) -> MatchingForm:
    """Peers and circles are matched with one goal alone, so nothing is asked about it and what is stored stays."""
    form = MatchingForm(data, programme=programme, settings=settings)
    if not can_compare(programme):
        for name in ONE_GOAL:
            form.fields[name].disabled = True
    return form


def _reshaped(request: PersonRequest, form: MatchingForm, does: str) -> MatchingForm:
    """The same form with other weights, not saved yet."""
    weights = RESHAPES[does](form)
    data = request.POST.copy()
    for name, weight in weight_values(weights).items():
        data[name] = str(weight)
    return _form(data, form.programme, form.settings)


def _even(form: MatchingForm) -> Mapping[str, int]:
    return evened_out(form.typed_weights)


def _of_template(form: MatchingForm) -> Mapping[str, int]:
    return template(form.programme.template_id).weights


RESHAPES = {"even": _even, "template": _of_template}


def _tried(
    request: PersonRequest, programme: Programme, form: MatchingForm, stored: Stored, found: Round | None
) -> HttpResponse:
    tried = None
    if form.is_valid():
        try:
            tried = _try(programme, form.matching(), stored)
        except SettingsRefused as refusal:
            show(refusal, form, FIELDS_BY_PATH)
        except InputRefused as refused:
            form.add_error(None, input_words(refused))
    return _page(request, programme, form, found, tried, fragment="HX-Request" in request.headers)


def _try(programme: Programme, matching: MatchingSettings, stored: Stored) -> Tried:
    faults = list(checks.check_matching(matching, programme.template_id))
    if faults:
        raise SettingsRefused(faults)
    return try_settings(programme, {**matching_of(programme), **stored, **matching.plain()}, now=clock.now())


def _page(
    request: PersonRequest, programme: Programme, form: MatchingForm, found: Round | None, tried: Tried | None = None,
    *, fragment: bool = False,
) -> HttpResponse:  # fmt: skip
    questions = matched_questions(programme)
    pinned, apart = (programme.matching.get(name, []) for name in ("pinned", "forbidden"))
    context = {
        "programme": programme, "form": form, "found": found, "tried": tried, "seen": changes_so_far(programme),
        "rows": rule_rows(form, programme.slug, questions, len(apart), tried),
        "compared": sum(question.mode in ("score", "complement") for question in questions),
        "pinned": len(pinned), "apart": len(apart), "fragment": fragment, "one_goal": not can_compare(programme),
        "reader_fault": reader_fault(),
    }  # fmt: skip
    name = "rounds/_tried.html" if fragment else "rounds/settings.html"
    bad = bool(form.errors) and not fragment  # what is tried while it is typed is no mistake yet
    return render(request, name, context, status=422 if bad else 200)
