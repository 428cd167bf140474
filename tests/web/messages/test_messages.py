from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.conversations import MessageFactory
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from trellis.conversations.models import Message, ReadMark
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person


@pytest.fixture
def as_amara(client: Client, amara: Person) -> Client:
    client.force_login(amara.account)
    return client


def talk(running: Mentorship) -> str:
    return reverse("conversation", args=[running.pk])


def test_conversation_of_others_does_not_exist(
    client: Client, running: Mentorship, other_organisation: Organisation
) -> None:
    MessageFactory(mentorship=running)
    with organisation_scope(other_organisation.pk):
        stranger = a_pair(ProgrammeFactory(organisation=other_organisation)).parties.order_by("id")[0].person
    admin = PersonFactory(organisation=running.organisation)
    others = [
        a_pair(running.programme).parties.order_by("id")[0].person,
        ProgrammeRoleFactory(programme=running.programme).person,
        RoleGrantFactory(person=admin, role=OrganisationRole.ADMIN).person,
        stranger,
    ]

    for somebody in others:
        client.force_login(somebody.account)
        read, written = client.get(talk(running)), client.post(talk(running), {"body": "x"})
        assert (read.status_code, written.status_code) == (404, 404)
        assert b"MARKER" not in client.get(reverse("messages")).content
    assert Message.objects.count() == 1


def test_send_and_read(client: Client, running: Mentorship, amara: Person, priya: Person) -> None:
    client.force_login(amara.account)
    answer = client.post(talk(running), {"body": "Hello\r\nPriya"})
    client.force_login(priya.account)
    before = client.get(reverse("messages")).content.decode()
    page = client.get(talk(running)).content.decode()
    after = client.get(reverse("messages")).content.decode()

    assert answer.url == talk(running) + "#newest"  # type: ignore[attr-defined]
    assert ["thr new" in before, "thr new" in after] == [True, False]
    assert "Hello<br>Priya" in page
    assert Notice.objects.get(person=priya).read_at is not None


def test_conversation_says_what_was_read(client: Client, running: Mentorship, amara: Person, priya: Person) -> None:
    message = MessageFactory(mentorship=running)
    for somebody in (priya, amara):
        client.force_login(somebody.account)
        page = client.get(talk(running)).content.decode()

    assert "· read" in page
    assert ReadMark.objects.get(person=priya).last_message_id == message.pk


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "Write something before you send it."),
        ("\u200b \n", "Write something before you send it."),
        ("x" * 5001, "At most 5000 characters (you have 5001). Send it in two parts."),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
def test_bad_message_is_refused_and_kept_in_the_box(
    as_amara: Client, running: Mentorship, body: str, words: str
) -> None:
    answer = as_amara.post(talk(running), {"body": body})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert body.replace("\x00", "")[:50] in answer.content.decode().replace("\x00", "")
    assert not Message.objects.exists()


def test_message_is_text_with_safe_links_only(as_amara: Client, running: Mentorship) -> None:
    body = "<script>alert(1)</script> https://example.org/a?b=1&c=2 javascript:alert(1) \u202egnp.exe"

    as_amara.post(talk(running), {"body": body})

    page = as_amara.get(talk(running)).content.decode()
    assert "<script>alert" not in page
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="nofollow">' in page
    assert 'href="javascript' not in page


def test_closed_mentorship_is_read_and_not_written(as_amara: Client, running: Mentorship) -> None:
    MessageFactory(mentorship=running)
    Mentorship.objects.update(state=MentorshipState.ENDED)

    page = as_amara.get(talk(running)).content.decode()
    refused = as_amara.post(talk(running), {"body": "x"})

    assert ["BODY-MARKER" in page, "<textarea" in page] == [True, False]
    assert "nothing new can be sent" in page
    assert (refused.status_code, Message.objects.count()) == (422, 1)


def test_earlier_messages_are_a_page_away(as_amara: Client, running: Mentorship) -> None:
    for number in range(31):
        MessageFactory(mentorship=running, body=f"number {number}.", sent_at=clock.now() + timedelta(minutes=number))

    newest, oldest = (as_amara.get(talk(running), {"page": page}).content.decode() for page in (1, 2))

    assert ["number 0." in newest, "number 30." in newest, "Earlier messages" in newest] == [False, True, True]
    assert ["number 0." in oldest, "Later messages" in oldest] == [True, True]
    assert as_amara.get(talk(running), {"page": 3}).status_code == 404


def test_reading_an_old_page_marks_nothing(as_amara: Client, running: Mentorship, priya: Person) -> None:
    MessageFactory.create_batch(31, mentorship=running, author=priya)

    as_amara.get(talk(running), {"page": 2})

    assert not ReadMark.objects.exists()


def test_messages_without_a_mentorship_say_where_to_begin(client: Client, person: Person) -> None:
    client.force_login(person.account)

    assert "Nobody to write to yet" in client.get(reverse("messages")).content.decode()


def test_messages_take_the_same_queries_for_3_and_for_50(
    as_amara: Client, running: Mentorship, amara: Person, priya: Person
) -> None:
    counts = []
    for rows in (3, 47):
        for _ in range(rows):
            MessageFactory(mentorship=a_pair(running.programme, mentee=amara))
        MessageFactory.create_batch(rows, mentorship=running, author=priya)
        as_amara.get(talk(running))
        with CaptureQueriesContext(connection) as queries:
            as_amara.get(reverse("messages"))
            as_amara.get(talk(running))
        counts.append(len(queries))

    assert counts[0] == counts[1]
