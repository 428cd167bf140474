"""News travels up: an action publishes what happened, higher apps hear it as jobs.

The event row and the jobs of its hearers are written in the caller's transaction, so a rolled-back
change tells nobody and a committed one is never lost. Events carry ids, states and dates, no content.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from trellis.kernel import jobs
from trellis.kernel.models import EventRow

_hearers: dict[str, list[str]] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of every event. Subclasses are past tense and live in their app's events.py."""

    organisation_id: int


def name_of(event: type[Event]) -> str:
    return f"{event.__module__.split('.')[1]}.{event.__name__}"


def hears(event: type[Event], *, attempts: int = 3) -> Callable[[jobs.Handler], jobs.Handler]:
    """Decorate a subscriber: a job that gets the event's fields as keyword arguments; `attempts` as for any job."""

    def register(handler: jobs.Handler) -> jobs.Handler:
        job_name = f"{handler.__module__.split('.')[1]}.{handler.__name__}"
        _hearers.setdefault(name_of(event), []).append(job_name)
        return jobs.job(job_name, attempts=attempts)(handler)

    return register


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value


@transaction.atomic(savepoint=False)
def publish(event: Event, *, at: datetime) -> EventRow:
    """Write the event and queue its hearers, all in the caller's transaction."""
    assert is_dataclass(event)
    fields = {key: _plain(value) for key, value in asdict(event).items()}
    name = name_of(type(event))
    row = EventRow.objects.create(organisation_id=event.organisation_id, kind=name, at=at, fields=fields)
    arguments: dict[str, Any] = {key: value for key, value in fields.items() if key != "organisation_id"}
    for job_name in _hearers.get(name, ()):
        jobs.queue(job_name, organisation_id=event.organisation_id, **arguments)
    return row
