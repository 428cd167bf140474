"""A pair's own calendar. It starts when the pair starts, so that late joiners miss nothing, and pauses move it."""

from dataclasses import dataclass
from datetime import date, timedelta

from trellis_engine.journey.plan import Stage

LATE_SHARE = 0.8  # stages beginning after this part of the length wait for an extension


@dataclass(frozen=True)
class Timeline:
    """Lengths in days; `length` includes the extension and leaves pauses out."""

    started_on: date
    length: int
    paused: int = 0  # over the whole time, including a pause that still lasts
    extended: int = 0

    def active_days(self, today: date) -> int:
        """Days since the start in which the clock ran."""
        return max(0, (today - self.started_on).days - self.paused)

    def elapsed_share(self, today: date) -> float:
        """Part of the length that has passed, 0 to 1."""
        return min(1.0, self.active_days(today) / max(1, self.length))

    def week(self, today: date) -> int:
        """The week the pair is in, from 1."""
        return self.active_days(today) // 7 + 1

    @property
    def weeks(self) -> int:
        return max(1, round(self.length / 7))

    def begins_on(self, stage: Stage) -> date:
        """When a stage usually begins: never before the pair; later by pauses, and by an extension if it is late."""
        days = stage.from_week * 7
        if days <= 0:
            return self.started_on
        late = days >= LATE_SHARE * (self.length - self.extended)
        return self.started_on + timedelta(days=days + self.paused + (self.extended if late else 0))
