"""The matching report of a round: asked for by whoever runs the programme, made by a job, kept for 30 days."""

from base64 import b64encode
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit, jobs
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import rules
from trellis.matching.actions.states import record
from trellis.matching.models import Report, Round
from trellis.matching.queries.report import content_of, report_job
from trellis.matching.reports.pdf import pdf_of
from trellis.matching.reports.sheet import sheet_of
from trellis.people.models import Person

KEPT = timedelta(days=30)
STEPS = 3  # read and check again, PDF, workbook


class NothingToReport(Refusal):
    """The round has no plan."""


@transaction.atomic
def ask_for_report(*, by: Person, found: Round, now: datetime) -> int:
    """Queue the making of the report and return the job; while one is being made, that one.

    Raises NotAllowed, NothingToReport.
    """
    if not rules.can_match(by, found.programme):
        raise NotAllowed(_("Only the people who run this programme can have its matching report."))
    if found.certificate is None:
        raise NothingToReport(_("This round has no plan yet. Come back when it is solved."))
    Round.objects.select_for_update(of=("self",), no_key=True).defer("inputs").get(pk=found.pk)  # two clicks, one job
    working = report_job(found)
    if working is not None:
        return working.pk
    record(found, by, "ask_for_report", now)
    return jobs.queue(
        "matching.make_report", organisation_id=found.organisation_id, started_by_id=by.pk, round_id=found.pk,
        by_id=by.pk,
    )  # fmt: skip


def make_report(*, by: Person, found: Round, now: datetime) -> Report:
    """Read, check again, write both files and keep them in place of earlier ones. Stopped before the end, it leaves
    nothing. Raises NotAllowed where `by` runs the programme no more."""
    if not rules.can_match(by, found.programme):
        raise NotAllowed(_("Only the people who run this programme can have its matching report."))
    jobs.progress(0, STEPS)
    content = content_of(found, now=now)
    jobs.progress(1, STEPS)
    pdf = pdf_of(content)
    jobs.progress(2, STEPS)
    sheet = sheet_of(content)
    jobs.progress(STEPS, STEPS)
    with transaction.atomic():
        files = {"pdf": b64encode(pdf).decode(), "sheet": b64encode(sheet).decode()}
        made, _fresh = Report.objects.update_or_create(
            round=found, defaults={"organisation_id": found.organisation_id, "asked_by": by, "made_at": now, **files}
        )
        record(found, by, "report", now)
    return made


@transaction.atomic
def note_download(*, by: Person, found: Round, now: datetime) -> None:
    """Leave a line in the audit log: the files name people."""
    record(found, by, "download_report", now)


@transaction.atomic
def drop_old_reports(*, now: datetime) -> int:
    """Throw away what was made more than 30 days ago, and return how many."""
    old = list(Report.objects.filter(made_at__lt=now - KEPT).select_related("round").defer("pdf", "sheet"))
    for report in old:
        report.delete()
        audit.record(
            organisation_id=report.organisation_id, actor_id=None, verb="round.drop_report",
            subject=f"round:{report.round_id}", at=now,
        )  # fmt: skip
    return len(old)
