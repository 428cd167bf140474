from dataclasses import dataclass
from datetime import datetime

from trellis.notifications.mail import words_of
from trellis.notifications.models import MutedGroup, Notice
from trellis.people.models import Person

PAGE = 25


def unread_count(person: Person) -> int:
    return Notice.objects.filter(person=person, read_at=None).count()


@dataclass(frozen=True)
class NoticeRow:
    id: int
    subject: str
    lines: list[str]
    action: str
    path: str
    at: datetime
    unread: bool


def inbox(
    person: Person, *, before: int | None = None, unread_only: bool = False
) -> tuple[list[NoticeRow], int | None]:
    """A page of the person's notices, newest first, and the id to ask for next; one query for any length."""
    rows = Notice.objects.filter(person=person).order_by("-id")
    if unread_only:
        rows = rows.filter(read_at=None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    return [_row(notice) for notice in found[:PAGE]], older


def _row(notice: Notice) -> NoticeRow:
    subject, lines, action = words_of(notice)
    return NoticeRow(notice.pk, subject, lines, action, notice.path, notice.at, notice.read_at is None)


def muted_groups(person: Person) -> frozenset[str]:
    return frozenset(MutedGroup.objects.filter(person=person).values_list("group", flat=True))
