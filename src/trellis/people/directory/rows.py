"""One row of the file to one entry: the values it states, or what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial

from django.utils.translation import gettext as _

from trellis.people.directory import values
from trellis.people.directory.dates import Order, read_date
from trellis.people.directory.fields import DATES, LABELS, Field
from trellis.people.directory.sheet import Sheet
from trellis.people.directory.values import BadValue

Value = str | int | bool | date | list[str] | None
FORMULA_STARTS = ("=", "+", "-", "@")
SHOWN = 60  # characters of a value in a report
KEPT_WHEN_BLANK = {Field.PREFERRED_NAME, Field.TIME_ZONE, Field.LANGUAGES, Field.STATUS, Field.FULL_TIME}


@dataclass(frozen=True)
class Fault:
    """What is wrong in one row. `applied`: the row itself goes in, only without this value."""

    line: int
    column: str
    value: str
    what: str
    cure: str
    kind: str  # "error": cannot be read; "conflict": clashes with another row or person
    applied: bool = False

    def as_json(self) -> dict[str, str | int | bool]:
        return asdict(self)


@dataclass
class Entry:
    """What one row says. `values` holds only what the file states, by the names of Person's columns."""

    line: int
    external_id: str  # empty when the file has no such column
    email: str
    values: dict[str, Value] = field(default_factory=dict)
    manager: str | None = None  # the other person's id or e-mail; None when the file says nothing about managers

    @property
    def name(self) -> str:
        return f"{self.values.get('given_name') or ''} {self.values.get('family_name') or ''}".strip()


@dataclass(frozen=True)
class Reading:
    """How to read a sheet: which column is which field, and in which order dates are written."""

    columns: Mapping[Field, str]
    orders: Mapping[Field, Order | None]

    def header_of(self, *fields: Field) -> str:
        return next((self.columns[field] for field in fields if field in self.columns), "")


def cut(text: str) -> str:
    text = values.storable(" ".join(text.split()))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


_READERS: dict[Field, Callable[[str], Value]] = {
    Field.EXTERNAL_ID: partial(values.read_text, limit=values.MAX_ID),
    Field.EMAIL: values.read_email,
    Field.GIVEN_NAME: values.read_name,
    Field.FULL_NAME: values.read_full_name,
    Field.LEVEL: values.read_level,
    Field.TIME_ZONE: values.read_zone,
    Field.LANGUAGES: values.read_languages,
    Field.STATUS: values.read_status,
    Field.FULL_TIME: values.read_yes_no,
    Field.MANAGER: partial(values.read_text, limit=values.MAX_EMAIL),
}
REQUIRED = {Field.EXTERNAL_ID, Field.EMAIL, Field.GIVEN_NAME, Field.FULL_NAME}
EMPTY: dict[Field, Value] = {Field.LEVEL: None, **dict.fromkeys(DATES)}


@dataclass
class Readout:
    """A sheet as read: good rows, faults, and the IDs and addresses of every row, good or not."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    mentioned: set[str] = field(default_factory=set)


def read_rows(sheet: Sheet, reading: Reading, progress: Callable[[int], None] = lambda done: None) -> Readout:
    """Read every row; a row with one fault is not taken at all."""
    places = [(field, sheet.header.index(column), column) for field, column in reading.columns.items()]
    readers = {field: _reader(field, reading.orders.get(field)) for field in reading.columns}
    identities = [number for field, number, _column in places if field in {Field.EXTERNAL_ID, Field.EMAIL}]
    readout = Readout()
    for done, (line, cells) in enumerate(sheet.rows):
        if done % 500 == 0:
            progress(done)
        readout.mentioned |= {cells[number].strip().lower() for number in identities if number < len(cells)}
        if any(cell.strip() for cell in cells[len(sheet.header) :]):
            readout.faults.append(_too_wide(line, cells, sheet.header))
            continue
        entry, faults = _read_row(line, cells, places, readers)
        readout.faults += faults
        if entry:
            readout.entries.append(entry)
    return readout


def _reader(field: Field, order: Order | None) -> Callable[[str], Value]:
    return partial(read_date, order=order) if field in DATES else _READERS.get(field, values.read_text)


def _read_row(
    line: int,
    cells: Sequence[str],
    places: Sequence[tuple[Field, int, str]],
    readers: Mapping[Field, Callable[[str], Value]],
) -> tuple[Entry | None, list[Fault]]:
    stated: dict[Field, Value] = {}
    faults: list[Fault] = []
    for field_, number, column in places:
        text = _typed(cells[number]) if number < len(cells) else ""
        if not text and field_ not in REQUIRED:
            if field_ not in KEPT_WHEN_BLANK:
                stated[field_] = EMPTY.get(field_, "")
            continue
        try:
            stated[field_] = _required(readers[field_](text), field_)
        except BadValue as bad:
            faults.append(Fault(line, column, cut(text), bad.what, bad.cure, "error"))
    return (None, faults) if faults else (_entry(line, stated), [])


def _typed(cell: str) -> str:
    """The cell without surrounding space and without the apostrophe that our own files put before a formula."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_STARTS else text


def _required(value: Value, field: Field) -> Value:
    if field is Field.EXTERNAL_ID and not value:
        raise BadValue(
            _("The %(label)s is missing.") % {"label": LABELS[field]}, _("Fill it in as the HR system has it.")
        )
    return value


def _entry(line: int, stated: dict[Field, Value]) -> Entry:
    full_name = stated.pop(Field.FULL_NAME, None)
    if full_name:
        given, family = values.split_name(str(full_name))
        stated.setdefault(Field.GIVEN_NAME, given)
        stated.setdefault(Field.FAMILY_NAME, family)
    manager = stated.pop(Field.MANAGER, None)
    return Entry(
        line=line,
        external_id=str(stated.pop(Field.EXTERNAL_ID, "") or ""),
        email=str(stated.pop(Field.EMAIL)),
        values={field.value: value for field, value in stated.items()},
        manager=None if manager is None else str(manager),
    )


def _too_wide(line: int, cells: Sequence[str], header: Sequence[str]) -> Fault:
    extra = next(cell for cell in cells[len(header) :] if cell.strip())
    return Fault(
        line, "", cut(extra),
        _("The row has %(cells)s cells, the header has %(columns)s.") % {"cells": len(cells), "columns": len(header)},
        _("Put quotation marks around the cell that has a separator in it."), "error",
    )  # fmt: skip
