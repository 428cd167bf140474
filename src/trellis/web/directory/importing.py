"""Importing a file: upload, columns, dry run, apply. The import's own page shows whichever step it is at."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.integrations.tables import read_table
from trellis.integrations.tables.csv_text import csv_text
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.people.actions.directory import receive_file, resume_import, start_apply, start_check, stop_import
from trellis.people.choices import ImportState
from trellis.people.directory.fields import Field, Guess, guess_all
from trellis.people.directory.sheet import Sheet, unpack
from trellis.people.models import DirectoryImport
from trellis.people.queries import directory as queries
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.directory.forms import ApplyForm, ColumnsForm, UploadForm

FAULTS_SHOWN = 50
STEPS = {
    ImportState.UPLOADED: 2, ImportState.CHECKING: 3, ImportState.PREVIEW: 3, ImportState.APPLYING: 4,
    ImportState.APPLIED: 5,
}  # fmt: skip


@audience(Audience.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: PersonRequest) -> HttpResponse:
    """Earlier imports, and the upload that begins a new one."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            table = read_table(name=file.name, content=file.read(), encoding=form.cleaned_data["encoding"])
            run = receive_file(
                by=request.person, organisation=request.person.organisation, file_name=file.name,
                header=table.header, rows=table.rows, read_as=table.read_as, now=clock.now(),
            )  # fmt: skip
            return redirect("directory_import", run.pk)
        except Refusal as refusal:
            form.add_error(refusal.field or "file", str(refusal))
    return render(request, "directory/imports.html", {"form": form, "imports": queries.imports()})


@audience(Audience.ADMIN)
@require_safe
def one_import(request: PersonRequest, number: int) -> HttpResponse:
    """Where an import stands. While it works, htmx asks for the progress alone, and for the page when it is done."""
    run = _found(number)
    work = queries.work_of(run)
    if not request.headers.get("HX-Request"):
        return _page(request, run)
    if work is None or work.stalled:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "directory/_work.html", {"run": run, "work": work})


@audience(Audience.ADMIN)
@require_POST
def columns(request: PersonRequest, number: int) -> HttpResponse:
    """Keep the choice of columns and start the dry run."""
    run = _found(number)
    form = _columns_form(request, run)
    if form is None:
        return _moved_on(request, run)
    if form.is_valid():
        try:
            start_check(
                by=request.person, run=run, columns=form.columns(), date_order=form.cleaned_data["date_order"],
                missing_means_left=form.cleaned_data["missing_means_left"], now=clock.now(),
            )  # fmt: skip
            return redirect("directory_import", run.pk)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
    return _page(request, run, columns_form=form)


@audience(Audience.ADMIN)
@require_POST
def apply(request: PersonRequest, number: int) -> HttpResponse:
    """Start writing the preview."""
    run = _found(number)
    form = ApplyForm(request.POST)
    form.is_valid()
    try:
        start_apply(by=request.person, run=run, allow_leavers=form.cleaned_data["allow_leavers"], now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("directory_import", run.pk)


@audience(Audience.ADMIN)
@require_POST
def stop(request: PersonRequest, number: int) -> HttpResponse:
    """Throw the import away, or stop it after its present batch."""
    run = _found(number)
    try:
        stop_import(by=request.person, run=run, now=clock.now())
        messages.info(request, gettext("It was asked to stop. What was written before stays."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("directory_import", run.pk)


@audience(Audience.ADMIN)
@require_POST
def again(request: PersonRequest, number: int) -> HttpResponse:
    """Set a failed step going again."""
    run = _found(number)
    try:
        resume_import(by=request.person, run=run)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("directory_import", run.pk)


@audience(Audience.ADMIN)
@require_safe
def refused_file(request: PersonRequest, number: int) -> HttpResponse:
    """The rows that do not go in, to be corrected and uploaded again."""
    header, rows = queries.refused_rows(_found(number))
    return _csv(f"refused-rows-{number}.csv", csv_text(header, rows))


@audience(Audience.ADMIN)
@require_safe
def template_file(request: PersonRequest) -> HttpResponse:
    """An empty file with every column that can be imported."""
    header = [field.value for field in Field if field is not Field.FULL_NAME]
    return _csv("trellis-people.csv", csv_text(header, []))


def _csv(name: str, text: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=disposition)


def _found(number: int) -> DirectoryImport:
    """The import without its file, which is megabytes and read by the few steps that ask for it."""
    rows = DirectoryImport.objects.select_related("organisation", "started_by").defer("content")
    return get_object_or_404(rows, pk=number)


def _moved_on(request: PersonRequest, run: DirectoryImport) -> HttpResponse:
    messages.error(request, gettext("This import has moved on meanwhile. Here is where it stands."))
    return redirect("directory_import", run.pk)


def _columns_form(request: PersonRequest, run: DirectoryImport) -> ColumnsForm | None:
    """The form for the columns, as long as they can still be chosen."""
    if run.state not in {ImportState.UPLOADED, ImportState.PREVIEW}:
        return None
    sheet = unpack(bytes(run.content))
    initial = {"date_order": run.options.get("date_order"), "missing_means_left": run.options.get("missing_means_left")}
    data = request.POST if request.method == "POST" else None
    return ColumnsForm(data, sheet=sheet, guesses=_guesses(run, sheet), initial=initial)


def _guesses(run: DirectoryImport, sheet: Sheet) -> dict[str, Guess]:
    guesses = guess_all(sheet.header, queries.remembered_columns())
    chosen = {header: Field(field) if field else None for header, field in run.mapping.items()}
    return {header: Guess(chosen.get(header, guess.field), guess.remembered) for header, guess in guesses.items()}


def _page(request: PersonRequest, run: DirectoryImport, *, columns_form: ColumnsForm | None = None) -> HttpResponse:
    show = request.GET.get("show", "updated")
    report = run.report
    context = {
        "run": run, "work": queries.work_of(run), "step": STEPS.get(ImportState(run.state), 5),
        "steps": [gettext("File"), gettext("Columns"), gettext("Dry run"), gettext("Import"), gettext("Done")],
        "columns_form": columns_form or _columns_form(request, run), "show": show, "report": report,
        "written": report.get("written"), "faults": run.faults[:FAULTS_SHOWN],
        "more_faults": max(0, len(run.faults) - FAULTS_SHOWN),
        "ready": report.get("rows", 0) - report.get("refused", 0),
        "can_download": bool(report.get("refused")) and bool(run.content),
    }  # fmt: skip
    return render(request, "directory/import.html", context)
