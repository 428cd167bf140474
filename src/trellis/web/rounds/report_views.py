"""The matching report of a round: made by a job, kept as a PDF and a workbook, for whoever runs the programme."""

from base64 import b64decode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.matching.actions.reports import KEPT, ask_for_report, note_download
from trellis.matching.models import Report
from trellis.matching.queries.report import report_job, report_of
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.rounds.views import find

PDF = "application/pdf"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@audience(Audience.PROGRAMME_MANAGER)
@require_safe
def report(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """The two files; before they are made, what is in them and the button that makes them."""
    found = find(request, slug, number)
    working, made = report_job(found), report_of(found)
    context = {
        "programme": found.programme, "found": found, "report": made,
        "gone_on": made.made_at + KEPT if made else None, "days": KEPT.days, "working": working is not None,
        "own_job": working.pk if working and working.started_by_id == request.person.pk else None,
    }  # fmt: skip
    return render(request, "rounds/report.html", context)


@audience(Audience.PROGRAMME_MANAGER)
@require_POST
def make(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Have it made, and go to how far it is; where somebody else has asked already, back to the page."""
    found = find(request, slug, number)
    try:
        job_id = ask_for_report(by=request.person, found=found, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("round_report", slug, number)
    working = report_job(found)
    if working is not None and working.started_by_id != request.person.pk:
        return redirect("round_report", slug, number)
    return redirect("job", job_id)


@audience(Audience.PROGRAMME_MANAGER)
@require_safe
def pdf(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    made = _made(request, slug, number)
    return _file(made.pdf, PDF, f"matching-{slug}-{number}.pdf")


@audience(Audience.PROGRAMME_MANAGER)
@require_safe
def sheet(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    made = _made(request, slug, number)
    return _file(made.sheet, WORKBOOK, f"matching-{slug}-{number}.xlsx")


def _made(request: PersonRequest, slug: str, number: int) -> Report:
    found = find(request, slug, number)
    made = Report.objects.filter(round=found).first()
    if made is None:
        raise Http404
    note_download(by=request.person, found=found, now=clock.now())
    return made


def _file(kept: str, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        b64decode(kept), content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
