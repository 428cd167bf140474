"""An organisation's long work as its admins see it: what, by whom, how far. Never arguments, never traces."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from trellis.kernel.jobs.tables import Job, JobState
from trellis.people.models import Person

PAGE = 25
MAIL = "notifications.deliver"
OPEN_STATES = (JobState.READY, JobState.RUNNING)


@dataclass(frozen=True)
class JobRow:
    id: int
    name: str
    state: str
    started_by: str
    mine: bool
    created_at: datetime
    finished_at: datetime | None
    done: int
    total: int
    attempts: int
    stopping: bool
    path: str

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class JobCounts:
    running: int
    waiting: int
    done_today: int
    failed_today: int
    mail_failed: int


def job_counts(person: Person, *, now: datetime) -> JobCounts:
    day = Q(finished_at__gte=now - timedelta(days=1))
    dead = Q(state=JobState.DEAD) & day
    row = _rows(person).aggregate(
        running=Count("pk", filter=Q(state=JobState.RUNNING)),
        waiting=Count("pk", filter=Q(state=JobState.READY)),
        done_today=Count("pk", filter=Q(state=JobState.DONE) & day),
        failed_today=Count("pk", filter=dead),
        mail_failed=Count("pk", filter=dead & Q(name=MAIL)),
    )
    return JobCounts(**row)


def open_jobs(person: Person) -> list[JobRow]:
    """What runs or waits, the running first; at most a page, and no mails, because they come in hundreds."""
    rows = _rows(person).filter(state__in=OPEN_STATES)
    work = list(rows.exclude(name=MAIL).order_by("-state", "id")[:PAGE])
    return _with_names(work, person)


def finished_jobs(person: Person, *, show: str = "", before: int | None = None) -> tuple[list[JobRow], int | None]:
    """A page of what ended, newest first, and the id to ask for next.

    `show` is "failed", "mine" or "mail"; anything else shows all but mail.
    """
    rows = _rows(person).exclude(state__in=OPEN_STATES).order_by("-id")
    rows = {
        "failed": rows.filter(state=JobState.DEAD),
        "mine": rows.filter(started_by_id=person.pk),
        "mail": rows.filter(name=MAIL),
    }.get(show, rows.exclude(name=MAIL))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    return _with_names(found[:PAGE], person), older


def job_started_by(person: Person, number: int) -> JobRow | None:
    """One job, for the person who started it."""
    row = _rows(person).filter(pk=number, started_by_id=person.pk).first()
    return _with_names([row], person)[0] if row else None


def is_job_here(person: Person, number: int) -> bool:
    """Whether the person's organisation has a job of this number."""
    return _rows(person).filter(pk=number).exists()


def _rows(person: Person) -> QuerySet[Job]:
    return Job.objects.filter(organisation_id=person.organisation_id)


def _with_names(rows: list[Job], person: Person) -> list[JobRow]:
    wanted = {row.started_by_id for row in rows if row.started_by_id}
    names = {found.pk: found.full_name for found in Person.objects.filter(pk__in=wanted)}
    return [
        JobRow(
            row.pk, row.name, row.state, names.get(row.started_by_id or 0, ""), row.started_by_id == person.pk,
            row.created_at, row.finished_at, row.progress_done, row.progress_total, row.attempts,
            row.cancel_requested, _path(row),
        )
        for row in rows
    ]  # fmt: skip


def _path(row: Job) -> str:
    """Where the result can be seen: a handler may return {"path": "/..."}."""
    path = row.result.get("path", "") if isinstance(row.result, dict) else ""
    return path if isinstance(path, str) and path.startswith("/") and not path.startswith("//") else ""
