from datetime import UTC, datetime, timedelta

import pytest

from trellis.kernel import clock


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.today() == clock.now().date()


def test_a_shift_lasts_as_long_as_its_block_and_adds_up() -> None:
    start = clock.now()

    with clock.shifted(timedelta(days=2)), clock.shifted(timedelta(days=3)):
        inside = clock.now()

    assert timedelta(days=5) <= inside - start < timedelta(days=5, minutes=1)
    assert clock.now() - start < timedelta(minutes=1)


def test_a_shift_ends_with_an_error_too() -> None:
    start = clock.now()

    with pytest.raises(KeyError), clock.shifted(timedelta(days=2)):
        raise KeyError

    assert clock.now() - start < timedelta(minutes=1)


def test_the_whole_process_can_be_moved() -> None:
    start = clock.now()

    clock.shift_by(timedelta(hours=-3))

    assert clock.now() < start
