from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis_engine.cadence.zones import TimeDoesNotExist, local, moment_of

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]


def test_moment_of_a_winter_and_a_summer_afternoon() -> None:
    winter = moment_of(date(2026, 11, 26), time(10), "Europe/London")
    summer = moment_of(date(2026, 7, 2), time(10), "Europe/London")

    assert winter == datetime(2026, 11, 26, 10, tzinfo=UTC)
    assert summer == datetime(2026, 7, 2, 9, tzinfo=UTC)


def test_moment_in_the_spring_gap_names_the_times_on_both_sides() -> None:
    with pytest.raises(TimeDoesNotExist) as refused:
        moment_of(date(2027, 3, 28), time(2, 30), "Europe/Berlin")

    assert refused.value.before == datetime(2027, 3, 28, 1, 30)  # noqa: DTZ001  # a wall-clock time
    assert refused.value.after == datetime(2027, 3, 28, 3, 0)  # noqa: DTZ001  # a wall-clock time


def test_moment_in_a_gap_of_half_an_hour() -> None:
    with pytest.raises(TimeDoesNotExist) as refused:
        moment_of(date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe")

    assert refused.value.before == datetime(2026, 10, 4, 1, 45)  # noqa: DTZ001  # a wall-clock time
    assert refused.value.after == datetime(2026, 10, 4, 2, 30)  # noqa: DTZ001  # a wall-clock time


def test_moment_in_the_hour_that_comes_twice_is_the_first() -> None:
    assert moment_of(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(
    st.dates(date(2024, 1, 1), date(2029, 12, 31)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
)
def test_moment_shows_the_wall_time_it_was_made_from(day: date, at: time, zone: str) -> None:
    try:
        shown = local(moment_of(day, at, zone), zone)
    except TimeDoesNotExist as gap:
        for cure in (gap.before, gap.after):
            assert local(moment_of(cure.date(), cure.time(), zone), zone).replace(tzinfo=None) == cure
        return

    assert (shown.date(), shown.time()) == (day, at)
