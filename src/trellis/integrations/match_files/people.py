"""The people of a directory export, as far as matching needs them. Never who they are: those columns are not read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from trellis.integrations.tables import Table
from trellis.kernel.errors import Refusal
from trellis.people.choices import PersonStatus
from trellis.people.directory import values
from trellis.people.directory.fields import LABELS, Field, guess_all
from trellis.people.directory.values import BadValue

READERS: Mapping[Field, Callable[[str], object]] = {
    Field.JOB_TITLE: values.read_text,
    Field.LEVEL: values.read_level,
    Field.UNIT: values.read_text,
    Field.LOCATION: values.read_text,
    Field.TIME_ZONE: values.read_zone,
    Field.LANGUAGES: values.read_languages,
    Field.MANAGER: values.read_text,
    Field.STATUS: values.read_status,
}


class PeopleRefused(Refusal):
    """The file of people cannot be used at all."""


@dataclass(frozen=True)
class Wrong:
    """One cell that cannot be taken: what is wrong, and how to cure it."""

    line: int
    column: str
    value: str
    cure: str


@dataclass
class Listed:
    """One person of the file; what is not stated is empty."""

    id: str
    line: int
    job_title: str = ""
    level: int = 0
    unit: str = ""
    location: str = ""
    time_zone: str = "UTC"
    languages: list[str] = field(default_factory=list)
    manager: str = ""
    status: str = PersonStatus.ACTIVE

    @property
    def takes_part(self) -> bool:
        return self.status not in {PersonStatus.LEFT, PersonStatus.SUSPENDED}


def read_people(table: Table) -> tuple[dict[str, Listed], list[Wrong]]:
    """Everybody by employee ID, and what is wrong. A bad value is left out; a row without a usable ID is left out."""
    columns = {guess.field: table.header.index(name) for name, guess in guess_all(table.header, {}).items()}
    if Field.EXTERNAL_ID not in columns:
        raise PeopleRefused(
            _("The file of people has no column with the employee ID. It has: %(header)s.")
            % {"header": ", ".join(table.header)[:200]}
        )
    people: dict[str, Listed] = {}
    wrong: list[Wrong] = []
    for line, cells in table.rows:
        given = {name: cells[at].strip() for name, at in columns.items() if name and at < len(cells)}
        person, faults = _read(line, given, {name: table.header[at] for name, at in columns.items() if name})
        wrong += faults
        if person and person.id in people:
            wrong.append(Wrong(line, table.header[columns[Field.EXTERNAL_ID]], person.id, _(
                "This ID is already on line %(line)d. The second row is left out; correct one of the two.")
                % {"line": people[person.id].line}))  # fmt: skip
        elif person:
            people[person.id] = person
    wrong += _managers(people, table.header[columns[Field.MANAGER]] if Field.MANAGER in columns else "")
    return people, sorted(wrong, key=lambda each: each.line)


def _read(line: int, given: Mapping[Field, str], names: Mapping[Field, str]) -> tuple[Listed | None, list[Wrong]]:
    number = given.get(Field.EXTERNAL_ID, "")
    if not number:
        missing = _("The %(label)s is missing. The row is left out; fill it in.") % {"label": LABELS[Field.EXTERNAL_ID]}
        return None, [Wrong(line, names[Field.EXTERNAL_ID], "", missing)]
    person, wrong = Listed(number, line), []
    for name, read in READERS.items():
        text = given.get(name, "")
        if not text:
            continue
        try:
            setattr(person, name.value, read(text))
        except BadValue as bad:
            left_out = _("%(what)s The value is left out. %(cure)s") % {"what": bad.what, "cure": bad.cure}
            wrong.append(Wrong(line, names[name], text[:60], left_out))
    return person, wrong


def _managers(people: Mapping[str, Listed], column: str) -> list[Wrong]:
    """Managers who are not in the file: their reporting line ends there, and that is said."""
    return [
        Wrong(person.line, column, person.manager, _(
            "Nobody in the file has this ID, so the reporting line ends here. Correct the ID, or add the person."))
        for person in people.values() if person.manager and person.manager not in people
    ]  # fmt: skip


def chain(people: Mapping[str, Listed], person: Listed) -> tuple[str, ...]:
    """Managers upward, nearest first; a circle ends where it closes."""
    found: list[str] = []
    boss = person.manager
    while boss and boss != person.id and boss not in found:
        found.append(boss)
        boss = people[boss].manager if boss in people else ""
    return tuple(found)
