from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from trellis.kernel import clock
from trellis.programmes import content, templates
from trellis.programmes.actions.portable import export_programme, import_programme
from trellis.programmes.actions.programmes import SettingsRefused, duplicate_programme, set_up
from trellis.programmes.eligibility import readable
from trellis.programmes.queries.eligible import count_eligible
from trellis.programmes.yaml_reader import FileRefused, LineFault
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.lookup import managed_programme
from trellis.web.wizard.confirming import posted
from trellis.web.wizard.forms.creation import CopyForm, CreateForm, FileForm, usual_start
from trellis.web.wizard.refusals import show
from trellis.web.wizard.stage_chart import stage_chart
from trellis.web.wizard.views.gallery import template_or_404

FIELDS_BY_PATH = {
    "enrolment_opens_on": "opens_on",
    "enrolment_closes_on": "closes_on",
    "matching.priority_rule": "priority_rule",
}


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.PROGRAMME_MANAGER)
def create(request: PersonRequest, template_id: str) -> HttpResponse:
    """The wizard: one page with everything filled in from the template; one button creates and opens sign-up."""
    template = template_or_404(template_id)
    now = clock.now()
    form = CreateForm(posted(request), template=template, today=now.date())
    if request.method == "POST" and form.is_valid():
        try:
            programme = set_up(
                by=request.person, configuration=form.configuration(), now=now, open_sign_up="open" in request.POST
            )
        except SettingsRefused as refusal:
            show(refusal, form, FIELDS_BY_PATH)
        else:
            messages.success(request, _("%(name)s is ready.") % {"name": programme.name})
            return redirect("programme_settings", slug=programme.slug)
    proposed = form.proposed
    context = {
        "template": template,
        "form": form,
        "proposed": proposed,
        "eligible": count_eligible(proposed.eligibility, now.date()),
        "conditions": [(rule.side, readable(rule)) for rule in proposed.eligibility],
        "stages": [(window, content.stages()[window.stage]) for window in proposed.stage_plan],
        "chart": stage_chart(proposed.stage_plan),
        "factors": templates.factors(),
    }
    return render(request, "wizard/create.html", context, status=200 if not form.errors else 422)


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.PROGRAMME_MANAGER)
def duplicate(request: PersonRequest, slug: str) -> HttpResponse:
    """The next cohort from this one."""
    programme = managed_programme(request, slug)
    now = clock.now()
    initial = {"name": programme.name, "starts_on": usual_start(now.date())}
    form = CopyForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            copy = duplicate_programme(
                by=request.person, programme=programme, name=form.cleaned_data["name"],
                starts_on=form.cleaned_data["starts_on"], now=now,
            )  # fmt: skip
        except SettingsRefused as refusal:
            show(refusal, form)
        else:
            messages.success(request, _("%(name)s is a draft with the same settings. No people came along.") % {
                "name": copy.name,
            })  # fmt: skip
            return redirect("programme_settings", slug=copy.slug)
    return render(request, "wizard/duplicate.html", {"programme": programme, "form": form}, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.PROGRAMME_MANAGER)
def import_file(request: PersonRequest) -> HttpResponse:
    """A programme from a file; a file that cannot be used is explained line by line."""
    form = FileForm(posted(request), request.FILES if request.method == "POST" else None)
    faults: tuple[LineFault, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            programme = import_programme(by=request.person, data=form.cleaned_data["file"].read(), now=clock.now())
        except FileRefused as refusal:
            faults = refusal.faults
        else:
            messages.success(
                request, _("%(name)s is a draft with the settings of the file.") % {"name": programme.name}
            )
            return redirect("programme_settings", slug=programme.slug)
    status = 422 if faults else _status(form)
    return render(request, "wizard/import.html", {"form": form, "faults": faults}, status=status)


@require_GET
@audience(Audience.PROGRAMME_MANAGER)
def export(request: PersonRequest, slug: str) -> HttpResponse:
    """The programme's settings as a file; the download is recorded."""
    programme = managed_programme(request, slug)
    data = export_programme(by=request.person, programme=programme, now=clock.now())
    answer = HttpResponse(data, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{programme.slug}.yaml"'
    return answer


def _status(form: CopyForm | FileForm) -> int:
    return 422 if form.errors else 200
