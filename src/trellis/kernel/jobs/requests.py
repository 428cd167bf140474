"""Asking for later work: one row, in the caller's transaction."""

from typing import Any

from trellis.kernel import clock
from trellis.kernel.jobs import tasks
from trellis.kernel.jobs.registry import attempts_of
from trellis.kernel.jobs.tables import Job


def queue(name: str, *, organisation_id: int | None = None, started_by_id: int | None = None, **arguments: Any) -> int:
    """Write the job in the caller's transaction and return its id. Arguments are ids and settings, never content."""
    now = clock.now()
    row = Job.objects.create(
        name=name, organisation_id=organisation_id, started_by_id=started_by_id, arguments=arguments,
        max_attempts=attempts_of(name), run_after=now, created_at=now,
    )  # fmt: skip
    tasks.hand_over(row.pk)
    return row.pk
