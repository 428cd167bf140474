from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.meetings import MeetingFactory
from tests.factories.programmes import EnrolmentFactory
from trellis.kernel import clock
from trellis.meetings.models import Meeting, MeetingState
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Person

SOON = date.today() + timedelta(days=3)  # noqa: DTZ011
WHOLE = {"day": f"{SOON:%Y-%m-%d}", "at": "10:00", "minutes": "50", "topic": "Pricing", "place": "Room 4"}

PAST = "This time is in the past. Choose a later one, or log a meeting that already took place."


@pytest.fixture
def as_amara(client: Client, amara: Person) -> Client:
    client.force_login(amara.account)
    return client


def errors(answer: object, field: str) -> str:
    return " ".join(answer.context["form"].errors.get(field, []))  # type: ignore[attr-defined]


def test_plan_by_date_and_hour_on_the_planners_clock(as_amara: Client, running: Mentorship, priya: Person) -> None:
    answer = as_amara.post(reverse("meeting_plan", args=[running.pk]), WHOLE, follow=True)

    meeting = Meeting.objects.get()
    assert meeting.starts_at == datetime(SOON.year, SOON.month, SOON.day, 10, tzinfo=ZoneInfo("Europe/London"))
    assert (meeting.topic, meeting.place) == ("Pricing", "Room 4")
    assert f'<a href="{reverse("meeting_cancel", args=[meeting.pk])}">Undo</a>' in answer.content.decode()
    assert Notice.objects.get().person == priya


def test_plan_with_one_tap_on_a_suggested_slot(as_amara: Client, running: Mentorship, amara: Person) -> None:
    EnrolmentFactory(programme=running.programme, person=amara)
    page = as_amara.get(reverse("meeting_plan", args=[running.pk]))
    slot = page.context["slots"][0]

    as_amara.post(
        reverse("meeting_plan", args=[running.pk]),
        {"day": f"{slot.day:%Y-%m-%d}", "at": slot.at, "minutes": slot.minutes},
    )

    assert len(page.context["slots"]) == 3
    assert Meeting.objects.get().starts_at == slot.starts_at


def test_plan_at_a_time_that_does_not_exist_names_the_cure_and_keeps_the_rest(
    as_amara: Client, running: Mentorship, amara: Person
) -> None:
    amara.time_zone = "Europe/Berlin"
    amara.save()

    answer = as_amara.post(reverse("meeting_plan", args=[running.pk]), {**WHOLE, "day": "2027-03-28", "at": "02:30"})

    assert answer.status_code == 422
    assert errors(answer, "at") == (
        "02:30 does not exist in Europe/Berlin on 28 March 2027; clocks go forward. Use 01:30 or 03:00."
    )
    assert 'value="Pricing"' in answer.content.decode()
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"day": "2020-01-01"}, "day", PAST),
        ({"day": "31/02/2027"}, "day", "This is not a date. Choose one, or write it as 2026-11-24."),
        ({"day": ""}, "day", "This field is required."),
        ({"day": "0001-01-01", "at": "00:00"}, "day", PAST),
        ({"day": "9999-12-31", "at": "12:00"}, "day", "This date is more than two years away. Choose a nearer one."),
        ({"day": "9999-12-31", "at": "23:59"}, "day", "This date is too far away. Choose one within the programme."),
        ({"at": "25:00"}, "at", "This is not a time. Write it as 14:30."),
        ({"minutes": "-30"}, "minutes", "A meeting ends after it starts. Choose a length from 5 to 480 minutes."),
        ({"minutes": "0"}, "minutes", "A meeting ends after it starts. Choose a length from 5 to 480 minutes."),
        ({"minutes": "9999999999"}, "minutes", "A meeting lasts from 5 to 480 minutes; you have 9999999999."),
        ({"minutes": "long"}, "minutes", "Write the length as a number of minutes, such as 50."),
        ({"topic": "x" * 201}, "topic", "Ensure this value has at most 200 characters (it has 201)."),
        ({"topic": "a\x00b"}, "topic", "Null characters are not allowed."),
    ],
)  # fmt: skip
def test_plan_with_bad_input_says_what_is_wrong_and_saves_nothing(
    as_amara: Client, running: Mentorship, amara: Person, wrong: dict[str, str], field: str, words: str
) -> None:
    amara.time_zone = "America/Los_Angeles"
    amara.save()

    answer = as_amara.post(reverse("meeting_plan", args=[running.pk]), {**WHOLE, **wrong})

    assert answer.status_code == 422
    assert errors(answer, field) == words
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    "topic",
    [
        "<img src=x onerror=alert(1)>",
        "\u202egnp.exe",
        "🙂" * 100,
        "\u200b\u200b",
        "Hello\r\nATTENDEE:mailto:x@example.org",
    ],
)
def test_strange_topics_are_shown_as_they_were_written(as_amara: Client, running: Mentorship, topic: str) -> None:
    as_amara.post(reverse("meeting_plan", args=[running.pk]), {**WHOLE, "topic": topic})

    meeting = Meeting.objects.get()
    page = as_amara.get(reverse("meeting", args=[meeting.pk])).content.decode()
    file = as_amara.get(reverse("meeting_calendar", args=[meeting.pk]), {"details": "1"}).content.decode()
    assert "<img src=x" not in page
    assert [line for line in file.split("\r\n") if line.startswith("ATTENDEE")] == []


def test_log_a_past_meeting(as_amara: Client, running: Mentorship) -> None:
    path = reverse("meeting_log", args=[running.pk])
    yesterday = clock.today() - timedelta(days=1)

    shown = as_amara.get(path)
    future = as_amara.post(path, WHOLE)
    as_amara.post(path, {"day": f"{yesterday:%Y-%m-%d}", "at": "10:00", "minutes": "50", "topic": "Coffee"})

    meeting = Meeting.objects.get()
    assert shown.status_code == 200
    assert errors(future, "at") == "This meeting is not over yet. Plan it instead, or choose an earlier time."
    assert (meeting.state, meeting.topic) == (MeetingState.HELD_ONE, "Coffee")


def test_closed_mentorship_plans_and_logs_nothing(as_amara: Client, running: Mentorship) -> None:
    Mentorship.objects.update(state=MentorshipState.COMPLETED)

    for name in ("meeting_plan", "meeting_log"):
        answer = as_amara.post(reverse(name, args=[running.pk]), WHOLE, follow=True)
        assert "This mentorship has ended: its meetings can be read" in answer.content.decode()
    assert not Meeting.objects.exists()


def test_move_begins_with_what_is_planned(as_amara: Client, running: Mentorship) -> None:
    meeting = MeetingFactory(mentorship=running)
    path = reverse("meeting_move", args=[meeting.pk])

    page = as_amara.get(path)
    as_amara.post(path, WHOLE)

    meeting.refresh_from_db()
    assert page.context["form"].initial["topic"] == "TOPIC-MARKER"
    assert (meeting.topic, f"{meeting.starts_at:%H:%M}") == ("Pricing", f"{meeting.starts_at:%H:%M}")
    assert as_amara.post(path, {**WHOLE, "minutes": "1"}).status_code == 422


def test_cancel_asks_once_and_tells_the_partner(as_amara: Client, running: Mentorship, priya: Person) -> None:
    meeting = MeetingFactory(mentorship=running)
    path = reverse("meeting_cancel", args=[meeting.pk])

    asked = as_amara.get(path)
    as_amara.post(path)

    meeting.refresh_from_db()
    assert "Call off this meeting?" in asked.content.decode()
    assert meeting.state == MeetingState.CANCELLED
    assert Notice.objects.get().person == priya


def test_cancel_once_it_has_begun_says_what_to_do_instead(as_amara: Client, running: Mentorship) -> None:
    meeting = MeetingFactory(mentorship=running, starts_at=clock.now() - timedelta(minutes=1))

    answer = as_amara.post(reverse("meeting_cancel", args=[meeting.pk]), follow=True)

    assert "This meeting has begun. Say whether it took place instead." in answer.content.decode()


def test_calendar_file_is_neutral_unless_asked(as_amara: Client, running: Mentorship) -> None:
    meeting = MeetingFactory(mentorship=running)
    path = reverse("meeting_calendar", args=[meeting.pk])

    neutral = as_amara.get(path)
    full = as_amara.get(path, {"details": "1"}).content.decode()

    assert neutral["Content-Type"] == "text/calendar; charset=utf-8"
    assert neutral["Content-Disposition"] == f'attachment; filename="meeting-{meeting.pk}.ics"'
    assert "SUMMARY:Meeting\r\n" in neutral.content.decode()
    assert [word in neutral.content.decode() for word in ("MARKER", "Priya")] == [False, False]
    assert [word in full for word in ("TOPIC-MARKER", "PLACE-MARKER", "Priya")] == [True, True, True]
    assert "NOTES-MARKER" not in full


def test_a_meeting_that_is_called_off_can_be_struck_out_of_a_calendar(as_amara: Client, running: Mentorship) -> None:
    meeting = MeetingFactory(mentorship=running)
    path = reverse("meeting_calendar", args=[meeting.pk])
    before = as_amara.get(path).content.decode().split("\r\n")
    as_amara.post(reverse("meeting_cancel", args=[meeting.pk]))

    page = as_amara.get(reverse("meeting", args=[meeting.pk])).content.decode()
    after = as_amara.get(path).content.decode().split("\r\n")

    assert f'href="{path}"' in page
    assert [line for line in before if line.startswith(("UID", "SEQ", "STATUS"))] == [
        after[5], "SEQUENCE:0", "STATUS:CONFIRMED",
    ]  # fmt: skip
    assert {"SEQUENCE:1", "STATUS:CANCELLED"} <= set(after)
