"""Reads of the directory: for comparing a file with it, for the list of people and one person, and of the imports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.timezone import localdate

from trellis.kernel.jobs.tables import JobState
from trellis.kernel.models import Job
from trellis.people.choices import ImportState, OrganisationRole, PersonStatus
from trellis.people.directory.known import Known
from trellis.people.directory.names import folded
from trellis.people.directory.plan import Directory
from trellis.people.directory.sheet import Sheet, unpack
from trellis.people.models import (
    ColumnMapping,
    DirectoryImport,
    Invitation,
    Organisation,
    Person,
    PersonQuerySet,
    RoleGrant,
)

PAGE = 50
PRESENT = "present"


def directory_now(organisation: Organisation, *, now: datetime) -> Directory:
    """The whole directory as plain rows, in two queries."""
    people = [Known._make(row) for row in Person.objects.order_by("id").values_list(*Known._fields).iterator(2_000)]
    admins = RoleGrant.objects.filter(role=OrganisationRole.ADMIN).values_list("person_id", flat=True)
    active = {person.id for person in people if person.status in {PersonStatus.ACTIVE, PersonStatus.ON_LEAVE}}
    return Directory(
        people=people, admins=frozenset(admins) & active, time_zone=organisation.time_zone,
        today=localdate(now, ZoneInfo(organisation.time_zone)),
    )  # fmt: skip


def remembered_columns() -> dict[str, str]:
    """Header to field, as the organisation chose them before; an empty field means: leave the column out."""
    return dict(ColumnMapping.objects.filter(purpose="people").values_list("header", "field"))


@dataclass(frozen=True)
class PersonRow:
    id: int
    name: str
    number: str
    email: str
    job_title: str
    unit: str
    location: str
    level: int | None
    manager: str
    status: PersonStatus


@dataclass(frozen=True)
class PeoplePage:
    rows: list[PersonRow]
    first_id: int | None  # ask for the page before it; None on the first page
    last_id: int | None  # ask for the page after it; None on the last page


_ROW = (
    "id", "preferred_name", "given_name", "family_name", "external_id", "email", "job_title", "unit", "location",
    "level", "manager__preferred_name", "manager__given_name", "manager__family_name", "status",
)  # fmt: skip


def people_page(
    *, text: str = "", status: str = PRESENT, unit: str = "", after: Person | None = None, before: Person | None = None
) -> PeoplePage:
    """One page of the directory by name, found by the beginning of a name, e-mail or employee ID; one query."""
    rows = _starting_with(_with_status(Person.objects.all(), status), text)
    if unit:
        rows = rows.filter(unit=unit)
    if before:
        place = Q(sort_name__lt=before.sort_name) | Q(sort_name=before.sort_name, id__lt=before.pk)
        found = list(rows.filter(place).order_by("-sort_name", "-id").values_list(*_ROW)[: PAGE + 1])
        return _page(found[:PAGE][::-1], more_before=len(found) > PAGE, more_after=True)
    if after:
        rows = rows.filter(Q(sort_name__gt=after.sort_name) | Q(sort_name=after.sort_name, id__gt=after.pk))
    found = list(rows.order_by("sort_name", "id").values_list(*_ROW)[: PAGE + 1])
    return _page(found[:PAGE], more_before=after is not None, more_after=len(found) > PAGE)


def _with_status(rows: PersonQuerySet, status: str) -> PersonQuerySet:
    if status == PRESENT:
        return rows.exclude(status=PersonStatus.LEFT)
    return rows.filter(status=status) if status in PersonStatus.values else rows


def _starting_with(rows: PersonQuerySet, text: str) -> PersonQuerySet:
    start = folded(text)
    if not start:
        return rows
    exact = text.strip()
    given, _space, family = exact.rpartition(" ")
    return rows.filter(
        Q(sort_name__startswith=start)
        | Q(sort_name__startswith=folded(family), given_name__istartswith=given or exact)
        | Q(given_name__istartswith=exact)
        | Q(preferred_name__istartswith=exact)
        | Q(email__startswith=exact.lower())
        | Q(external_id__istartswith=exact)
    )


def _page(found: list[tuple], *, more_before: bool, more_after: bool) -> PeoplePage:  # type: ignore[type-arg]  # values_list
    rows = [_row(values) for values in found]
    return PeoplePage(
        rows,
        first_id=rows[0].id if rows and more_before else None,
        last_id=rows[-1].id if rows and more_after else None,
    )


def _row(values: tuple) -> PersonRow:  # type: ignore[type-arg]  # values_list
    (pk, preferred, given, family, number, email, title, unit, location, level, *manager, status) = values
    return PersonRow(
        pk, _name(preferred, given, family), number, email, title, unit, location, level, _name(*manager),
        PersonStatus(status),
    )  # fmt: skip


def _name(preferred: str | None, given: str | None, family: str | None) -> str:
    return f"{preferred or given or ''} {family or ''}".strip()


def units() -> list[str]:
    """The units that people are in, for the filter."""
    return list(Person.objects.exclude(unit="").order_by("unit").values_list("unit", flat=True).distinct())


def invited_at(person: Person, now: datetime) -> datetime | None:
    """When the invitation was sent that somebody can still use."""
    rows = Invitation.objects.filter(person=person, accepted_at=None, expires_at__gt=now)
    return rows.order_by("-sent_at").values_list("sent_at", flat=True).first()


@dataclass(frozen=True)
class Colleague:
    id: int
    name: str
    job_title: str


def reports_of(person: Person, *, limit: int = PAGE) -> list[Colleague]:
    """Who reports to somebody, without those who left."""
    rows = Person.objects.exclude(status=PersonStatus.LEFT).filter(manager=person).order_by("sort_name", "id")
    fields = rows.values_list("id", "preferred_name", "given_name", "family_name", "job_title")[:limit]
    return [Colleague(pk, _name(preferred, given, family), title) for pk, preferred, given, family, title in fields]


@dataclass(frozen=True)
class ImportRow:
    id: int
    file_name: str
    state: ImportState
    created_at: datetime
    applied_at: datetime | None
    started_by: str
    figures: dict[str, int]


def imports(*, limit: int = PAGE) -> list[ImportRow]:
    """The latest imports, newest first. The file itself is not read."""
    fields = ("id", "file_name", "state", "created_at", "applied_at", "started_by__preferred_name",
              "started_by__given_name", "started_by__family_name", "report__created", "report__updated",
              "report__left", "report__refused")  # fmt: skip
    rows = DirectoryImport.objects.order_by("-id").values_list(*fields)[:limit]
    return list(_import_rows(rows.iterator()))


def _import_rows(rows: Iterator[tuple]) -> Iterator[ImportRow]:  # type: ignore[type-arg]  # values_list
    for pk, file_name, state, created_at, applied_at, preferred, given, family, *counts in rows:
        figures = dict(zip(("created", "updated", "left", "refused"), (count or 0 for count in counts), strict=True))
        yield ImportRow(
            pk, file_name, ImportState(state), created_at, applied_at, _name(preferred, given, family), figures
        )


@dataclass(frozen=True)
class Work:
    """How far the job of an import is."""

    done: int
    total: int
    stalled: bool  # its job has ended without bringing the import on

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


def work_of(run: DirectoryImport) -> Work | None:
    """The work behind an import that is being checked or applied."""
    if run.state not in {ImportState.CHECKING, ImportState.APPLYING}:
        return None
    job = Job.objects.filter(pk=run.job_id or 0, organisation_id=run.organisation_id).first()
    if job is None:
        return Work(0, 0, stalled=True)
    ended = job.state in {JobState.DEAD, JobState.CANCELLED, JobState.DONE}
    return Work(job.progress_done, job.progress_total, stalled=ended)


def refused_rows(run: DirectoryImport) -> tuple[list[str], list[list[str]]]:
    """The rows that do not go in, in the file's own columns, with what is wrong in a last column."""
    problems: dict[int, list[str]] = {}
    for fault in run.faults:
        if not fault["applied"]:
            where = f"{fault['column']}: " if fault["column"] else ""
            problems.setdefault(fault["line"], []).append(f"{where}{fault['what']} {fault['cure']}")
    sheet = unpack(bytes(run.content)) if problems and run.content else Sheet((), [])
    width = len(sheet.header)
    rows = [
        [*(cells + [""] * width)[:width], " / ".join(problems[line])] for line, cells in sheet.rows if line in problems
    ]
    return [*sheet.header, "problem"], rows
