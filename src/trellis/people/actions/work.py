"""Long work in the hands of people: stopping it, setting it going again. What it does is elsewhere."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit, jobs
from trellis.kernel.errors import NotAllowed
from trellis.people import rules
from trellis.people.models import Person


@transaction.atomic
def stop_own_job(*, by: Person, job_id: int, now: datetime) -> bool:
    """Ask a job that `by` started to stop; False when it has ended, or is not theirs."""
    asked = jobs.request_cancel(job_id=job_id, organisation_id=by.organisation_id, started_by_id=by.pk)
    return _recorded(asked, by, job_id, "job.stopped", now)


@transaction.atomic
def stop_any_job(*, by: Person, job_id: int, now: datetime) -> bool:
    """As `stop_own_job`, for every job of the organisation; raises `NotAllowed` for anybody but an admin."""
    _must_be_admin(by)
    asked = jobs.request_cancel(job_id=job_id, organisation_id=by.organisation_id, started_by_id=None)
    return _recorded(asked, by, job_id, "job.stopped", now)


@transaction.atomic
def set_going_again(*, by: Person, job_id: int, now: datetime) -> bool:
    """Queue a failed or stopped job of the organisation once more; False when there is none. For admins."""
    _must_be_admin(by)
    queued = jobs.run_again(job_id=job_id, organisation_id=by.organisation_id)
    return _recorded(queued, by, job_id, "job.set_going_again", now)


def _must_be_admin(by: Person) -> None:
    if not rules.is_admin(by):
        raise NotAllowed(_("Only an organisation admin can stop or repeat the work of others."))


def _recorded(done: bool, by: Person, job_id: int, verb: str, now: datetime) -> bool:
    if done:
        audit.record(
            organisation_id=by.organisation_id, actor_id=by.pk, verb=verb, subject=f"job:{job_id}", at=now
        )  # fmt: skip
    return done
