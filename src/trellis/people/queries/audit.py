"""Reading the audit log: filtered, a page at a time by position, names filled in, never an unbounded list."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from trellis.kernel.models import AuditEntry
from trellis.people.models import Person

PAGE = 50


@dataclass(frozen=True)
class AuditFilter:
    """What to show. Days are the organisation's own; `until` is included."""

    person_id: int | None = None
    verb: str = ""
    since: date | None = None
    until: date | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def rows(self) -> QuerySet[AuditEntry]:
        rows = AuditEntry.objects.order_by("-position")
        if self.person_id:
            rows = rows.filter(actor_id=self.person_id) | rows.filter(subject=f"person:{self.person_id}")
        if self.verb:
            rows = rows.filter(verb=self.verb)
        if self.since:
            rows = rows.filter(at__gte=self._midnight(self.since))
        if self.until:
            rows = rows.filter(at__lt=self._midnight(self.until + timedelta(days=1)))
        return rows

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone)


@dataclass(frozen=True)
class AuditRow:
    position: int
    at: datetime
    actor: str  # empty: the system
    verb: str
    subject: str
    subject_name: str
    facts: dict[str, object]
    hash: str


def audit_page(chosen: AuditFilter, *, before: int | None = None) -> tuple[list[AuditRow], int | None]:
    """The newest entries below position `before`, and the position to ask for next; two queries for any length."""
    rows = chosen.rows()
    if before is not None:
        rows = rows.filter(position__lt=before)
    entries = list(rows[: PAGE + 1])
    older = entries[PAGE - 1].position if len(entries) > PAGE else None
    return _with_names(entries[:PAGE]), older


def audit_rows(chosen: AuditFilter, *, limit: int) -> Iterator[AuditRow]:
    """The filtered entries for a download, newest first, read in pages."""
    before: int | None = None
    while limit > 0:
        page, before = audit_page(chosen, before=before)
        yield from page[:limit]
        limit -= len(page)
        if before is None:
            return


def audit_verbs() -> list[str]:
    """The verbs that occur in this organisation's log."""
    return sorted(AuditEntry.objects.order_by("verb").values_list("verb", flat=True).distinct())


def _with_names(entries: list[AuditEntry]) -> list[AuditRow]:
    subjects = {entry.pk: _person_in(entry.subject) for entry in entries}
    wanted = {entry.actor_id for entry in entries if entry.actor_id} | {pk for pk in subjects.values() if pk}
    names = {person.pk: person.full_name for person in Person.objects.filter(pk__in=wanted)}
    return [
        AuditRow(
            entry.position, entry.at, names.get(entry.actor_id or 0, ""), entry.verb, entry.subject,
            names.get(subjects[entry.pk] or 0, ""), entry.facts, entry.hash,
        )
        for entry in entries
    ]  # fmt: skip


def _person_in(subject: str) -> int | None:
    kind, _, number = subject.partition(":")
    return int(number) if kind == "person" and number.isdigit() else None
