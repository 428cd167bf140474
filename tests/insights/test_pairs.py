"""Pairs with their facts: the numbers agree with the rows, and the number of queries does not grow."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.insights.queries.pairs import PairRow, live_pairs
from trellis.insights.words import fact_words, step_words
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.meetings.models import Meeting, MeetingState
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship, Transition
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import Side
from trellis.programmes.models import Programme
from trellis_engine.measures import Health

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation)


def _aged(programme: Programme, days: int) -> Mentorship:
    mentorship = a_pair(programme)
    mentorship.started_at = clock.now() - timedelta(days=days)
    mentorship.save()
    return mentorship


def _meet(mentorship: Mentorship, days_ago: int, state: str = MeetingState.HELD_BOTH) -> Meeting:
    party = mentorship.parties.first()
    assert party is not None
    return Meeting.objects.create(
        organisation_id=mentorship.organisation_id, mentorship=mentorship, minutes=45, state=state,
        starts_at=clock.now() - timedelta(days=days_ago), planned_by=party.person, created_at=clock.now(),
    )  # fmt: skip


def _goal(mentorship: Mentorship) -> Goal:
    party = mentorship.parties.first()
    assert party is not None
    return Goal.objects.create(
        organisation_id=mentorship.organisation_id, mentorship=mentorship, owner=party.person, title="Lead",
        status=GoalStatus.ACTIVE, created_at=clock.now(),
    )  # fmt: skip


def test_four_meeting_numbers_stay_apart(programme: Programme) -> None:
    mentorship = _aged(programme, 40)
    for days, state in ((30, MeetingState.HELD_BOTH), (20, MeetingState.HELD_ONE), (12, MeetingState.DISPUTED)):
        _meet(mentorship, days, state)
    _meet(mentorship, -3, MeetingState.PLANNED)

    [row] = live_pairs(programme, clock.now())

    numbers = row.meetings
    assert (numbers.planned, numbers.held_one, numbers.held_both, numbers.disputed) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("days", "met", "expected"),
    [
        (5, None, []),
        (15, None, ["sig_no_first"]),
        (22, None, ["sig_no_first_red"]),
        (30, 25, ["sig_gap"]),
        (40, 38, ["sig_gap_red"]),
    ],
)
def test_signals_of_meetings(programme: Programme, days: int, met: int | None, expected: list[str]) -> None:
    mentorship = _aged(programme, days)
    if met:
        _meet(mentorship, met)
        _goal(mentorship)

    [row] = live_pairs(programme, clock.now())

    assert [signal.id for signal in row.signals] == expected


def test_overload_reporting_line_and_stalled_steps_are_seen(programme: Programme) -> None:
    mentorship = _aged(programme, 60)
    _meet(mentorship, 3)
    goal = _goal(mentorship)
    mentee, mentor = (mentorship.parties.get(role=role).person for role in ("mentee", "mentor"))
    ActionItem.objects.create(
        organisation_id=programme.organisation_id, goal=goal, owner=mentee, text="Draft",
        due_on=clock.today() - timedelta(days=3),
    )  # fmt: skip
    EnrolmentFactory(
        organisation=programme.organisation, programme=programme, person=mentor, side=Side.MENTOR, places=0
    )
    mentee.manager = mentor
    mentee.save()

    [row] = live_pairs(programme, clock.now())

    assert {signal.id for signal in row.signals} == {"sig_goal_stall", "sig_role_change", "sig_overload"}
    assert row.health == Health.RED


def test_cancelled_in_a_row_counts_back_to_the_last_that_took_place(programme: Programme) -> None:
    mentorship = _aged(programme, 50)
    _goal(mentorship)
    for days, state in ((40, "cancelled"), (20, "held_both"), (10, "cancelled"), (5, "cancelled")):
        _meet(mentorship, days, state)

    [row] = live_pairs(programme, clock.now())

    assert [(signal.id, signal.count) for signal in row.signals] == [("sig_reschedule", 2)]


def at_risk(programme: Programme) -> list[PairRow]:
    return [row for row in live_pairs(programme, clock.now()) if row.signals]


def test_paused_pair_is_not_at_risk(programme: Programme) -> None:
    mentorship = _aged(programme, 50)
    mentorship.state = MentorshipState.PAUSED
    mentorship.save()

    assert at_risk(programme) == []


def test_a_pause_stops_the_clock_of_meetings_and_steps(programme: Programme) -> None:
    """Met 70 days ago, paused for 60 of them: 10 days of silence by the pair's own clock, not 70."""
    mentorship = _aged(programme, 80)
    _meet(mentorship, 70)
    goal = _goal(mentorship)
    ActionItem.objects.create(
        organisation=programme.organisation, goal=goal, owner=goal.owner, text="Draft",
        due_on=clock.today() - timedelta(days=3), done_at=None,
    )  # fmt: skip
    for days, state in ((80, "active"), (65, "paused"), (5, "active")):
        Transition.objects.create(
            organisation=programme.organisation, mentorship=mentorship, to_state=state,
            at=clock.now() - timedelta(days=days),
        )  # fmt: skip
    Mentorship.objects.filter(pk=mentorship.pk).update(paused_days=60)

    assert at_risk(programme) == []


def test_a_reporting_line_is_seen_at_any_height_and_circles_end(programme: Programme) -> None:
    mentorship = _aged(programme, 2)
    mentee, mentor = (mentorship.parties.get(role=role).person for role in ("mentee", "mentor"))
    between = PersonFactory(organisation=programme.organisation, manager=mentor)
    mentee.manager = between
    mentee.save()
    assert [signal.id for signal in live_pairs(programme, clock.now())[0].signals] == ["sig_role_change"]

    Person.objects.filter(pk=between.pk).update(manager=mentee)

    assert live_pairs(programme, clock.now())[0].signals == ()


def test_every_signal_has_words(programme: Programme) -> None:
    for days in (15, 22):
        _aged(programme, days)

    rows = at_risk(programme)
    assert len(rows) == 2
    for row in rows:
        for signal in row.signals:
            assert str(signal.days) in fact_words(signal)
            assert all(step_words(signal))


def test_queries_do_not_grow_with_pairs(programme: Programme) -> None:
    for _ in range(3):
        _meet(_aged(programme, 40), 5)
    with CaptureQueriesContext(
        connection,
    ) as few:
        live_pairs(programme, clock.now())
    for _ in range(47):
        _meet(_aged(programme, 40), 5)

    with CaptureQueriesContext(connection) as many:
        rows = live_pairs(programme, clock.now())

    assert len(rows) == 50
    assert len(many) == len(few)


def test_another_organisation_s_pairs_are_not_counted(programme: Programme, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = ProgrammeFactory(organisation=other_organisation)
        _aged(theirs, 30)

    assert live_pairs(theirs, clock.now()) == []
