from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core import mail

from tests.factories.meetings import MeetingFactory
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs.tables import Job
from trellis.kernel.models import AuditEntry, EventRow
from trellis.meetings import actions, subscribers
from trellis.meetings.actions import MeetingRefused, NoSuchTime
from trellis.meetings.models import Confirmation, Meeting, MeetingState
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.notifications.mail import words_of
from trellis.notifications.models import Notice
from trellis.people.models import Person

HOUR = timedelta(hours=1)


def test_plan_meeting_tells_the_partner_in_their_own_time(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    meeting = actions.plan_meeting(
        by=amara, mentorship=pair, starts_at=datetime(2026, 11, 26, 10, tzinfo=UTC), minutes=50,
        topic=" Pricing ", place="Room 4", now=now,
    )  # fmt: skip

    notice = Notice.objects.get()
    assert (meeting.state, meeting.topic, meeting.place) == ("planned", "Pricing", "Room 4")
    assert notice.person == priya
    assert notice.path == f"/meetings/{meeting.pk}/"
    assert notice.parameters == {"name": "Amara", "when": "Thursday 26 November 2026, 15:30 (Kolkata)"}
    assert EventRow.objects.get().kind == "meetings.MeetingPlanned"
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.facts) == ("meeting.planned", {"mentorship": pair.pk, "state": "planned"})


def test_what_and_where_never_leave_the_meeting(pair: Mentorship, amara: Person, now: datetime) -> None:
    meeting = actions.plan_meeting(
        by=amara, mentorship=pair, starts_at=now + HOUR, minutes=50, topic="MARKER-A", place="MARKER-B", now=now
    )
    actions.reschedule_meeting(
        by=amara, meeting=meeting, starts_at=now + 2 * HOUR, minutes=50, topic="MARKER-C", place="MARKER-D", now=now
    )
    actions.cancel_meeting(by=amara, meeting=meeting, now=now)

    told = [str(words_of(notice)) for notice in Notice.objects.all()]
    outside = [
        *told,
        *[str(entry.facts) for entry in AuditEntry.objects.all()],
        *[str(row.fields) for row in EventRow.objects.all()],
        *[str(job.arguments) for job in Job.objects.all()],
        *[str(notice.parameters) for notice in Notice.objects.all()],
    ]
    assert len(told) == 3
    assert [text for text in outside if "MARKER" in text] == []
    assert mail.outbox == []


@pytest.mark.parametrize("state", [MentorshipState.ENDED, MentorshipState.COMPLETED])
def test_plan_meeting_in_a_closed_mentorship_is_refused(
    pair: Mentorship, amara: Person, now: datetime, state: str
) -> None:
    Mentorship.objects.update(state=state)

    with pytest.raises(NotAllowed):
        actions.plan_meeting(by=amara, mentorship=pair, starts_at=now + HOUR, minutes=50, now=now)


def test_plan_meeting_by_somebody_else_is_refused(pair: Mentorship, person: Person, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        actions.plan_meeting(by=person, mentorship=pair, starts_at=now + HOUR, minutes=50, now=now)

    assert not Meeting.objects.exists()


def test_plan_meeting_in_the_past_suggests_to_log_it(pair: Mentorship, amara: Person, now: datetime) -> None:
    with pytest.raises(MeetingRefused) as refused:
        actions.plan_meeting(by=amara, mentorship=pair, starts_at=now, minutes=50, now=now)

    assert str(refused.value) == (
        "This time is in the past. Choose a later one, or log a meeting that already took place."
    )
    assert refused.value.field == "day"


def test_plan_meeting_in_a_far_future_is_refused(pair: Mentorship, amara: Person, now: datetime) -> None:
    with pytest.raises(MeetingRefused) as refused:
        actions.plan_meeting(by=amara, mentorship=pair, starts_at=now + timedelta(days=732), minutes=50, now=now)

    assert str(refused.value) == "This date is more than two years away. Choose a nearer one."


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-30, "A meeting ends after it starts. Choose a length from 5 to 480 minutes."),
        (0, "A meeting ends after it starts. Choose a length from 5 to 480 minutes."),
        (4, "A meeting lasts from 5 to 480 minutes; you have 4."),
        (481, "A meeting lasts from 5 to 480 minutes; you have 481."),
    ],
)
def test_plan_meeting_with_an_impossible_length(
    pair: Mentorship, amara: Person, now: datetime, minutes: int, words: str
) -> None:
    with pytest.raises(MeetingRefused) as refused:
        actions.plan_meeting(by=amara, mentorship=pair, starts_at=now + HOUR, minutes=minutes, now=now)

    assert str(refused.value) == words


def test_time_that_clocks_jump_over_is_named_with_its_cure() -> None:
    with pytest.raises(NoSuchTime) as refused:
        actions.moment_on_the_wall(day=date(2027, 3, 28), at=time(2, 30), zone="Europe/Berlin")

    assert str(refused.value) == (
        "02:30 does not exist in Europe/Berlin on 28 March 2027; clocks go forward. Use 01:30 or 03:00."
    )


def test_plan_meeting_twice_at_once_is_refused(pair: Mentorship, amara: Person, priya: Person, now: datetime) -> None:
    actions.plan_meeting(by=amara, mentorship=pair, starts_at=now + HOUR, minutes=50, now=now)

    with pytest.raises(MeetingRefused) as refused:
        actions.plan_meeting(by=priya, mentorship=pair, starts_at=now + HOUR, minutes=50, now=now)

    assert str(refused.value) == "You already have a meeting together at this time. Choose another one."
    assert Meeting.objects.count() == 1


def test_plan_meeting_while_the_mentor_meets_another_says_busy_not_with_whom(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    other = PersonFactory(organisation=pair.organisation, given_name="Secret")
    second = a_pair(pair.programme, other, priya)
    actions.plan_meeting(by=priya, mentorship=second, starts_at=now + HOUR, minutes=50, now=now)

    with pytest.raises(MeetingRefused) as refused:
        actions.plan_meeting(by=amara, mentorship=pair, starts_at=now + HOUR + HOUR / 2, minutes=50, now=now)

    assert str(refused.value) == "One of you already has another meeting at this time. Choose another one."


def test_plan_meeting_right_after_another_and_over_a_cancelled_one(
    pair: Mentorship, amara: Person, now: datetime
) -> None:
    MeetingFactory(mentorship=pair, starts_at=now + HOUR, minutes=60)
    MeetingFactory(mentorship=pair, starts_at=now + 2 * HOUR, minutes=60, state=MeetingState.CANCELLED)

    meeting = actions.plan_meeting(by=amara, mentorship=pair, starts_at=now + 2 * HOUR, minutes=60, now=now)

    assert meeting.state == MeetingState.PLANNED


def test_log_meeting_counts_as_the_loggers_word(pair: Mentorship, amara: Person, priya: Person, now: datetime) -> None:
    meeting = actions.log_meeting(
        by=amara, mentorship=pair, starts_at=now - 2 * HOUR, minutes=50, topic=" Coffee ", now=now
    )

    word = Confirmation.objects.get()
    assert (meeting.state, meeting.topic) == ("held_one", "Coffee")
    assert (word.person, word.took_place) == (amara, True)
    assert Notice.objects.get().person == priya
    assert EventRow.objects.get().fields["state"] == "held_one"


def test_log_meeting_that_is_not_over_is_refused(pair: Mentorship, amara: Person, now: datetime) -> None:
    with pytest.raises(MeetingRefused) as refused:
        actions.log_meeting(by=amara, mentorship=pair, starts_at=now - HOUR / 2, minutes=50, now=now)

    assert str(refused.value) == "This meeting is not over yet. Plan it instead, or choose an earlier time."


def test_log_meeting_before_the_pair_began_is_refused(pair: Mentorship, amara: Person, now: datetime) -> None:
    with pytest.raises(MeetingRefused) as refused:
        actions.log_meeting(
            by=amara, mentorship=pair, starts_at=datetime(2026, 8, 31, 9, tzinfo=UTC), minutes=50, now=now
        )

    assert str(refused.value) == "You started on 1 September 2026; a meeting before that cannot be noted here."


def test_log_meeting_counts_days_on_the_loggers_own_clock(pair: Mentorship, amara: Person, now: datetime) -> None:
    amara.time_zone = "America/Los_Angeles"
    Mentorship.objects.update(started_at=datetime(2026, 11, 20, 1, tzinfo=UTC))  # there it is still the 19th

    logged = actions.log_meeting(
        by=amara, mentorship=pair, starts_at=datetime(2026, 11, 19, 23, tzinfo=UTC), minutes=50, now=now
    )
    with pytest.raises(MeetingRefused) as refused:
        actions.log_meeting(
            by=amara, mentorship=pair, starts_at=datetime(2026, 11, 19, 7, tzinfo=UTC), minutes=50, now=now
        )

    assert logged.state == "held_one"
    assert str(refused.value) == "You started on 19 November 2026; a meeting before that cannot be noted here."


def test_moving_there_and_back_is_told_each_time(pair: Mentorship, amara: Person, priya: Person, now: datetime) -> None:
    meeting = actions.plan_meeting(by=amara, mentorship=pair, starts_at=now + HOUR, minutes=50, now=now)

    for hours in (3, 1, 3):
        actions.reschedule_meeting(
            by=amara, meeting=meeting, starts_at=now + hours * HOUR, minutes=50, topic="", place="", now=now
        )

    told = Notice.objects.filter(person=priya, kind="meetings.moved").order_by("id")
    assert [notice.parameters["when"][-15:-10] for notice in told] == ["17:30", "15:30", "17:30"]


def test_the_sequence_rises_with_every_change_that_a_calendar_shows(
    pair: Mentorship, amara: Person, now: datetime
) -> None:
    meeting = actions.plan_meeting(by=amara, mentorship=pair, starts_at=now + HOUR, minutes=50, topic="A", now=now)
    seen = [meeting.sequence]
    for hours, topic in [(1, "A"), (1, "B"), (2, "B"), (2, "B")]:
        meeting = actions.reschedule_meeting(
            by=amara, meeting=meeting, starts_at=now + hours * HOUR, minutes=50, topic=topic, place="", now=now
        )
        seen.append(meeting.sequence)
    for _ in range(2):
        meeting = actions.cancel_meeting(by=amara, meeting=meeting, now=now)
        seen.append(meeting.sequence)

    assert seen == [0, 0, 1, 2, 2, 3, 3]


def test_reschedule_meeting_moves_it_and_forgets_the_no_to_the_old_time(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    meeting = MeetingFactory(mentorship=pair, starts_at=now - 2 * HOUR)
    actions.confirm_meeting(by=amara, meeting=meeting, took_place=False, now=now)

    moved = actions.reschedule_meeting(
        by=amara, meeting=meeting, starts_at=now + HOUR, minutes=30, topic="New", place="", now=now
    )

    assert (moved.starts_at, moved.minutes, moved.topic, moved.place) == (now + HOUR, 30, "New", "")
    assert not Confirmation.objects.exists()
    assert [notice.kind for notice in Notice.objects.filter(person=priya)] == ["meetings.moved"]


def test_reschedule_meeting_to_the_same_time_changes_the_topic_and_tells_nobody(
    pair: Mentorship, amara: Person, now: datetime
) -> None:
    meeting = MeetingFactory(mentorship=pair, starts_at=now + HOUR)

    actions.reschedule_meeting(
        by=amara, meeting=meeting, starts_at=meeting.starts_at, minutes=50, topic="T", place="P", now=now
    )

    assert not Notice.objects.exists()
    assert AuditEntry.objects.get().verb == "meeting.changed"


def test_reschedule_meeting_may_overlap_its_own_old_time(pair: Mentorship, amara: Person, now: datetime) -> None:
    meeting = MeetingFactory(mentorship=pair, starts_at=now + HOUR)

    moved = actions.reschedule_meeting(
        by=amara, meeting=meeting, starts_at=now + HOUR + HOUR / 4, minutes=50, topic="", place="", now=now
    )

    assert moved.starts_at == now + HOUR + HOUR / 4


def test_reschedule_meeting_that_was_held_is_refused(pair: Mentorship, amara: Person, now: datetime) -> None:
    meeting = MeetingFactory(mentorship=pair, starts_at=now - 2 * HOUR, state=MeetingState.HELD_ONE)

    with pytest.raises(MeetingRefused):
        actions.reschedule_meeting(
            by=amara, meeting=meeting, starts_at=now + HOUR, minutes=50, topic="", place="", now=now
        )


def test_cancel_meeting_tells_the_partner_once(pair: Mentorship, amara: Person, priya: Person, now: datetime) -> None:
    meeting = MeetingFactory(mentorship=pair, starts_at=now + HOUR)

    actions.cancel_meeting(by=amara, meeting=meeting, now=now)
    again = actions.cancel_meeting(by=priya, meeting=meeting, now=now)

    assert again.state == MeetingState.CANCELLED
    assert [notice.person for notice in Notice.objects.all()] == [priya]
    assert AuditEntry.objects.count() == 1


def test_cancel_meeting_that_has_begun_is_refused(pair: Mentorship, amara: Person, now: datetime) -> None:
    meeting = MeetingFactory(mentorship=pair, starts_at=now)

    with pytest.raises(MeetingRefused) as refused:
        actions.cancel_meeting(by=amara, meeting=meeting, now=now)

    assert str(refused.value) == "This meeting has begun. Say whether it took place instead."


def test_call_off_planned_leaves_past_and_answered_meetings(pair: Mentorship, now: datetime) -> None:
    ahead = MeetingFactory(mentorship=pair, starts_at=now + HOUR)
    past = MeetingFactory(mentorship=pair, starts_at=now - 2 * HOUR)

    assert actions.call_off_planned(mentorship=pair, now=now) == 1

    ahead.refresh_from_db()
    past.refresh_from_db()
    assert (ahead.state, past.state) == (MeetingState.CANCELLED, MeetingState.PLANNED)
    assert not Notice.objects.exists()


def test_what_the_end_called_off_is_planned_again_where_it_lies_ahead_and_both_are_free(
    pair: Mentorship, amara: Person, now: datetime
) -> None:
    ahead, soon, taken, theirs = (
        MeetingFactory(mentorship=pair, starts_at=now + hours * HOUR) for hours in (5, 1, 9, 13)
    )
    actions.cancel_meeting(by=amara, meeting=theirs, now=now)
    actions.call_off_planned(mentorship=pair, now=now)
    MeetingFactory(mentorship=a_pair(pair.programme, mentee=amara), starts_at=taken.starts_at)

    assert actions.plan_again(mentorship=pair, now=now + 2 * HOUR) == 1

    again = [Meeting.objects.get(pk=meeting.pk) for meeting in (ahead, soon, taken, theirs)]
    assert [(meeting.state, meeting.sequence) for meeting in again] == [
        (MeetingState.PLANNED, 2), *[(MeetingState.CANCELLED, 1)] * 3,
    ]  # fmt: skip
    Meeting.objects.exclude(pk=ahead.pk).exclude(mentorship=pair).delete()  # the other time is free again
    assert actions.plan_again(mentorship=pair, now=now + 2 * HOUR) == 0
    assert list(AuditEntry.objects.filter(verb="meeting.restored").values_list("subject", flat=True)) == [
        f"meeting:{ahead.pk}"
    ]


def test_news_of_an_end_that_was_taken_back_meanwhile_calls_nothing_off(pair: Mentorship, now: datetime) -> None:
    meeting = MeetingFactory(mentorship=pair, starts_at=now + HOUR)

    subscribers.call_off_what_is_left(organisation_id=pair.organisation_id, mentorship_id=pair.pk, state="ended")

    meeting.refresh_from_db()
    assert (meeting.state, meeting.sequence) == (MeetingState.PLANNED, 0)


def test_a_withdrawn_mentorship_has_nothing_left_to_call_off(pair: Mentorship) -> None:
    subscribers.call_off_what_is_left(
        organisation_id=pair.organisation_id, mentorship_id=pair.pk + 1, state="withdrawn"
    )

    assert not Meeting.objects.exists()


def test_plan_and_move_in_a_pair_that_has_just_ended_is_refused(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    meeting = actions.plan_meeting(by=amara, mentorship=pair, starts_at=now + HOUR, minutes=50, now=now)
    end_mentorship(by=priya, mentorship=Mentorship.objects.get(pk=pair.pk), now=now)

    with pytest.raises(NotAllowed):  # `pair` still believes that it is live
        actions.plan_meeting(by=amara, mentorship=pair, starts_at=now + 3 * HOUR, minutes=50, now=now)
    with pytest.raises(NotAllowed):
        actions.reschedule_meeting(
            by=amara, meeting=meeting, starts_at=now + 3 * HOUR, minutes=50, topic="", place="", now=now
        )
