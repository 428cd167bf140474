"""Mails as a real mail server receives them, and what happens when there is none."""

import email
import email.policy
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core import mail as outbox
from django.core.cache import cache
from pytest_django import Settings

from tests.factories.people import AccountFactory, PersonFactory
from trellis.kernel import clock
from trellis.kernel.jobs import run_due
from trellis.kernel.jobs.tables import Job
from trellis.kernel.tenancy import organisation_scope
from trellis.notifications.actions import ask_for_sign_in_mail, choose_mail, mark_all_read, mark_read, tell
from trellis.notifications.models import Delivery, Notice
from trellis.notifications.notices import ROLE_GRANTED
from trellis.notifications.queries import inbox, unread_count
from trellis.notifications.registry import NoticeKind
from trellis.people.models import Organisation, Person

MEETING = NoticeKind(
    name="meetings.for_this_test", subject="%(partner)s planned a meeting", lines=("On %(day)s.",), action="Open it"
)
PARAMETERS = {"partner": "Priya", "day": "Thursday"}


class Peer:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answer = "250 Message accepted"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # Any: aiosmtpd's own
        if self.answer.startswith("250"):
            letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
        return self.answer


@pytest.fixture
def peer(settings: Settings) -> Iterator[Peer]:
    peer = Peer()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(peer, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield peer
    server.stop()


def announce(person: Person, key: str = "meeting:1", **parameters: str) -> None:
    tell(person=person, kind=MEETING, key=key, now=clock.now(), path="/meetings/1/", parameters=PARAMETERS | parameters)


def test_mail_arrives_as_text_and_html(peer: Peer, person: Person) -> None:
    announce(person)
    run_due(raising=True)

    [letter] = peer.letters
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert letter["Subject"] == "Priya planned a meeting"
    assert letter["To"] == person.email
    assert letter["Auto-Submitted"] == "auto-generated"
    for part in (text.get_content(), html.get_content()):
        assert f"Hello {person.first_name}," in part
        assert "On Thursday." in part
        assert "http://localhost:8000/meetings/1/" in part
    assert "<img" not in html.get_content()
    assert Delivery.objects.get().state == Delivery.State.SENT


def test_line_breaks_in_a_name_add_no_header_and_no_recipient(peer: Peer, person: Person) -> None:
    announce(person, partner="Priya\r\nBcc: everybody@example.org\r\n\r\nBody")
    run_due(raising=True)

    [letter] = peer.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Priya Bcc: everybody@example.org Body planned a meeting"
    assert letter["To"] == person.email


def test_markup_in_a_name_is_text(peer: Peer, person: Person) -> None:
    announce(person, partner="<img src=x onerror=alert(1)>")
    run_due(raising=True)

    html = peer.letters[0].get_body(("html",))
    assert html is not None
    assert "<img" not in html.get_content()
    assert "&lt;img src=x onerror=alert(1)&gt;" in html.get_content()


def test_mail_is_sent_once_however_often_its_job_runs(peer: Peer, person: Person) -> None:
    announce(person)
    run_due(raising=True)
    Job.objects.update(state="ready", attempts=0)
    run_due(raising=True)

    assert len(peer.letters) == 1


@pytest.mark.django_db(transaction=True)  # as in the worker: the failure is kept though the job failed
def test_mail_refused_is_tried_again_later(peer: Peer, person: Person) -> None:
    peer.answer = "451 Try again"
    announce(person)
    run_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("failed", 1, "SMTPDataError")

    peer.answer = "250 OK"
    clock.shift_by(timedelta(hours=1))
    run_due(raising=True)

    assert len(peer.letters) == 1
    assert Delivery.objects.get().state == Delivery.State.SENT


@pytest.mark.django_db(transaction=True)
def test_mail_server_that_is_down_loses_nothing(settings: Settings, person: Person) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    announce(person)
    run_due()

    job = Job.objects.get(name="notifications.deliver")
    assert (Delivery.objects.get().state, job.state, job.max_attempts) == ("failed", "ready", 12)
    assert person.email not in job.error
    assert unread_count(person) == 1


def test_the_same_thing_is_told_once(person: Person) -> None:
    announce(person)
    announce(person)

    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 1)


def test_group_switched_off_is_not_mailed_but_stands_in_the_inbox(person: Person) -> None:
    choose_mail(by=person, muted={"meetings", "no such group"}, now=clock.now())
    announce(person)
    run_due(raising=True)

    assert outbox.outbox == []
    assert Delivery.objects.get().state == Delivery.State.SKIPPED
    assert [row.subject for row in inbox(person)[0]] == ["Priya planned a meeting"]


def test_notices_about_access_cannot_be_switched_off(person: Person) -> None:
    choose_mail(by=person, muted={"people"}, now=clock.now())
    tell(
        person=person, kind=ROLE_GRANTED, key="role:1", now=clock.now(),
        parameters={"role": "Analyst", "organisation": "Aldermere"},
    )  # fmt: skip
    run_due(raising=True)

    assert [letter.subject for letter in outbox.outbox] == ["You have a new role: Analyst"]


def test_group_can_be_switched_on_again(person: Person) -> None:
    choose_mail(by=person, muted={"meetings"}, now=clock.now())
    choose_mail(by=person, muted=set(), now=clock.now())
    announce(person)
    run_due(raising=True)

    assert len(outbox.outbox) == 1


def test_inbox_is_the_persons_own_and_costs_one_query(
    organisation: Organisation, person: Person, django_assert_num_queries: Any
) -> None:
    other = PersonFactory(organisation=organisation)
    announce(other)
    for count in (3, 60):
        for number in range(count):
            announce(person, key=f"{count}:{number}")
        with django_assert_num_queries(1):
            rows, older = inbox(person)
    assert len(rows) == 25
    assert older == rows[-1].id
    assert inbox(person, before=older)[0][0].id < rows[-1].id


def test_only_ones_own_notices_are_marked_read(organisation: Organisation, person: Person) -> None:
    other = PersonFactory(organisation=organisation)
    announce(person)
    announce(other)

    mark_read(by=person, notices=Notice.objects.values_list("pk", flat=True), now=clock.now())
    assert (unread_count(person), unread_count(other)) == (0, 1)
    mark_all_read(by=other, now=clock.now())
    assert unread_count(other) == 0


def test_sign_in_mail_carries_code_and_link_and_names_nobody_else(peer: Peer, organisation: Organisation) -> None:
    cache.clear()
    PersonFactory(organisation=organisation, account=AccountFactory(email="amara@example.org"), given_name="Amara")
    ask_for_sign_in_mail(email="amara@example.org", attempt="attempt")
    run_due(raising=True)

    [letter] = peer.letters
    text = letter.get_body(("plain",))
    assert text is not None
    assert letter["To"] == "amara@example.org"
    assert "http://localhost:8000/sign-in/link/" in text.get_content()
    assert Notice.objects.count() == 0


def test_notice_of_another_organisation_is_not_counted(person: Person, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        announce(PersonFactory(organisation=other_organisation))

    assert unread_count(person) == 0
