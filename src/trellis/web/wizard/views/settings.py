from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.kernel import clock
from trellis.programmes import content
from trellis.programmes.actions.programmes import MoveRefused, SettingsRefused, move_programme
from trellis.programmes.actions.settings import ChangedMeanwhile, Touched, changes_so_far
from trellis.programmes.choices import ProgrammeStatus, Side
from trellis.programmes.configuration import configuration_of
from trellis.programmes.models import EligibilityRule, Programme
from trellis.programmes.plan import windows_of
from trellis.programmes.queries.settings import role_rows
from trellis.programmes.statuses import LEGAL_MOVES
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme
from trellis.web.wizard import impact
from trellis.web.wizard.confirming import asks_first, posted, posted_fields, seen, sent, turned_back
from trellis.web.wizard.forms.rows import StagesForm, TasksForm
from trellis.web.wizard.forms.sections import SectionForm
from trellis.web.wizard.refusals import show, show_what_is_saved
from trellis.web.wizard.sections import SECTIONS, Section, links, section_called
from trellis.web.wizard.stage_chart import stage_chart

MOVES = {
    ProgrammeStatus.ENROLLING: (gettext_lazy("Open sign-up"), gettext_lazy("Sign-up is open.")),
    ProgrammeStatus.RUNNING: (gettext_lazy("Set to running"), gettext_lazy("The programme is running.")),
    ProgrammeStatus.CLOSED: (
        gettext_lazy("Close"),
        gettext_lazy("The programme is closed. Pairs that run go on as they are."),
    ),
    ProgrammeStatus.ARCHIVED: (gettext_lazy("Archive"), gettext_lazy("The programme is archived.")),
}
FIELDS_BY_PATH = {
    "matching.ideal_level_gap": "ideal_to",
    "matching.level_gap": "gap_to",
}


@require_safe
@audience(Audience.PROGRAMME_MANAGER)
def settings(request: PersonRequest, slug: str) -> HttpResponse:
    """All settings at a glance, each with a way to change it; the status and what can be done with the whole."""
    programme = managed_programme(request, slug)
    found = configuration_of(programme)
    context = {
        "programme": programme,
        "found": found,
        "links": links(programme, ""),
        "roles": role_rows(programme),
        "moves": [(status, MOVES[status][0]) for status in LEGAL_MOVES[programme.status]],
        "touched": impact.touched_by(programme),
        "chart": stage_chart(found.stage_plan),
        "packs": [content.survey_packs()[pack].name for pack in found.surveys],
    }
    return render(request, "wizard/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.PROGRAMME_MANAGER)
def section(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """One section. Where people are inside already, the change is shown with its reach before it is made."""
    programme = managed_programme(request, slug)
    found = section_called(key)
    if found is None:
        raise Http404
    form = _form(found, request, programme)
    if sent(request) and form.is_valid():
        touched = impact.touched_by(programme)
        try:
            if form.has_changed() and asks_first(request, touched):
                _rehearse(request, programme, found, form)
                return _ask(request, programme, found, form, touched)
            _save(request, programme, found, form, touched)
        except SettingsRefused as refusal:
            show(refusal, form, FIELDS_BY_PATH)
        except ChangedMeanwhile as refusal:
            programme.refresh_from_db()
            form = _form(found, request, programme)
            show_what_is_saved(refusal, form)
        else:
            return redirect(request.get_full_path())
    context = {"programme": programme, "section": found, "form": form, "links": links(programme, key)}
    context |= {"seen": changes_so_far(programme)} | _more(programme, form)
    return render(request, found.template, context, status=422 if form.errors else 200)


def _form(found: Section, request: PersonRequest, programme: Programme) -> SectionForm:
    assert found.form
    data = posted(request)
    if issubclass(found.form, TasksForm):
        planned = [window.stage for window in windows_of(programme.stage_plan)]
        stage = request.GET.get("stage") or next(iter(planned), "")
        if stage not in planned:
            raise Http404
        return found.form(data, programme=programme, stage=stage)
    return found.form(data, programme=programme)


def _rehearse(request: PersonRequest, programme: Programme, found: Section, form: SectionForm) -> None:
    """Make the change and take it back, so that nobody confirms what would be refused. Raises as the change does."""
    assert found.save
    with transaction.atomic():
        copy = Programme.objects.get(pk=programme.pk)
        found.save(by=request.person, programme=copy, now=clock.now(), seen=seen(request), **form.change())
        transaction.set_rollback(True)


def _ask(
    request: PersonRequest, programme: Programme, found: Section, form: SectionForm, touched: Touched
) -> HttpResponse:
    context = {
        "programme": programme,
        "section": found,
        "links": links(programme, found.key),
        "headline": impact.headline(touched),
        "changes": form.changed_labels(),
        "consequences": impact.consequences(found.key, form),
        "fields": posted_fields(request),
    }
    return render(request, "wizard/impact.html", context)


def _save(request: PersonRequest, programme: Programme, found: Section, form: SectionForm, touched: Touched) -> None:
    assert found.save
    changed = found.save(
        by=request.person, programme=programme, now=clock.now(), touched=touched, seen=seen(request), **form.change()
    )
    if changed:
        messages.success(request, _("Saved."))
    else:
        messages.info(request, _("Nothing was different, so nothing was changed."))


def _more(programme: Programme, form: SectionForm) -> dict[str, Any]:  # Any: template context
    """What single sections show beside their form."""
    if isinstance(form, TasksForm):
        stages = [(window.stage, content.stages()[window.stage].name) for window in windows_of(programme.stage_plan)]
        return {"stages": stages, "stage": form.stage}
    if isinstance(form, StagesForm):
        return {"chart": stage_chart(windows_of(programme.stage_plan))}
    rules = EligibilityRule.objects.filter(programme=programme).order_by("side", "position", "id")
    by_side = [(side, [rule for rule in rules if rule.side == side]) for side in Side]
    return {"sides": by_side, "sections": SECTIONS}


@require_POST
@audience(Audience.PROGRAMME_MANAGER)
def move(request: PersonRequest, slug: str) -> HttpResponse:
    """Take the programme to another status; closing one with pairs inside asks first."""
    programme = managed_programme(request, slug)
    wanted = request.POST.get("to", "")
    if wanted not in MOVES:
        raise Http404
    if turned_back(request):
        return redirect("programme_settings", slug=slug)
    to = ProgrammeStatus(wanted)
    touched = impact.touched_by(programme)
    if to in (ProgrammeStatus.CLOSED, ProgrammeStatus.ARCHIVED) and asks_first(request, touched):
        context = {
            "programme": programme,
            "links": links(programme, ""),
            "headline": impact.headline(touched),
            "changes": [_("Status")],
            "consequences": [_("Pairs that run go on to the end they planned. Nobody else can sign up.")],
            "fields": posted_fields(request),
        }
        return render(request, "wizard/impact.html", context)
    try:
        move_programme(by=request.person, programme=programme, to=to, now=clock.now())
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(MOVES[to][1]))
    return redirect("programme_settings", slug=slug)
