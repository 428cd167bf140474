"""The only place that reads the time, so that tests and the demo can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.utils import timezone

_shift = timedelta()


def now() -> datetime:
    """The present moment, aware, in UTC, moved by whatever `shifted` or `shift_by` asked for."""
    return timezone.now() + _shift


def today() -> date:
    """The day in UTC. What people or an organisation call today is `timezone.localdate(now(), their zone)`."""
    return now().date()


def shift_by(delta: timedelta) -> None:
    """Move the clock of this process. For tests and the demo only."""
    global _shift
    _shift = delta


@contextmanager
def shifted(delta: timedelta) -> Iterator[None]:
    """Run a block as if it were `delta` later than it is."""
    before = _shift
    shift_by(before + delta)
    try:
        yield
    finally:
        shift_by(before)
