"""Two tables and a day into the engine's pool, with everything that had to be left out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from trellis.integrations.match_files.people import Listed, Wrong, chain, read_people
from trellis.integrations.tables import read_table
from trellis.kernel.errors import Refusal
from trellis.programmes.choices import Side
from trellis.programmes.signup_rows import SignUpRow, read_rows
from trellis.programmes.standard_answers import most_places
from trellis.programmes.templates import Template
from trellis_engine.matching import Participant, Pool


class FilesRefused(Refusal):
    """A file cannot be read, or holds nobody to match."""


@dataclass(frozen=True)
class Files:
    people: Path
    signups: Path


@dataclass(frozen=True)
class FileFault:
    """Something left out of a file: where, what it said, and how to cure it."""

    file: str
    line: int
    column: str
    value: str
    cure: str


@dataclass(frozen=True)
class Loaded:
    pool: Pool
    faults: list[FileFault]


def load(files: Files, template: Template, on: date) -> Loaded:
    """Read both files. `on` fixes the clocks: how far a time zone is from UTC at noon of that day."""
    with _naming(files.people):
        people, wrong = read_people(read_table(name=files.people.name, content=_content(files.people)))
    with _naming(files.signups):
        table = read_table(name=files.signups.name, content=_content(files.signups))
        signups, more = read_rows(
            table.header, table.rows,
            most_places={
                side: most_places(
                    side=side, mentor_capacity_default=template.mentor_capacity,
                    mentors_per_mentee=template.mentors_per_mentee,
                )
                for side in Side.values
            },
        )  # fmt: skip
    unknown = [(row, why) for row in signups if (why := _why_not(people, row))]
    faults = [_fault(files.people, each) for each in wrong]
    faults += [_fault(files.signups, Wrong(each.line, each.column, each.value, each.cure)) for each in more]
    faults += [_fault(files.signups, Wrong(row.line, "employee_id", row.employee_id, why)) for row, why in unknown]
    left_out = {row.line for row, _why in unknown}
    sides: dict[str, list[Participant]] = {side: [] for side in Side.values}
    for row in signups:
        if row.line not in left_out:
            sides[row.side].append(_participant(people, row, template, on))
    for side, found in sides.items():
        if not found:
            raise FilesRefused(_("No %(side)s is left in %(file)s. There is nobody to match.") % {
                "side": Side(side).label.lower(), "file": files.signups.name,
            })  # fmt: skip
    return Loaded(Pool(tuple(sides[Side.MENTEE]), tuple(sides[Side.MENTOR])), faults)


@contextmanager
def _naming(file: Path) -> Iterator[None]:
    """With two files in hand, a refusal says which of them it means."""
    try:
        yield
    except FilesRefused:
        raise
    except Refusal as refusal:
        raise FilesRefused(f"{file.name}: {refusal}") from refusal


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FilesRefused(
            _("%(file)s cannot be read: %(why)s. Check the name and its rights.")
            % {"file": file, "why": error.strerror}
        ) from error


def _fault(file: Path, wrong: Wrong) -> FileFault:
    return FileFault(file.name, wrong.line, wrong.column, wrong.value, wrong.cure)


def _why_not(people: Mapping[str, Listed], row: SignUpRow) -> str:
    person = people.get(row.employee_id)
    if person is None:
        return _("Nobody in the file of people has this ID. The sign-up is left out; correct the ID.")
    if not person.takes_part:
        return _("This person has left or is suspended. The sign-up is left out.")
    return ""


def _participant(people: Mapping[str, Listed], row: SignUpRow, template: Template, on: date) -> Participant:
    """The same facts as trellis.matching.queries.pool takes from the tables."""
    person = people[row.employee_id]
    mentor = row.side == Side.MENTOR
    usual = template.mentor_capacity if mentor else template.mentors_per_mentee
    offset = datetime.combine(on, time(12), ZoneInfo(person.time_zone)).utcoffset()
    return Participant(
        id=person.id, level=person.level, skills=row.skills or (), goal=row.goal or "",
        working_style=row.working_style or "", values=frozenset(row.values or ()),
        availability=frozenset(row.availability or ()), languages=frozenset(person.languages), unit=person.unit,
        location=person.location, utc_offset_minutes=int(offset.total_seconds()) // 60 if offset else 0,
        managers=chain(people, person), places=usual if row.places is None else row.places,
        track=person.unit if mentor else "", held=frozenset({person.job_title} - {""}) if mentor else frozenset(),
    )  # fmt: skip
