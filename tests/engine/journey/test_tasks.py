from datetime import date, timedelta

from tests.engine.journey.plans import MONDAY
from trellis_engine.journey import Task, TaskStanding, standing_of

HELLO = Task("hello", "Say hello", 3, required=True)
TICK = Task("tick", "Weekly tick", 7, recurring="weekly")
AGENDA = Task("agenda", "Send the agenda", 0, recurring="per_meeting")


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def test_a_task_is_due_some_days_after_its_stage_begins() -> None:
    assert standing_of(HELLO, begins_on=MONDAY, today=day(3)) == TaskStanding(day(3), done=False, overdue=False)


def test_a_required_task_is_overdue_the_day_after() -> None:
    assert standing_of(HELLO, begins_on=MONDAY, today=day(4)).overdue
    assert not standing_of(HELLO, begins_on=MONDAY, today=day(4), done_on=day(1)).overdue


def test_a_suggested_task_is_never_overdue() -> None:
    suggested = Task("story", "Prepare a story", 3)

    assert not standing_of(suggested, begins_on=MONDAY, today=day(40)).overdue


def test_a_recurring_task_is_open_again_after_its_period() -> None:
    first = standing_of(TICK, begins_on=MONDAY, today=day(1))
    ticked = standing_of(TICK, begins_on=MONDAY, today=day(5), done_on=day(2))
    again = standing_of(TICK, begins_on=MONDAY, today=day(9), done_on=day(2))

    assert (first.due_on, first.done) == (day(7), False)
    assert (ticked.due_on, ticked.done) == (day(9), True)
    assert again.done is False


def test_a_task_per_meeting_is_due_two_days_before_the_next_one() -> None:
    due = standing_of(AGENDA, begins_on=MONDAY, today=day(1), next_meeting_on=day(12))
    none = standing_of(AGENDA, begins_on=MONDAY, today=day(1))

    assert (due.due_on, due.done) == (day(10), False)
    assert (none.due_on, none.done) == (None, False)


def test_a_task_per_meeting_counts_for_the_coming_meeting_only() -> None:
    now = standing_of(AGENDA, begins_on=MONDAY, today=day(9), done_on=day(9), next_meeting_on=day(12))
    before = standing_of(AGENDA, begins_on=MONDAY, today=day(9), done_on=day(-4), next_meeting_on=day(12))
    untied = standing_of(AGENDA, begins_on=MONDAY, today=day(9), done_on=day(9))

    assert (now.done, before.done, untied.done) == (True, False, False)
