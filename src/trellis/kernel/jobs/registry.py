"""Names to handlers, and the two calls that application code makes: `queue` and `progress`."""

from collections.abc import Callable
from typing import Any

from trellis.kernel import clock
from trellis.kernel.jobs.tables import Job

Handler = Callable[..., Any]  # handlers differ in their keyword arguments; the names test checks them
_handlers: dict[str, Handler] = {}


class Cancelled(Exception):
    """The person who started the job asked it to stop."""


def job(name: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        assert name not in _handlers, f"two jobs are called {name}"
        _handlers[name] = handler
        return handler

    return register


def handler_of(name: str) -> Handler:
    return _handlers[name]


def queue(name: str, *, organisation_id: int | None = None, started_by_id: int | None = None, **arguments: Any) -> int:
    """Write the job in the caller's transaction and return its id."""
    now = clock.now()
    return Job.objects.create(
        name=name, organisation_id=organisation_id, started_by_id=started_by_id, arguments=arguments,
        run_after=now, created_at=now,
    ).pk  # fmt: skip


def progress(done: int, total: int) -> None:
    """Say how far the running job is; raises `Cancelled` when it should stop."""
