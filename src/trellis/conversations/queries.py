"""Reads of messages: for the parties of their mentorship, live or closed, and for nobody else."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import Count, F, Max, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from trellis.conversations.models import Message, ReadMark
from trellis.mentorships.choices import LIVE_STATES
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries.partners import Partner, partners_in
from trellis.people.models import Person

PAGE = 30
GLIMPSE = 80  # characters of the last message in the reader's own list


@dataclass(frozen=True)
class Thread:
    """One conversation in its reader's list."""

    mentorship_id: int
    partner: Partner
    live: bool
    unread: int
    last_at: datetime | None
    last_words: str
    last_is_mine: bool


@dataclass(frozen=True)
class MessageRow:
    id: int
    mine: bool
    author: str
    body: str
    sent_at: datetime
    read: bool  # mine, and the partner has opened the conversation since


@dataclass(frozen=True)
class Conversation:
    """One page of a conversation, oldest of the page first. Page 1 holds the newest messages."""

    rows: list[MessageRow]
    page: int
    pages: int
    newest_id: int | None  # of the whole conversation, when this page shows it
    unseen: bool  # this page shows something that the reader has not seen


def unread_counts(person: Person) -> dict[int, int]:
    """Messages by others that `person` has not seen, by mentorship; those without any are left out; one query."""
    seen = ReadMark.objects.filter(mentorship=OuterRef("mentorship"), person=person).values("last_message_id")
    rows = (
        Message.objects.filter(mentorship__parties__person=person)
        .exclude(author=person)
        .alias(seen=Coalesce(Subquery(seen[:1]), Value(0)))
        .filter(pk__gt=F("seen"))
        .values_list("mentorship")
        .annotate(Count("id"))
        .order_by()
    )
    return dict(rows)


def threads(person: Person) -> list[Thread]:
    """Every conversation of `person`, the one with the newest message first; five queries."""
    mentorships = {
        number: (state, last)
        for number, state, last in Mentorship.objects.of(person)
        .order_by("id")
        .values_list("id", "state")
        .annotate(last=Max("messages__id"))
    }
    last_messages = Message.objects.filter(pk__in=[last for _, last in mentorships.values() if last])
    last_of = {message.mentorship_id: message for message in last_messages}
    partners = partners_in(mentorships, person)
    unread = unread_counts(person)
    found = [
        _thread(number, state in LIVE_STATES, partners[number], unread.get(number, 0), last_of.get(number), person)
        for number, (state, _) in mentorships.items()
        if number in partners
    ]
    return sorted(found, key=lambda thread: (not thread.live, -(mentorships[thread.mentorship_id][1] or 0)))


def conversation(mentorship: Mentorship, person: Person, page: int) -> Conversation:
    """A page of the messages of a mentorship to which `person` is a party; a fixed number of queries."""
    messages = Message.objects.filter(mentorship=mentorship).select_related("author").order_by("-id")
    pages = Paginator(messages, PAGE)
    shown = list(pages.page(page).object_list) if page <= pages.num_pages else []
    marks = dict(ReadMark.objects.filter(mentorship=mentorship).values_list("person", "last_message_id"))
    mine = marks.pop(person.pk, 0)
    seen = max(marks.values(), default=0)
    rows = [
        MessageRow(
            message.pk, message.author_id == person.pk, message.author.first_name, message.body, message.sent_at,
            message.author_id == person.pk and message.pk <= seen,
        )
        for message in reversed(shown)
    ]  # fmt: skip
    newest = rows[-1].id if rows and page == 1 else None
    return Conversation(rows, page, pages.num_pages, newest, unseen=newest is not None and newest > mine)


def _thread(number: int, live: bool, partner: Partner, unread: int, last: Message | None, person: Person) -> Thread:
    if last is None:
        return Thread(number, partner, live, unread, None, "", False)
    words = " ".join(last.body.split())
    glimpse = words if len(words) <= GLIMPSE else words[: GLIMPSE - 1] + "…"
    return Thread(number, partner, live, unread, last.sent_at, glimpse, last.author_id == person.pk)
