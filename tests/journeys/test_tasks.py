from datetime import datetime, timedelta

import pytest

from tests.factories.journeys import agreed, carried_to, oriented, planned
from tests.factories.people import PersonFactory
from trellis.journeys.actions import TaskRefused, start_journey, tick_task, untick_task
from trellis.journeys.models import TaskDone
from trellis.journeys.queries.material import gather
from trellis.journeys.queries.tasks import TaskLine, task_lines
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.mentorships.models import Mentorship
from trellis.people.models import Organisation, Person


def lines(pair: Mentorship, person: Person, now: datetime) -> dict[str, TaskLine]:
    me = pair.parties.select_related("person").get(person=person)
    return {line.id: line for line in task_lines(gather(pair, now), me)}


def test_tick_is_for_oneself_and_can_be_taken_back(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    oriented(pair)
    tick_task(by=mentor, mentorship=pair, task_id="co_mr_hello", now=now)
    assert lines(pair, mentor, now)["co_mr_hello"].done

    for _ in range(2):
        untick_task(by=mentor, mentorship=pair, task_id="co_mr_hello", now=now)

    assert not lines(pair, mentor, now)["co_mr_hello"].done
    assert list(AuditEntry.objects.filter(verb__startswith="journey.task").values_list("verb", flat=True)) == [
        "journey.task_ticked", "journey.task_unticked",
    ]  # fmt: skip


def test_tick_of_a_recurring_task_keeps_the_latest_time(pair: Mentorship, mentee: Person, now: datetime) -> None:
    for days in (0, 8):
        tick_task(by=mentee, mentorship=pair, task_id="gr_me_tick", now=now + timedelta(days=days))

    assert TaskDone.objects.get().done_at == now + timedelta(days=8)


@pytest.mark.parametrize("task_id", ["co_mr_hello", "nonsense", "or_me_profile"])
def test_tick_of_the_others_unknown_or_self_ticking_task_is_refused(
    pair: Mentorship, mentee: Person, now: datetime, task_id: str
) -> None:
    with pytest.raises(TaskRefused):
        tick_task(by=mentee, mentorship=pair, task_id=task_id, now=now)


def test_tick_by_others_is_not_allowed(pair: Mentorship, organisation: Organisation, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        tick_task(by=PersonFactory(organisation=organisation), mentorship=pair, task_id="gr_me_tick", now=now)


def test_due_dates_count_from_the_pairs_own_stage(pair: Mentorship, mentor: Person, now: datetime) -> None:
    oriented(pair)
    start_journey(mentorship=pair, now=now)

    hello = lines(pair, mentor, now)["co_mr_hello"]

    assert (hello.due_on, hello.overdue, hello.required) == (now.date() + timedelta(days=2), False, True)
    assert lines(pair, mentor, now + timedelta(days=3))["co_mr_hello"].overdue


def test_some_tasks_tick_themselves(pair: Mentorship, mentee: Person, now: datetime) -> None:
    assert not lines(pair, mentee, now)["or_me_training"].done
    oriented(pair)
    start_journey(mentorship=pair, now=now)
    agreed(pair)

    agreement = lines(pair, mentee, now)["co_me_agree"]

    assert (agreement.done, agreement.by_itself) == (True, True)


def test_the_stage_beside_shows_only_what_is_required(pair: Mentorship, mentee: Person, now: datetime) -> None:
    carried_to(pair, "action_planning")
    planned(pair, 10)
    start_journey(mentorship=pair, now=now)

    shown = lines(pair, mentee, now)

    assert "ac_me_path" in shown
    assert not any(line.stage == "growth" for line in shown.values())


def test_tasks_in_growth_say_how_often(pair: Mentorship, mentee: Person, now: datetime) -> None:
    carried_to(pair, "growth")
    planned(pair, 10)
    start_journey(mentorship=pair, now=now)

    agenda = lines(pair, mentee, now)["gr_me_agenda"]

    assert (agenda.recurring, agenda.due_on) == ("before each meeting", now.date() + timedelta(days=8))
