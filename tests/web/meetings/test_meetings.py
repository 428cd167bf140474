from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.meetings import ConfirmationFactory, MeetingFactory
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.meetings.models import Meeting
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person

HOUR = timedelta(hours=1)
TOMORROW = {"day": f"{date.today() + timedelta(days=2):%Y-%m-%d}", "at": "10:00", "minutes": "50"}  # noqa: DTZ011


@pytest.fixture
def as_amara(client: Client, amara: Person) -> Client:
    client.force_login(amara.account)
    return client


@pytest.fixture
def over(running: Mentorship) -> Meeting:
    return MeetingFactory(mentorship=running, starts_at=clock.now() - 3 * HOUR)


def outsiders(running: Mentorship, amara: Person, other: Organisation) -> list[Person]:
    """Another participant, the programme's owner, an organisation admin, the mentee's manager, another tenant."""
    organisation = running.organisation
    amara.manager = PersonFactory(organisation=organisation)
    amara.save()
    with organisation_scope(other.pk):
        stranger = a_pair(ProgrammeFactory(organisation=other)).parties.order_by("id")[0].person
    return [
        a_pair(running.programme).parties.order_by("id")[0].person,
        ProgrammeRoleFactory(programme=running.programme).person,
        RoleGrantFactory(person=PersonFactory(organisation=organisation), role=OrganisationRole.ADMIN).person,
        amara.manager,
        stranger,
    ]


def test_every_address_of_a_meeting_is_404_for_others(
    client: Client, running: Mentorship, amara: Person, over: Meeting, other_organisation: Organisation
) -> None:
    names = ["meeting", "meeting_answer", "meeting_notes", "meeting_move", "meeting_cancel", "meeting_calendar"]
    paths = [reverse(name, args=[over.pk]) for name in names]
    paths += [reverse(name, args=[running.pk]) for name in ("meeting_plan", "meeting_log")]

    for somebody in outsiders(running, amara, other_organisation):
        client.force_login(somebody.account)
        answers = [(client.get(path), client.post(path, TOMORROW)) for path in paths]
        found = {answer.status_code for pair in answers for answer in pair} - {405}
        assert found == {404}
        assert all(b"MARKER" not in answer.content for pair in answers for answer in pair)
        assert b"MARKER" not in client.get(reverse("meetings")).content

    over.refresh_from_db()
    assert (over.state, Meeting.objects.count()) == ("planned", 1)


def test_meetings_show_what_waits_what_is_planned_and_what_was(
    as_amara: Client, running: Mentorship, amara: Person, over: Meeting
) -> None:
    MeetingFactory(mentorship=running, topic="Coming up")
    done = MeetingFactory(mentorship=running, starts_at=clock.now() - 50 * HOUR, state="disputed", topic="Old one")
    ConfirmationFactory(meeting=done, person=amara)

    page = as_amara.get(reverse("meetings")).content.decode()

    assert [word in page for word in ("Did this meeting take place?", "Coming up", "Old one")] == [True] * 3
    assert "Disputed: one yes, one no" in page
    assert page.index("Coming up") < page.index("Old one")


def test_meetings_without_a_mentorship_say_where_to_begin(client: Client, person: Person) -> None:
    client.force_login(person.account)

    assert "No meetings yet" in client.get(reverse("meetings")).content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "x", "2", "9999999999"])
def test_meetings_beyond_the_pages_do_not_exist(as_amara: Client, running: Mentorship, page: str) -> None:
    assert as_amara.get(reverse("meetings"), {"page": page}).status_code == 404


def test_meetings_take_the_same_queries_for_3_and_for_50(as_amara: Client, running: Mentorship, amara: Person) -> None:
    counts = []
    for rows in (3, 47):
        for number in range(rows):
            other = a_pair(running.programme, mentee=amara)
            MeetingFactory(mentorship=other, starts_at=clock.now() + timedelta(days=number + 1))
            answered = MeetingFactory(mentorship=other, starts_at=clock.now() - timedelta(days=number + 1))
            ConfirmationFactory(meeting=answered, person=amara)
        with CaptureQueriesContext(connection) as queries:
            as_amara.get(reverse("meetings"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_meeting_shows_both_clocks_and_who_reads_it(as_amara: Client, over: Meeting, amara: Person) -> None:
    Meeting.objects.update(starts_at=datetime(2026, 11, 20, 20, 0, tzinfo=UTC))

    page = as_amara.get(reverse("meeting", args=[over.pk])).content.decode()

    assert "Friday 20 November, 20:00 to 20:50 (London) · Saturday, 01:30 for Priya" in " ".join(page.split())
    assert "You and Priya can read this." in page


@pytest.mark.parametrize(("word", "state"), [("yes", "held_one"), ("no", "planned")])
def test_answer_is_one_tap_and_can_be_changed(as_amara: Client, over: Meeting, word: str, state: str) -> None:
    answer = as_amara.post(reverse("meeting_answer", args=[over.pk]), {"took_place": word})
    over.refresh_from_db()
    first = over.state
    as_amara.post(reverse("meeting_answer", args=[over.pk]), {"took_place": "yes", "from": "list"})
    over.refresh_from_db()

    assert answer.url == reverse("meeting", args=[over.pk])  # type: ignore[attr-defined]
    assert (first, over.state) == (state, "held_one")


def test_answer_that_is_neither_or_too_early_says_so(as_amara: Client, over: Meeting, running: Mentorship) -> None:
    ahead = MeetingFactory(mentorship=running)

    unclear = as_amara.post(reverse("meeting_answer", args=[over.pk]), {"took_place": "maybe"}, follow=True)
    early = as_amara.post(reverse("meeting_answer", args=[ahead.pk]), {"took_place": "yes"}, follow=True)

    assert "Choose whether the meeting took place: yes or no." in unclear.content.decode()
    assert "This meeting is not over yet, or was called off." in early.content.decode()


def test_notes_are_kept_and_shown_as_plain_text(as_amara: Client, over: Meeting) -> None:
    page = as_amara.get(reverse("meeting", args=[over.pk]))
    as_amara.post(
        reverse("meeting_notes", args=[over.pk]), {"notes": "<b>one</b>\r\ntwo", "seen": page.context["mark"]}
    )

    over.refresh_from_db()
    shown = as_amara.get(reverse("meeting", args=[over.pk])).content.decode()
    assert over.notes == "<b>one</b>\ntwo"
    assert "&lt;b&gt;one&lt;/b&gt;" in shown
    assert "<b>one</b>" not in shown


def test_notes_saved_by_the_other_in_between_lose_nothing(as_amara: Client, over: Meeting) -> None:
    page = as_amara.get(reverse("meeting", args=[over.pk]))
    Meeting.objects.update(notes="Priya wrote this")

    answer = as_amara.post(
        reverse("meeting_notes", args=[over.pk]), {"notes": "Amara typed this", "seen": page.context["mark"]}
    )

    over.refresh_from_db()
    shown = answer.content.decode()
    assert (answer.status_code, over.notes) == (422, "Priya wrote this")
    assert ["Priya wrote this" in shown, "Amara typed this" in shown] == [True, True]


def test_notes_of_a_closed_mentorship_can_be_read_not_written(as_amara: Client, over: Meeting) -> None:
    Mentorship.objects.update(state=MentorshipState.ENDED)

    page = as_amara.get(reverse("meeting", args=[over.pk])).content.decode()
    refused = as_amara.post(reverse("meeting_notes", args=[over.pk]), {"notes": "x", "seen": ""})

    assert "NOTES-MARKER" in page
    assert "<textarea" not in page
    assert refused.status_code == 422
