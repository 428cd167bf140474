"""Running one claimed row: open its organisation, call its handler, keep what became of it."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Event
from uuid import uuid4

from django.db import connection, transaction

from trellis.kernel.errors import Refusal, without_content
from trellis.kernel.jobs import leases
from trellis.kernel.jobs.registry import entry_of
from trellis.kernel.jobs.tables import Job
from trellis.kernel.tenancy import organisation_scope

logger = logging.getLogger("trellis.jobs")
BETWEEN_WRITES = 0.5  # seconds: a handler may report progress as often as it likes


class Cancelled(Exception):
    """The person who started the job asked it to stop."""


class Interrupted(BaseException):
    """The worker must stop, or lost the job. Like KeyboardInterrupt, not an error that a handler should catch."""


@dataclass
class Run:
    """A row being run in this thread."""

    row: Job
    stop: Event = field(default_factory=Event)
    inside: bool = False  # in the caller's transaction from the start: a test or a command
    written_at: float = float("-inf")
    error: BaseException | None = None


_current: ContextVar[Run | None] = ContextVar("current job", default=None)
_watcher: ContextVar[Callable[[int, int], None] | None] = ContextVar("progress watcher", default=None)


def progress(done: int, total: int) -> None:
    """Say how far the running job is; raises `Cancelled` when it should stop. Does nothing outside a job.

    Call it between transactions: inside one, nothing is written, so that the row stays free for the worker's heartbeat.
    """
    watch = _watcher.get()
    if watch:
        watch(done, total)
    run = _current.get()
    if run is None:
        return
    if run.stop.is_set():
        raise Interrupted
    in_own_transaction = connection.in_atomic_block and not run.inside
    if in_own_transaction or (time.monotonic() - run.written_at < BETWEEN_WRITES and done < total):
        return
    run.written_at = time.monotonic()
    _write_progress(run, done, total)


def _write_progress(run: Run, done: int, total: int) -> None:
    if not leases.held(run.row).update(progress_done=done, progress_total=total):
        raise Interrupted
    if leases.held(run.row).filter(cancel_requested=True).exists():
        raise Cancelled


@contextmanager
def watching_progress(watch: Callable[[int, int], None]) -> Iterator[None]:
    """Also tell `watch(done, total)` about every progress in this thread: the command line's bar."""
    token = _watcher.set(watch)
    try:
        yield
    finally:
        _watcher.reset(token)


def run(row: Job, stop: Event | None = None) -> Run:
    """Run a claimed row to its end and keep the outcome. Only what must stop the whole process gets out."""
    this = Run(row, stop or Event(), inside=connection.in_atomic_block)
    token = _current.set(this)
    try:
        leases.finish(row, _call(this))
    except Cancelled as cancelled:
        this.error = cancelled
        leases.finish_cancelled(row)
    except Refusal as refusal:
        this.error = refusal
        leases.fail(row, str(refusal), for_good=True)
    except Interrupted as interrupted:
        this.error = interrupted
        leases.release(row)
    except Exception as error:
        this.error = error
        logger.warning("job %s (%s) failed at try %s: %s", row.pk, row.name, row.attempts, type(error).__name__)
        leases.fail(row, without_content(error))
    finally:
        _current.reset(token)
    return this


def _call(this: Run) -> object:
    row = this.row
    arguments = dict(row.arguments)
    scope: AbstractContextManager[None] = nullcontext()
    if row.organisation_id is not None:
        arguments["organisation_id"] = row.organisation_id
        scope = organisation_scope(row.organisation_id)
    # a savepoint, so that a database error leaves the caller's transaction usable
    shelter = transaction.atomic() if this.inside else nullcontext()
    with scope, shelter:
        result: object = entry_of(row.name).handler(**arguments)
        json.dumps(result)  # what cannot be kept fails here, before the database is asked
        return result


def run_due(limit: int | None = None, *, raising: bool = False) -> int:
    """Run what is due now in this process and return how many ran; also what those jobs queue for now.

    With `raising`, the first error of a handler is raised once its row is kept.
    """
    owner = f"here-{uuid4().hex[:12]}"
    count = 0
    while limit is None or count < limit:
        row = leases.claim(owner)
        if row is None:
            break
        count += 1
        outcome = run(row)
        if raising and outcome.error is not None:
            raise outcome.error
    return count


def drain() -> int:
    """Run everything that is due, and raise the first error: for tests and the demo."""
    return run_due(raising=True)


def run_row(job_id: int) -> None:
    """Run one named row unless somebody has it: for another Tasks backend. Raises what the handler raised."""
    row = leases.claim_row(job_id, f"carried-{uuid4().hex[:12]}")
    if row is None:
        return
    outcome = run(row)
    if outcome.error is not None:
        raise outcome.error
