"""From what a clock on the wall says to a moment, and the hours that no wall ever shows."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


class TimeDoesNotExist(ValueError):
    """Clocks jump over this time. `before` is the same distance earlier, `after` the first time past the jump."""

    def __init__(self, before: datetime, after: datetime) -> None:
        super().__init__(f"between {before:%H:%M} and {after:%H:%M} there is nothing")
        self.before = before
        self.after = after


def moment_of(day: date, at: time, zone: str) -> datetime:
    """The UTC moment when clocks in `zone` show `day`, `at`; of an hour that comes twice, the first.

    Raises `TimeDoesNotExist` when clocks jump over it, and `ZoneInfoNotFoundError` for an unknown zone.
    """
    place = ZoneInfo(zone)
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    moment = wall.replace(tzinfo=place).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == wall:
        return moment
    jump = wall.replace(tzinfo=place, fold=0).utcoffset(), wall.replace(tzinfo=place, fold=1).utcoffset()
    assert jump[0] is not None
    assert jump[1] is not None
    raise TimeDoesNotExist(before=wall - abs(jump[1] - jump[0]), after=_end_of_gap(wall, place))


def _end_of_gap(wall: datetime, place: ZoneInfo) -> datetime:
    """The first full minute after `wall` that clocks in `place` do show."""
    minute = wall.replace(second=0, microsecond=0)
    while True:
        minute += timedelta(minutes=1)
        if minute.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None) == minute:
            return minute


def local(moment: datetime, zone: str) -> datetime:
    """`moment` as clocks in `zone` show it."""
    return moment.astimezone(ZoneInfo(zone))
