from datetime import datetime, timedelta

import pytest

from tests.factories.meetings import ConfirmationFactory, MeetingFactory
from tests.factories.mentorships import a_pair
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.meetings import queries
from trellis.meetings.models import MeetingState
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.people.models import Organisation, Person
from trellis.programmes.models import Programme

HOUR = timedelta(hours=1)


def test_meeting_lists_sort_by_what_is_to_be_done(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    running = MeetingFactory(mentorship=pair, starts_at=now - HOUR / 2)
    later = MeetingFactory(mentorship=pair, starts_at=now + 48 * HOUR)
    MeetingFactory(mentorship=pair, starts_at=now + 72 * HOUR, state=MeetingState.CANCELLED)
    unanswered = MeetingFactory(mentorship=pair, starts_at=now - 3 * HOUR, state=MeetingState.HELD_ONE)
    ConfirmationFactory(meeting=unanswered, person=priya, at=now)
    answered = MeetingFactory(mentorship=pair, starts_at=now - 5 * HOUR, state=MeetingState.HELD_ONE)
    ConfirmationFactory(meeting=answered, person=amara, at=now)
    called_off = MeetingFactory(mentorship=pair, starts_at=now - 7 * HOUR, state=MeetingState.CANCELLED)

    lists = queries.meeting_lists(amara, now, 1)

    assert [row.id for row in lists.soon] == [running.pk, later.pk]
    assert [(row.id, row.mine, row.theirs) for row in lists.to_confirm] == [(unanswered.pk, None, True)]
    assert [(row.id, row.mine) for row in lists.past] == [(answered.pk, True), (called_off.pk, None)]
    assert (lists.page, lists.pages) == (1, 1)


def test_meeting_row_holds_both_clocks(pair: Mentorship, amara: Person, now: datetime) -> None:
    meeting = MeetingFactory(
        mentorship=pair, starts_at=now.replace(hour=20), minutes=30, place="https://meet.example/x"
    )

    row = queries.meeting_seen_by(amara, meeting)

    assert (f"{row.here:%d %H:%M}", f"{row.there_starts:%d %H:%M}", f"{row.there_ends:%H:%M}") == (
        "23 20:00", "24 01:30", "02:00",
    )  # fmt: skip
    assert (row.partner.first_name, row.other_day_there, row.place_is_link) == ("Priya", True, True)


@pytest.mark.parametrize(
    ("state", "mine", "theirs", "words", "tone"),
    [
        ("planned", None, None, "Planned", ""),
        ("planned", False, None, "Not held: you say no", ""),
        ("planned", None, False, "Not held: Priya says no", ""),
        ("held_one", True, None, "Held: you say yes", "ok"),
        ("held_one", None, True, "Held: Priya says yes", "ok"),
        ("held_both", True, True, "Confirmed by both", "ok"),
        ("disputed", True, False, "Disputed: one yes, one no", "late"),
        ("cancelled", None, None, "Called off", ""),
        ("cancelled", False, False, "Did not take place", ""),
    ],
)
def test_meeting_row_says_its_state_in_words(
    pair: Mentorship, amara: Person, priya: Person, state: str, mine: bool | None, theirs: bool | None, words: str,
    tone: str,
) -> None:  # fmt: skip
    meeting = MeetingFactory(mentorship=pair, state=state, topic="")
    for person, word in ((amara, mine), (priya, theirs)):
        if word is not None:
            ConfirmationFactory(meeting=meeting, person=person, took_place=word)

    row = queries.meeting_seen_by(amara, meeting)

    assert (row.words, row.tone, row.title, row.my_place) == (words, tone, "Meeting with Priya", "London")


def test_meeting_lists_of_a_closed_mentorship_ask_nothing(pair: Mentorship, amara: Person, now: datetime) -> None:
    MeetingFactory(mentorship=pair, starts_at=now - 3 * HOUR)
    MeetingFactory(mentorship=pair, starts_at=now + 3 * HOUR)
    Mentorship.objects.update(state=MentorshipState.COMPLETED)

    lists = queries.meeting_lists(amara, now, 1)

    assert (lists.soon, lists.to_confirm) == ([], [])
    assert [row.live for row in lists.past] == [False]


def test_meeting_lists_never_hold_other_peoples_meetings(
    pair: Mentorship, amara: Person, person: Person, other_organisation: Organisation, now: datetime
) -> None:
    MeetingFactory(mentorship=a_pair(pair.programme), starts_at=now + HOUR)
    with organisation_scope(other_organisation.pk):
        theirs = a_pair(ProgrammeFactory(organisation=other_organisation))
        MeetingFactory(mentorship=theirs, starts_at=now + HOUR)

    assert queries.meeting_lists(amara, now, 1).soon == []
    assert not queries.of_person(amara).exists()


def test_meeting_lists_turn_pages(pair: Mentorship, amara: Person, now: datetime) -> None:
    for number in range(25):
        meeting = MeetingFactory(mentorship=pair, starts_at=now - timedelta(days=number + 1), state="held_one")
        ConfirmationFactory(meeting=meeting, person=amara)

    first, second, beyond = (queries.meeting_lists(amara, now, page) for page in (1, 2, 3))

    assert [len(lists.past) for lists in (first, second, beyond)] == [20, 5, 0]
    assert first.pages == 2


@pytest.mark.parametrize("rows", [3, 50])
def test_meeting_lists_take_the_same_queries_for_any_length(
    pair: Mentorship, amara: Person, now: datetime, rows: int, django_assert_num_queries: object
) -> None:
    for number in range(rows):
        other = a_pair(pair.programme, mentee=amara)
        MeetingFactory(mentorship=other, starts_at=now + timedelta(days=number + 1))
        MeetingFactory(mentorship=other, starts_at=now - timedelta(days=number + 1))
        answered = MeetingFactory(mentorship=other, starts_at=now - timedelta(days=number + 1, hours=2))
        ConfirmationFactory(meeting=answered, person=amara)

    with django_assert_num_queries(10):  # type: ignore[operator]
        queries.meeting_lists(amara, now, 1)


@pytest.fixture
def enrolled(pair: Mentorship, amara: Person, priya: Person) -> Programme:
    EnrolmentFactory(programme=pair.programme, person=amara, availability=["Thu am", "Mon pm"])
    EnrolmentFactory(programme=pair.programme, person=priya, side="mentor", availability=["Thu pm", "Fri pm"])
    return pair.programme


def test_suggested_slots_follow_zones_and_sign_up(
    enrolled: Programme, pair: Mentorship, amara: Person, now: datetime
) -> None:
    slots = queries.suggested_slots(pair, amara, now, minutes=50)

    assert [(f"{slot.day:%a %d}", slot.at, f"{slot.there:%H:%M}", slot.words, slot.tone) for slot in slots] == [
        ("Thu 26", "09:00", "14:30", "Good for both", "in"),
        ("Fri 27", "09:00", "14:30", "Good for both", "in"),
        ("Thu 03", "09:00", "14:30", "Good for both", "in"),
    ]


def test_suggested_slots_leave_out_planned_meetings(
    enrolled: Programme, pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    MeetingFactory(mentorship=a_pair(enrolled, mentor=priya), starts_at=now.replace(day=26, hour=8), minutes=240)

    first = queries.suggested_slots(pair, amara, now, minutes=50)[0]

    assert (f"{first.day:%a}", first.at) == ("Fri", "09:00")


@pytest.mark.parametrize(
    ("zone", "minutes", "words", "tone"),
    [
        ("America/Los_Angeles", 50, "20 min past your day", "bit"),
        ("Asia/Tokyo", 30, "30 min before your day, 30 min past Priya’s day", "bit"),
        ("Asia/Tokyo", 90, "1 h before your day, 1 h past Priya’s day", "far"),
        ("America/New_York", 120, "Good for both", "in"),
        ("Australia/Brisbane", 60, "1 h 30 min before your day, 1 h past Priya’s day", "far"),
    ],
)
def test_suggested_slots_say_how_far_outside_a_day_they_fall(
    pair: Mentorship, amara: Person, priya: Person, now: datetime, zone: str, minutes: int, words: str, tone: str
) -> None:
    priya.time_zone = zone
    priya.save()

    slot = queries.suggested_slots(pair, amara, now, minutes=minutes)[0]

    assert (slot.words, slot.tone) == (words, tone)


def test_suggested_slots_without_sign_up_and_across_midnight(
    pair: Mentorship, amara: Person, priya: Person, now: datetime
) -> None:
    priya.time_zone = "Pacific/Auckland"
    priya.save()

    slot = queries.suggested_slots(pair, amara, now, minutes=30)[0]

    assert slot.other_day_there
