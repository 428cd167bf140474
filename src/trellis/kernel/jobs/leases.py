"""The job table's state machine: who may run a row, for how long, and what became of it.

Every write after the claim says `WHERE id, owner, attempts` (the fence): a worker that was thought dead and
comes back changes nothing. Attempts are counted at the claim, so that a job which kills its worker is counted too.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from trellis.kernel import clock
from trellis.kernel.jobs.tables import Job, JobState

LEASE = timedelta(seconds=15)
FIRST_RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(hours=6)
WORKER_DIED = "The worker died while it ran this job, each time it was tried."


def waiting(now: datetime) -> QuerySet[Job]:
    return Job.objects.filter(state=JobState.READY, run_after__lte=now).order_by("run_after", "id")


def abandoned(now: datetime) -> QuerySet[Job]:
    """Leased to a worker that stopped renewing."""
    return Job.objects.filter(state=JobState.RUNNING, lease_until__lt=now).order_by("run_after", "id")


def claim(owner: str, *, lease: timedelta = LEASE, busy: Collection[int] = ()) -> Job | None:
    """Lease the next due row to `owner`, or None. `busy`: rows that this owner is still running, leased or not."""
    now = clock.now()
    for rows in (abandoned(now).exclude(pk__in=busy), waiting(now)):
        row = _claim_from(rows, owner, now, lease)
        if row is not None:
            return row
    return None


def claim_row(job_id: int, owner: str) -> Job | None:
    """Lease one named row, due or not, unless somebody holds it or it has ended."""
    now = clock.now()
    free = Q(state=JobState.READY) | Q(state=JobState.RUNNING, lease_until__lt=now)
    return _claim_from(Job.objects.filter(free, pk=job_id), owner, now, LEASE)


def _claim_from(rows: QuerySet[Job], owner: str, now: datetime, lease: timedelta) -> Job | None:
    while rows.exists():  # a plain read, so that an idle worker never takes SQLite's write lock
        with transaction.atomic():
            row = rows.select_for_update(skip_locked=True).first()
            if row is None:  # another worker is claiming it this moment
                return None
            if row.cancel_requested:
                _end(row, JobState.CANCELLED, now)
            elif row.attempts >= row.max_attempts:  # nobody came back to say how the last one went
                _end(row, JobState.DEAD, now, error=row.error or WORKER_DIED)
            else:
                return _lease(row, owner, now + lease)
    return None


def _lease(row: Job, owner: str, until: datetime) -> Job:
    row.state = JobState.RUNNING
    row.owner, row.lease_until, row.attempts = owner, until, row.attempts + 1
    row.save(update_fields=["state", "owner", "lease_until", "attempts"])
    return row


def _end(row: Job, state: JobState, now: datetime, *, error: str = "") -> None:
    row.state, row.finished_at, row.error = state, now, error
    row.save(update_fields=["state", "finished_at", "error"])


def held(row: Job) -> QuerySet[Job]:
    """The fence: the row, if this claim of it is still the one that counts."""
    return Job.objects.filter(pk=row.pk, owner=row.owner, attempts=row.attempts, state=JobState.RUNNING)


def extend(row: Job, *, lease: timedelta = LEASE) -> bool:
    """Keep the row; False when it is no longer ours."""
    return held(row).update(lease_until=clock.now() + lease) == 1


def finish(row: Job, result: object) -> bool:
    now = clock.now()
    return held(row).update(state=JobState.DONE, result=result, error="", finished_at=now) == 1


def finish_cancelled(row: Job) -> bool:
    return held(row).update(state=JobState.CANCELLED, finished_at=clock.now()) == 1


def fail(row: Job, error: str, *, for_good: bool = False) -> bool:
    """Try again later, or end dead once the attempts are used up."""
    now = clock.now()
    if for_good or row.attempts >= row.max_attempts:
        return held(row).update(state=JobState.DEAD, error=error, finished_at=now) == 1
    return held(row).update(state=JobState.READY, error=error, run_after=now + back_off(row.attempts)) == 1


def release(row: Job) -> bool:
    """Give a row back unfinished, as if it had not been begun: the worker is asked to stop, the job is not at fault."""
    return held(row).update(state=JobState.READY, attempts=F("attempts") - 1, lease_until=None) == 1


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many tries: 10 s, 40 s, 160 s ... at most 6 h."""
    longest = LONGEST_RETRY / FIRST_RETRY
    return FIRST_RETRY * min(4.0 ** min(attempts - 1, 20), longest)


@transaction.atomic
def request_cancel(*, job_id: int, organisation_id: int, started_by_id: int | None) -> bool:
    """Ask a job to stop: at once when it waits, at its next `progress` when it runs. False when it is not to be found.

    `started_by_id` is the person who asks, and the job must be theirs; None where the caller's own rule allows any job
    of the organisation.
    """
    rows = Job.objects.filter(pk=job_id, organisation_id=organisation_id)
    if started_by_id is not None:
        rows = rows.filter(started_by_id=started_by_id)
    row = rows.filter(state__in=[JobState.READY, JobState.RUNNING]).select_for_update().first()
    if row is None:
        return False
    row.cancel_requested = True
    if row.state == JobState.READY:
        row.state, row.finished_at = JobState.CANCELLED, clock.now()
    row.save(update_fields=["cancel_requested", "state", "finished_at"])
    return True


def run_again(*, job_id: int, organisation_id: int) -> bool:
    """Queue a dead or cancelled job once more, with all its attempts. The caller's rule says who may."""
    ended = Job.objects.filter(
        pk=job_id, organisation_id=organisation_id, state__in=[JobState.DEAD, JobState.CANCELLED]
    )
    changed = ended.update(
        state=JobState.READY, attempts=0, cancel_requested=False, run_after=clock.now(), finished_at=None,
        progress_done=0, error="",
    )  # fmt: skip
    return changed == 1
