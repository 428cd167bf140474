"""Sign-ups collected elsewhere: rows of a table into answers, or faults with line, column, value and cure. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from trellis.programmes.choices import Side
from trellis.programmes.questions import AnswerRefused, parse_skills, parse_text
from trellis.programmes.standard_answers import (
    GOAL_AT_MOST,
    parse_availability,
    parse_places,
    parse_style,
    parse_values,
)

COLUMNS = ("employee_id", "role", "skills", "capacity", "goal", "working_style", "values", "availability")
NEEDED = ("employee_id", "role")
OTHER_NAMES = {
    "external_id": "employee_id", "person_id": "employee_id", "id": "employee_id", "side": "role",
    "places": "capacity", "style": "working_style", "goals": "goal", "skill": "skills",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """Something in one cell that could not be taken over. `cure` says what is wrong and what to do."""

    line: int
    column: str
    value: str
    cure: str


@dataclass(frozen=True)
class SignUpRow:
    """One sign-up. None means that the file says nothing about it, so that what is known stays."""

    line: int
    employee_id: str
    side: str
    skills: tuple[tuple[str, int], ...] | None = None
    places: int | None = None
    goal: str | None = None
    working_style: str | None = None
    values: tuple[str, ...] | None = None
    availability: tuple[str, ...] | None = None


class ColumnsMissing(AnswerRefused):
    """The table lacks a column without which no row can be read."""


def columns_of(header: Iterable[str]) -> dict[int, str]:
    """Position to field, for the columns that are known. Raises `ColumnsMissing`."""
    plain = ["_".join(name.casefold().replace("-", " ").split()) for name in header]
    known = {at: OTHER_NAMES.get(name, name) for at, name in enumerate(plain)}
    found = {at: field for at, field in known.items() if field in COLUMNS}
    missing = [field for field in NEEDED if field not in found.values()]
    if missing:
        raise ColumnsMissing(
            _("The file has no column “%(column)s”. It has: %(header)s. Known columns are: %(known)s.")
            % {"column": missing[0], "header": ", ".join(plain)[:200], "known": ", ".join(COLUMNS)}
        )
    return found


def read_rows(
    header: Iterable[str], rows: Iterable[tuple[int, list[str]]], *, most_places: Mapping[str, int]
) -> tuple[list[SignUpRow], list[Fault]]:
    """Sign-ups and faults. A row with a fault is left out whole; every fault of a row is named.

    `most_places` is how many relationships each side may hold in the programme.
    """
    columns = columns_of(header)
    found: list[SignUpRow] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, str], int] = {}
    for line, cells in rows:
        fields = {field: cells[at].strip() for at, field in columns.items() if at < len(cells)}
        if not any(fields.values()):
            continue
        row, wrong = _read(line, fields, most_places)
        if row and (before := seen.get((row.employee_id, row.side))):
            wrong = [Fault(line, "employee_id", row.employee_id, _twice(row, before))]
        faults += wrong
        if row and not wrong:
            seen[row.employee_id, row.side] = line
            found.append(row)
    return found, faults


def _twice(row: SignUpRow, before: int) -> str:
    return _("This person is already on line %(line)s as %(side)s. Remove one of the two.") % {
        "line": before, "side": row.side,
    }  # fmt: skip


def _read(line: int, fields: Mapping[str, str], most: Mapping[str, int]) -> tuple[SignUpRow | None, list[Fault]]:
    faults: list[Fault] = []

    def take(column: str, read: Callable[[str], Any]) -> Any:  # Any: each column has its own type
        text = fields.get(column, "")
        if not text:
            return None
        try:
            return read(text)
        except AnswerRefused as refusal:
            faults.append(Fault(line, column, text[:200], str(refusal)))
            return None

    for column in NEEDED:
        if not fields.get(column):
            faults.append(Fault(line, column, "", _("The cell is empty. Fill it in, or remove the line.")))
    side = take("role", _side) or ""
    row = SignUpRow(
        line=line, employee_id=fields.get("employee_id", ""), side=side,
        skills=take("skills", lambda text: tuple(parse_skills(_parts(text)))),
        places=take("capacity", lambda text: parse_places(text, most[side])) if side else None,
        goal=take("goal", lambda text: parse_text(text, GOAL_AT_MOST)),
        working_style=take("working_style", parse_style),
        values=take("values", lambda text: parse_values(_parts(text))),
        availability=take("availability", lambda text: parse_availability(_parts(text))),
    )  # fmt: skip
    return (row if side and row.employee_id else None), faults


def _side(text: str) -> str:
    word = text.casefold()
    if word not in Side.values:
        raise AnswerRefused(_("“%(word)s” is not a role. Write mentee or mentor.") % {"word": text[:40]})
    return word


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("|", ";").split(";") if part.strip()]
