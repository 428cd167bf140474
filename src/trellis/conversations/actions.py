from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trellis.conversations import notices, rules
from trellis.conversations.events import MessageSent
from trellis.conversations.models import Message, ReadMark
from trellis.kernel import audit, events
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.visible import is_blank
from trellis.mentorships.models import Mentorship, Party
from trellis.notifications.actions import mark_read as mark_notices_read
from trellis.notifications.actions import tell
from trellis.notifications.models import Notice
from trellis.people.models import Person


class MessageRefused(Refusal):
    """The message is blank or too long."""


@transaction.atomic
def send_message(*, by: Person, mentorship: Mentorship, body: str, now: datetime) -> Message:
    """Send up to 5,000 characters to the other parties. Each of them has at most one unread notice about it.

    Raises `NotAllowed` for anybody but the parties, or once it has ended for good, `MessageRefused` for a text that
    is blank or too long.
    """
    mentorship = Mentorship.objects.select_for_update(no_key=True).get(pk=mentorship.pk)
    if not rules.can_send(by, mentorship):
        raise NotAllowed(_("This mentorship has ended. You can still read what you wrote to each other."))
    body = body.strip()
    if is_blank(body):
        raise MessageRefused(_("Write something before you send it."), field="body")
    if len(body) > rules.MESSAGE_AT_MOST:
        raise MessageRefused(
            _("At most %(most)s characters (you have %(have)s). Send it in two parts.")
            % {"most": rules.MESSAGE_AT_MOST, "have": len(body)},
            field="body",
        )
    message = Message.objects.create(
        organisation_id=mentorship.organisation_id, mentorship=mentorship, author=by, body=body, sent_at=now
    )
    _mark(by, mentorship, message.pk)
    audit.record(
        organisation_id=mentorship.organisation_id, actor_id=by.pk, verb="message.sent",
        subject=f"message:{message.pk}", at=now, facts={"mentorship": mentorship.pk},
    )  # fmt: skip
    events.publish(
        MessageSent(
            organisation_id=mentorship.organisation_id, mentorship_id=mentorship.pk, message_id=message.pk
        ),
        at=now,
    )  # fmt: skip
    for party in Party.objects.filter(mentorship=mentorship).exclude(person=by).select_related("person"):
        _tell(party.person, by, message, now)
    return message


@transaction.atomic
def mark_read(*, by: Person, mentorship: Mentorship, up_to: int, now: datetime) -> None:
    """`by`, a party, has seen the messages up to that id, and with them the notice about them. Never goes back."""
    _mark(by, mentorship, up_to)
    waiting = _unread_notices(by, mentorship.pk).values_list("pk", flat=True)
    mark_notices_read(by=by, notices=list(waiting), now=now)


def _mark(person: Person, mentorship: Mentorship, up_to: int) -> None:
    ReadMark.objects.get_or_create(
        mentorship=mentorship, person=person,
        defaults={"organisation_id": mentorship.organisation_id, "last_message_id": up_to},
    )  # fmt: skip
    behind = ReadMark.objects.filter(mentorship=mentorship, person=person, last_message_id__lt=up_to)
    behind.update(last_message_id=up_to)  # compared by the database: two devices at once do not lead back


def _tell(person: Person, author: Person, message: Message, now: datetime) -> None:
    if _unread_notices(person, message.mentorship_id).exists():
        return
    tell(
        person=person, kind=notices.MESSAGE, key=f"{notices.MESSAGE.name}:{message.pk}", now=now,
        path=_path(message.mentorship_id), parameters={"name": author.first_name},
    )  # fmt: skip


def _unread_notices(person: Person, mentorship_id: int) -> QuerySet[Notice]:
    return Notice.objects.filter(person=person, kind=notices.MESSAGE.name, path=_path(mentorship_id), read_at=None)


def _path(mentorship_id: int) -> str:
    return f"/messages/{mentorship_id}/"
