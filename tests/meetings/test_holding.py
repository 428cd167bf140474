from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.meetings import ConfirmationFactory, MeetingFactory
from tests.factories.mentorships import MentorshipFactory, PartyFactory, a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.kernel import clock, events, jobs
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs.tables import Job
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.meetings import actions, queries, rules
from trellis.meetings.actions import AnswerRefused, NotesChanged
from trellis.meetings.models import Confirmation, Meeting, MeetingState
from trellis.meetings.queries import MeetingCounts, meeting_counts
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.events import MentorshipChanged
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation, Person

HOUR = timedelta(hours=1)


@pytest.fixture
def over(pair: Mentorship, now: datetime) -> Meeting:
    """A planned meeting of the pair that ended an hour ago."""
    return MeetingFactory(mentorship=pair, starts_at=now - 2 * HOUR, minutes=60)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([], "planned"), ([False], "planned"), ([True], "held_one"), ([True, True], "held_both"),
        ([True, False], "disputed"), ([False, True], "disputed"), ([False, False], "cancelled"),
        ([True, True, True], "held_both"), ([True, True, False], "disputed"),
    ],
)  # fmt: skip
def test_state_of_the_answers(answers: list[bool], state: str) -> None:
    assert rules.state_of(answers) == state


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [(True, True, "held_both"), (True, False, "disputed"), (False, True, "disputed"), (False, False, "cancelled")],
)
def test_confirm_meeting_by_both_sides(
    over: Meeting, amara: Person, priya: Person, now: datetime, first: bool, second: bool, state: str
) -> None:
    actions.confirm_meeting(by=amara, meeting=over, took_place=first, now=now)
    meeting = actions.confirm_meeting(by=priya, meeting=over, took_place=second, now=now)

    assert meeting.state == state
    assert EventRow.objects.filter(kind="meetings.MeetingConfirmed").count() == 2


def test_confirm_meeting_may_change_its_word_and_the_audit_keeps_both(
    over: Meeting, amara: Person, priya: Person, now: datetime
) -> None:
    actions.confirm_meeting(by=amara, meeting=over, took_place=False, now=now)
    actions.confirm_meeting(by=priya, meeting=over, took_place=False, now=now)
    actions.confirm_meeting(by=amara, meeting=over, took_place=True, now=now)
    meeting = actions.confirm_meeting(by=priya, meeting=over, took_place=True, now=now)

    history = [
        (entry.facts["before"], entry.facts["took_place"], entry.facts["to"])
        for entry in AuditEntry.objects.order_by("position")
    ]
    assert meeting.state == MeetingState.HELD_BOTH
    assert history == [
        (None, False, "planned"), (None, False, "cancelled"), (False, True, "disputed"), (False, True, "held_both"),
    ]  # fmt: skip


def test_confirm_meeting_twice_with_the_same_word_is_one_answer(over: Meeting, amara: Person, now: datetime) -> None:
    actions.confirm_meeting(by=amara, meeting=over, took_place=True, now=now)
    actions.confirm_meeting(by=amara, meeting=over, took_place=True, now=now + HOUR)

    assert Confirmation.objects.get().at == now
    assert AuditEntry.objects.count() == 1


def test_confirm_meeting_before_it_is_over_is_refused(pair: Mentorship, amara: Person, now: datetime) -> None:
    meeting = MeetingFactory(mentorship=pair, starts_at=now - HOUR, minutes=61)

    with pytest.raises(AnswerRefused):
        actions.confirm_meeting(by=amara, meeting=meeting, took_place=True, now=now)


def test_confirm_meeting_that_was_called_off_is_refused(pair: Mentorship, amara: Person, now: datetime) -> None:
    meeting = MeetingFactory(mentorship=pair, starts_at=now - 2 * HOUR, state=MeetingState.CANCELLED)

    with pytest.raises(AnswerRefused):
        actions.confirm_meeting(by=amara, meeting=meeting, took_place=True, now=now)


def test_confirm_meeting_by_others_or_after_the_end_is_refused(
    over: Meeting, amara: Person, person: Person, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        actions.confirm_meeting(by=person, meeting=over, took_place=True, now=now)
    Mentorship.objects.update(state=MentorshipState.ENDED)
    with pytest.raises(NotAllowed):
        actions.confirm_meeting(by=amara, meeting=over, took_place=True, now=now)

    assert not Confirmation.objects.exists()


def test_write_notes_needs_the_text_it_started_from(over: Meeting, amara: Person, priya: Person, now: datetime) -> None:
    seen = queries.notes_mark("NOTES-MARKER")
    actions.write_notes(by=amara, meeting=over, notes="first", seen=seen, now=now)

    with pytest.raises(NotesChanged):
        actions.write_notes(by=priya, meeting=over, notes="second", seen=seen, now=now)

    over.refresh_from_db()
    assert over.notes == "first"
    assert AuditEntry.objects.get().facts == {"mentorship": over.mentorship_id}


def test_write_notes_without_a_change_writes_nothing(over: Meeting, amara: Person, now: datetime) -> None:
    actions.write_notes(by=amara, meeting=over, notes="NOTES-MARKER", seen=queries.notes_mark("NOTES-MARKER"), now=now)

    assert not AuditEntry.objects.exists()


def test_write_notes_that_are_too_long_says_by_how_much(over: Meeting, amara: Person, now: datetime) -> None:
    with pytest.raises(NotesChanged) as refused:
        actions.write_notes(by=amara, meeting=over, notes="x" * 20_001, seen="", now=now)

    assert str(refused.value) == ("At most 20000 characters (you have 20001). Shorten the notes and save again.")


def test_meeting_counts_are_four_separate_numbers_in_one_query(
    pair: Mentorship, django_assert_num_queries: object
) -> None:
    other = MentorshipFactory(programme=pair.programme)
    planner = PersonFactory(organisation=pair.organisation)
    for state, number in (("planned", 1), ("held_one", 2), ("held_both", 3), ("disputed", 4), ("cancelled", 5)):
        MeetingFactory.create_batch(number, mentorship=pair, state=state)
    MeetingFactory(mentorship=other, state="held_both", planned_by=planner)

    with django_assert_num_queries(1):  # type: ignore[operator]
        counts = meeting_counts([pair.pk, other.pk])

    assert counts == {pair.pk: MeetingCounts(1, 2, 3, 4), other.pk: MeetingCounts(0, 0, 1, 0)}
    assert counts[pair.pk].held_by_anyone == 5


def test_meeting_counts_do_not_see_another_organisation(pair: Mentorship, other_organisation: Organisation) -> None:
    MeetingFactory(mentorship=pair)

    with organisation_scope(other_organisation.pk):
        assert meeting_counts([pair.pk]) == {pair.pk: MeetingCounts()}


def test_ask_whether_held_asks_each_side_at_2_and_26_hours(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    end = now + HOUR
    MeetingFactory(mentorship=pair, starts_at=now, minutes=60)

    asked = [
        actions.ask_whether_held(now=end + wait)
        for wait in (HOUR, 2 * HOUR, 3 * HOUR, 25 * HOUR, 26 * HOUR, 27 * HOUR, 80 * HOUR)
    ]

    assert asked == [0, 2, 0, 0, 2, 0, 0]
    assert set(Notice.objects.values_list("person", "parameters__name")) == {
        (amara.pk, "Priya"), (priya.pk, "Amara"),
    }  # fmt: skip


def test_ask_whether_held_leaves_out_who_has_answered_called_off_and_closed(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    over = MeetingFactory(mentorship=pair, starts_at=now - 4 * HOUR, minutes=60)
    ConfirmationFactory(meeting=over, person=amara)
    MeetingFactory(mentorship=pair, starts_at=now - 6 * HOUR, state=MeetingState.CANCELLED)
    closed = a_pair(pair.programme)
    closed.state = MentorshipState.ENDED
    closed.save()
    MeetingFactory(mentorship=closed, starts_at=now - 4 * HOUR)

    actions.ask_whether_held(now=now)

    assert [notice.person for notice in Notice.objects.all()] == [priya]


def test_ask_whether_held_takes_the_same_queries_for_many_when_none_is_new(
    organisation: Organisation, now: datetime, django_assert_max_num_queries: object
) -> None:
    programme = ProgrammeFactory(organisation=organisation)
    for _ in range(10):
        MeetingFactory(mentorship=a_pair(programme), starts_at=now - 4 * HOUR)
    assert actions.ask_whether_held(now=now) == 20

    with django_assert_max_num_queries(6):  # type: ignore[operator]
        assert actions.ask_whether_held(now=now) == 0


def test_the_timer_asks_in_every_organisation(
    pair: Mentorship, amara: Person, other_organisation: Organisation, now: datetime
) -> None:
    MeetingFactory(mentorship=pair, starts_at=clock.now() - 4 * HOUR)
    with organisation_scope(other_organisation.pk):
        theirs = a_pair(ProgrammeFactory(organisation=other_organisation))
        MeetingFactory(mentorship=theirs, starts_at=clock.now() - 4 * HOUR)

    jobs.queue("meetings.ask_everywhere")
    jobs.run_due(limit=3, raising=True)

    assert Job.objects.filter(name="meetings.ask_whether_held", state="done").count() == 2
    assert Notice.objects.filter(kind="meetings.ask_held").count() == 2
    with organisation_scope(other_organisation.pk):
        assert Notice.objects.filter(kind="meetings.ask_held").count() == 2


@pytest.mark.parametrize(("state", "left"), [("ended", "cancelled"), ("paused", "planned")])
def test_a_closed_mentorship_calls_off_what_it_had_planned(pair: Mentorship, state: str, left: str) -> None:
    meeting = MeetingFactory(mentorship=pair, starts_at=clock.now() + HOUR)
    pair.state = state
    pair.save()

    events.publish(
        MentorshipChanged(organisation_id=pair.organisation_id, mentorship_id=pair.pk, state=state), at=clock.now()
    )
    jobs.drain()

    meeting.refresh_from_db()
    assert meeting.state == left


def test_a_circle_of_three_is_asked_one_by_one(organisation: Organisation, now: datetime) -> None:
    circle = a_pair(ProgrammeFactory(organisation=organisation))
    PartyFactory(mentorship=circle, person=PersonFactory(organisation=organisation))
    MeetingFactory(mentorship=circle, starts_at=datetime(2026, 11, 23, 5, tzinfo=UTC))

    assert actions.ask_whether_held(now=now) == 3
