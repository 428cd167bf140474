"""Each rule at its threshold and one day before it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis_engine.measures import Health, PairFacts, Signal, health, signals

STEADY = PairFacts(
    days_since_start=100, interval_days=14, meetings_held=5, days_since_meeting=10, next_meeting_in_days=4,
    live_goals=2, days_since_step_closed=5,
)  # fmt: skip


def test_steady_pair_has_no_signal() -> None:
    assert signals(STEADY) == ()
    assert health(()) == Health.GREEN


@pytest.mark.parametrize(
    ("days", "interval", "expected"),
    [
        (13, 14, ()),
        (14, 14, (Signal("sig_no_first", Health.AMBER, days=14),)),
        (20, 28, (Signal("sig_no_first", Health.AMBER, days=20),)),
        (21, 28, (Signal("sig_no_first_red", Health.RED, days=21),)),
        (7, 7, (Signal("sig_no_first", Health.AMBER, days=7),)),
        (11, 7, (Signal("sig_no_first_red", Health.RED, days=11),)),
    ],
)
def test_no_first_meeting(days: int, interval: int, expected: tuple[Signal, ...]) -> None:
    facts = replace(STEADY, days_since_start=days, interval_days=interval, meetings_held=0, days_since_meeting=None)

    assert signals(facts) == expected


@pytest.mark.parametrize(
    ("days", "booked", "expected"),
    [
        (21, None, ()),
        (22, None, (Signal("sig_gap", Health.AMBER, days=22),)),
        (35, None, (Signal("sig_gap", Health.AMBER, days=35),)),
        (36, None, (Signal("sig_gap_red", Health.RED, days=36),)),
        (36, 3, (Signal("sig_gap", Health.AMBER, days=36),)),
    ],
)
def test_silence(days: int, booked: int | None, expected: tuple[Signal, ...]) -> None:
    assert signals(replace(STEADY, days_since_meeting=days, next_meeting_in_days=booked)) == expected


def test_held_without_a_date_says_nothing() -> None:
    assert signals(replace(STEADY, days_since_meeting=None)) == ()


@pytest.mark.parametrize(("days", "count"), [(41, 0), (42, 1)])
def test_no_goal_after_six_weeks(days: int, count: int) -> None:
    assert len(signals(replace(STEADY, days_since_start=days, live_goals=0))) == count


def test_no_goal_is_fine_where_none_is_expected() -> None:
    assert signals(replace(STEADY, live_goals=0, expects_goals=False)) == ()


@pytest.mark.parametrize(("days", "overdue", "count"), [(44, 1, 0), (45, 1, 1), (45, 0, 0), (None, 1, 0)])
def test_goals_standing_still(days: int | None, overdue: int, count: int) -> None:
    assert len(signals(replace(STEADY, days_since_step_closed=days, overdue_steps=overdue))) == count


def test_moved_disputed_and_overloaded() -> None:
    facts = replace(STEADY, cancelled_in_a_row=2, disputed=1, mentor_over_capacity=True)

    assert {signal.id for signal in signals(facts)} == {"sig_reschedule", "sig_no_show", "sig_overload"}
    assert health(signals(facts)) == Health.AMBER


def test_pause_stops_the_clock_but_not_a_conflict_of_interest() -> None:
    silent = replace(STEADY, days_since_meeting=90, next_meeting_in_days=None, paused=True)

    assert signals(silent) == ()
    assert signals(replace(silent, reporting_line=True)) == (Signal("sig_role_change", Health.RED),)


@given(st.integers(0, 200), st.integers(0, 200), st.sampled_from([7, 14, 28]))
def test_more_silence_never_looks_healthier(first: int, more: int, interval: int) -> None:
    facts = replace(STEADY, interval_days=interval, next_meeting_in_days=None)
    shorter = health(signals(replace(facts, days_since_meeting=first)))
    longer = health(signals(replace(facts, days_since_meeting=first + more)))

    assert longer >= shorter
