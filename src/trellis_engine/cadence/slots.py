"""Times to meet, best first: least outside everybody's working day, the stretch shared fairly, then in the half
days they named, then soonest.

With working hours 9 to 17 London and Los Angeles share nothing, so a slot outside somebody's day is not hidden
but ranked lower and says by how much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from trellis_engine.cadence.zones import TimeDoesNotExist, local, moment_of

DAY_STARTS = 9 * 60  # minutes after midnight
DAY_ENDS = 17 * 60 + 30
NOON = 12 * 60 + 30
FIRST_START, LAST_START = 7 * 60, 21 * 60  # nobody is offered a night, whatever the other's clock says
STEP = 30
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Diary:
    """What is known about one person's time: zone, half days named ("Thu am"), and when they are busy."""

    zone: str
    half_days: frozenset[str] = frozenset()
    busy: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class Slot:
    """A time to meet. `early` and `late` hold, per person, the minutes before and after their working day."""

    starts_at: datetime
    early: tuple[int, ...]
    late: tuple[int, ...]

    @property
    def good_for_all(self) -> bool:
        return not any(self.early) and not any(self.late)


def best_slots(people: Sequence[Diary], *, first_day: date, days: int, minutes: int, count: int) -> list[Slot]:
    """At most `count` slots of `minutes` within `days` from `first_day`, at most one a day, in order of time.

    `people[0]` is the one whose calendar days and half hours are offered.
    """
    ranked = sorted(_candidates(people, first_day, days, minutes), key=lambda pair: pair[0])
    chosen: dict[date, Slot] = {}
    for _, slot in ranked:
        if len(chosen) == count:
            break
        chosen.setdefault(local(slot.starts_at, people[0].zone).date(), slot)
    return sorted(chosen.values(), key=lambda slot: slot.starts_at)


def _candidates(
    people: Sequence[Diary], first_day: date, days: int, minutes: int
) -> list[tuple[tuple[int, int, int, datetime], Slot]]:
    found = []
    for offset in range(days):
        for start in range(FIRST_START, LAST_START + 1, STEP):
            try:
                at = moment_of(first_day + timedelta(days=offset), time(start // 60, start % 60), people[0].zone)
            except TimeDoesNotExist:
                continue
            slot = _judge(people, at, minutes)
            if slot is not None:
                liked = sum(_half_day(at, person.zone) in person.half_days for person in people)
                outside = [early + late for early, late in zip(slot.early, slot.late, strict=True)]
                found.append(((sum(outside), max(outside), -liked, at), slot))
    return found


def _judge(people: Sequence[Diary], at: datetime, minutes: int) -> Slot | None:
    """How the slot falls in everybody's day; None at a weekend, in somebody's night or while somebody is busy."""
    ends = at + timedelta(minutes=minutes)
    early, late = [], []
    for person in people:
        here = local(at, person.zone)
        start = here.hour * 60 + here.minute
        if here.weekday() >= 5 or not FIRST_START <= start <= LAST_START:
            return None
        if any(begins < ends and at < until for begins, until in person.busy):
            return None
        early.append(max(0, DAY_STARTS - start))
        late.append(max(0, start + minutes - DAY_ENDS))
    return Slot(at, tuple(early), tuple(late))


def _half_day(at: datetime, zone: str) -> str:
    here = local(at, zone)
    half = "am" if here.hour * 60 + here.minute < NOON else "pm"
    return f"{WEEKDAYS[here.weekday()]} {half}"
