from datetime import date, timedelta

import pytest

from tests.engine.journey.plans import MONDAY, shipped_plan
from trellis_engine.journey import Timeline

LENGTH = 39 * 7
STAGE = {stage.id: stage for stage in shipped_plan().stages}


@pytest.mark.parametrize(("days", "share"), [(-5, 0.0), (0, 0.0), (LENGTH // 3, 1 / 3), (LENGTH + 90, 1.0)])
def test_elapsed_share_stays_between_nothing_and_all(days: int, share: float) -> None:
    assert Timeline(MONDAY, LENGTH).elapsed_share(MONDAY + timedelta(days=days)) == pytest.approx(share)


def test_a_pause_stops_the_clock() -> None:
    running, paused = Timeline(MONDAY, LENGTH), Timeline(MONDAY, LENGTH, paused=20)
    today = MONDAY + timedelta(days=50)

    assert (running.active_days(today), paused.active_days(today)) == (50, 30)
    assert (running.week(today), paused.week(today)) == (8, 5)


def test_a_stage_that_begins_before_the_pair_begins_with_it() -> None:
    assert Timeline(MONDAY, LENGTH).begins_on(STAGE["orientation"]) == MONDAY


def test_stages_begin_by_the_pairs_own_start_and_later_after_a_pause() -> None:
    assert Timeline(MONDAY, LENGTH).begins_on(STAGE["goal_setting"]) == date(2026, 11, 2)
    assert Timeline(MONDAY, LENGTH, paused=10).begins_on(STAGE["goal_setting"]) == date(2026, 11, 12)


def test_an_extension_moves_the_late_stages_only() -> None:
    longer = Timeline(MONDAY, LENGTH + 56, extended=56)

    assert longer.begins_on(STAGE["review"]) == Timeline(MONDAY, LENGTH).begins_on(STAGE["review"])
    assert longer.begins_on(STAGE["closure"]) == MONDAY + timedelta(weeks=36 + 8)


def test_weeks_are_at_least_one() -> None:
    assert (Timeline(MONDAY, LENGTH).weeks, Timeline(MONDAY, 0).weeks) == (39, 1)
