"""Timers: each tick is a unique row, so that it fires at most once however many workers look."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from trellis.kernel import clock
from trellis.kernel.jobs.registry import all_entries, job
from trellis.kernel.jobs.requests import queue
from trellis.kernel.jobs.tables import Job, JobState, ScheduleTick

KEEP_FINISHED = timedelta(days=30)
KEEP_TICKS = timedelta(days=7)


def tick_at(now: datetime, every_minutes: int) -> datetime:
    """The latest multiple of `every_minutes` since the epoch (midnight UTC, for divisors of a day)."""
    step = every_minutes * 60
    return datetime.fromtimestamp(int(now.timestamp()) // step * step, UTC)


class Timers:
    """Fires what is due. Remembers what it has seen, so that most looks cost no query."""

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}

    def fire(self) -> int:
        """Queue every scheduled job whose tick has come; how many this process queued. A missed tick is not made up."""
        now = clock.now()
        count = 0
        for entry in all_entries():
            if not entry.every_minutes:
                continue
            tick = tick_at(now, entry.every_minutes)
            if self._seen.get(entry.name) == tick:
                continue
            count += _fire_once(entry.name, tick)
            self._seen[entry.name] = tick
        return count


@transaction.atomic
def _fire_once(name: str, tick: datetime) -> bool:
    _, fresh = ScheduleTick.objects.get_or_create(schedule=name, tick=tick)
    if fresh:
        queue(name)
    return fresh


@job("kernel.tidy_jobs", every_minutes=24 * 60)
def tidy_jobs() -> dict[str, int]:
    """Forget finished jobs after 30 days and old ticks after 7. Dead jobs stay until somebody has looked at them."""
    now = clock.now()
    jobs, _ = Job.objects.filter(
        state__in=[JobState.DONE, JobState.CANCELLED], finished_at__lt=now - KEEP_FINISHED
    ).delete()
    ticks, _ = ScheduleTick.objects.filter(tick__lt=now - KEEP_TICKS).delete()
    return {"jobs": jobs, "ticks": ticks}
