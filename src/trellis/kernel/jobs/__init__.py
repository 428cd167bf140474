"""Later work: ask for it by name, in the caller's transaction.

    @job("people.import_directory")
    def import_directory(*, organisation_id: int, import_id: int) -> dict[str, object] | None: ...

    queue("people.import_directory", organisation_id=1, started_by_id=7, import_id=12)

Handlers get their arguments by keyword, are run at least once (so they must be idempotent), inside
the scope of their organisation, and may call `progress(done, total)`, which raises `Cancelled` when the
person who started the job asked it to stop.
"""

from trellis.kernel.jobs.registry import Cancelled, Handler, job, progress, queue

__all__ = ["Cancelled", "Handler", "job", "progress", "queue"]
