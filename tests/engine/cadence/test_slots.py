from datetime import UTC, date, datetime

from trellis_engine.cadence.slots import Diary, best_slots

MONDAY = date(2026, 11, 23)
LONDON = Diary("Europe/London")
BENGALURU = Diary("Asia/Kolkata")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_best_slots_of_one_zone_are_the_soonest_working_hours() -> None:
    slots = best_slots([LONDON, LONDON], first_day=MONDAY, days=5, minutes=50, count=3)

    assert [slot.starts_at for slot in slots] == [at(23, 9), at(24, 9), at(25, 9)]
    assert all(slot.good_for_all for slot in slots)


def test_best_slots_prefer_the_half_days_both_named() -> None:
    thursday = Diary("Europe/London", frozenset({"Thu pm", "Mon am"}))
    also = Diary("Europe/London", frozenset({"Thu pm"}))

    slots = best_slots([thursday, also], first_day=MONDAY, days=5, minutes=50, count=2)

    assert [slot.starts_at for slot in slots] == [at(23, 9), at(26, 12, 30)]


def test_best_slots_over_five_hours_and_a_half_fall_in_the_shared_morning() -> None:
    (slot,) = best_slots([LONDON, BENGALURU], first_day=MONDAY, days=1, minutes=30, count=1)

    assert slot.starts_at == at(23, 9)
    assert slot.early == (0, 0)
    assert slot.late == (0, 0)


def test_best_slots_over_eight_hours_say_how_far_outside_the_day_they_fall() -> None:
    angeles = Diary("America/Los_Angeles")

    (slot,) = best_slots([LONDON, angeles], first_day=MONDAY, days=1, minutes=50, count=1)

    assert slot.starts_at == at(23, 17)
    assert (slot.early, slot.late) == ((0, 0), (20, 0))
    assert not slot.good_for_all


def test_best_slots_leave_out_busy_times_weekends_and_nights() -> None:
    busy = Diary("Europe/London", busy=((at(23, 0), at(23, 23)),))

    slots = best_slots([busy, LONDON], first_day=MONDAY, days=7, minutes=50, count=9)
    none = best_slots([LONDON, Diary("Pacific/Auckland")], first_day=date(2026, 11, 28), days=1, minutes=50, count=3)

    assert [slot.starts_at.day for slot in slots] == [24, 25, 26, 27]
    assert none == []


def test_best_slots_skip_times_that_clocks_jump_over() -> None:
    """No zone of today jumps by day; Apia skipped a whole date in 2011."""
    apia = Diary("Pacific/Apia")

    slots = best_slots([apia, apia], first_day=date(2011, 12, 30), days=1, minutes=50, count=3)

    assert slots == []


def test_best_slots_are_the_same_on_every_call() -> None:
    first = best_slots([LONDON, BENGALURU], first_day=MONDAY, days=14, minutes=50, count=3)

    assert first == best_slots([LONDON, BENGALURU], first_day=MONDAY, days=14, minutes=50, count=3)
