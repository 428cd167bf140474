from datetime import date, datetime, time

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis_engine.cadence.zones import TimeDoesNotExist, moment_of


class NoSuchTime(Refusal):
    """Clocks in the planner's zone jump over this time."""


def moment_on_the_wall(*, day: date, at: time, zone: str) -> datetime:
    """The moment when clocks in `zone` show `day`, `at`; of an hour that comes twice, the first.

    Raises `NoSuchTime` naming the times on both sides of the jump.
    """
    try:
        return moment_of(day, at, zone)
    except TimeDoesNotExist as gap:
        raise NoSuchTime(
            _(
                "%(time)s does not exist in %(zone)s on %(day)s; clocks go forward. Use %(before)s or %(after)s."
            )
            % {
                "time": f"{at:%H:%M}", "zone": zone, "day": date_format(day, "j F Y"),
                "before": f"{gap.before:%H:%M}", "after": f"{gap.after:%H:%M}",
            },
            field="at",
        ) from gap  # fmt: skip
