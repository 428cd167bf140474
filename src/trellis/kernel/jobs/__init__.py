"""Later work: ask for it by name, in the caller's transaction.

    @job("people.import_directory")
    def import_directory(*, organisation_id: int, import_id: int) -> dict[str, object] | None: ...

    @job("meetings.sweep_reminders", every_minutes=15)  # on a timer; without organisation, so it queues one for each
    def sweep_reminders() -> None: ...

    queue("people.import_directory", organisation_id=1, started_by_id=7, import_id=12)

Handlers get their arguments by keyword, are run at least once (so they must be idempotent), inside
the scope of their organisation, and may call `progress(done, total)`, which raises `Cancelled` when the
person who started the job asked it to stop. What they return is kept as the job's result (ids, counts,
states). A `Refusal` ends a job at once with its words; any other error is tried again later.

`drain()` runs what is due in this process, for tests and commands; the worker is in `worker.py`.
"""

from trellis.kernel.jobs.leases import request_cancel, run_again
from trellis.kernel.jobs.registry import TRIES_OF_A_DAY, Handler, job
from trellis.kernel.jobs.requests import queue
from trellis.kernel.jobs.running import Cancelled, Interrupted, drain, progress, run_due, watching_progress

__all__ = [
    "TRIES_OF_A_DAY",
    "Cancelled",
    "Handler",
    "Interrupted",
    "drain",
    "job",
    "progress",
    "queue",
    "request_cancel",
    "run_again",
    "run_due",
    "watching_progress",
]
