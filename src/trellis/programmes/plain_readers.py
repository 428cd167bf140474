"""Small readers of plain values, put together: each takes a value and its place, and returns it or says why not."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from trellis.programmes.yaml_reader import Plain

Reader = Callable[[Plain, str], Any]  # Any: what a reader returns is checked by the dataclass that takes it
LARGEST = 10**9


class Bad(Exception):
    """Values that cannot be used: path, what, cure of each."""

    def __init__(self, faults: list[tuple[str, str, str]]) -> None:
        super().__init__(faults)
        self.faults = faults


def bad(path: str, what: str, cure: str) -> Bad:
    return Bad([(path, what, cure)])


def text(value: Plain, path: str) -> str:
    if not isinstance(value, str):
        raise bad(path, _("This must be text."), _("Write it in quotes."))
    return value


def number(value: Plain, path: str) -> int:
    if type(value) is not int or abs(value) > LARGEST:
        raise bad(path, _("This must be a whole number."), _("Write digits only."))
    return value


def decimal(value: Plain, path: str) -> Decimal:
    if type(value) not in (int, float) or not abs(value) < LARGEST:
        raise bad(path, _("This must be a number."), _("Write digits only, with a point for parts."))
    return Decimal(str(value)).quantize(Decimal("0.01"))


def flag(value: Plain, path: str) -> bool:
    if not isinstance(value, bool):
        raise bad(path, _("This must be true or false."), _("Write true or false, without quotes."))
    return value


def day(value: Plain, path: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise bad(path, _("This must be a date."), _("Write it as 2027-01-11."))
    return value


def one_of(known: Iterable[str]) -> Reader:
    words = tuple(str(each) for each in known)

    def read(value: Plain, path: str) -> str:
        if not isinstance(value, str) or value not in words:
            raise bad(path, _("“%s” is not known here.") % str(value)[:60], _("Use: %s.") % ", ".join(words))
        return value

    return read


def maybe(reader: Reader) -> Reader:
    """The value, or nothing (null)."""
    return lambda value, path: None if value is None else reader(value, path)


def many(reader: Reader) -> Reader:
    def read(value: Plain, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise bad(path, _("This must be a list."), _("Write one entry a line, each with a dash."))
        return tuple(_gather([(at, reader, each, f"{path}.{at}") for at, each in enumerate(value)]).values())

    return read


def by_key(reader: Reader) -> Reader:
    """A mapping whose keys are free."""

    def read(value: Plain, path: str) -> dict[str, Any]:
        return _gather([(key, reader, each, f"{path}.{key}") for key, each in mapping(value, path).items()])

    return read


def mapping(value: Plain, path: str) -> dict[str, Plain]:
    if not isinstance(value, dict):
        raise bad(path, _("This must have keys."), _("Write “key: value”, one a line."))
    return value


def _gather(rows: Iterable[tuple[Any, Reader, Plain, str]]) -> dict[Any, Any]:
    """Read every row before saying what is wrong, so that all faults are told at once."""
    found: dict[Any, Any] = {}
    faults: list[tuple[str, str, str]] = []
    for key, reader, value, path in rows:
        try:
            found[key] = reader(value, path)
        except Bad as refused:
            faults += refused.faults
    if faults:
        raise Bad(faults)
    return found


@dataclass(frozen=True)
class Record:
    """A mapping with known keys, made into something. Unknown and missing keys are faults."""

    build: Callable[..., Any]
    readers: Mapping[str, Reader]
    optional: frozenset[str] = frozenset()

    def __call__(self, value: Plain, path: str) -> Any:
        return self.build(**self._parts(mapping(value, path), path))

    def _parts(self, value: dict[str, Plain], path: str) -> dict[str, Any]:
        at = f"{path}." if path else ""
        faults = [
            (at + key, _("“%s” is not known here.") % key[:60], _("Remove it, or use: %s.") % ", ".join(self.readers))
            for key in value
            if key not in self.readers
        ]
        missing = [key for key in self.readers if key not in value and key not in self.optional]
        faults += [(path, _("“%s” is missing.") % key, _("Add it.")) for key in missing]
        found = {}
        try:
            found = _gather([(key, self.readers[key], value[key], at + key) for key in self.readers if key in value])
        except Bad as refused:
            faults += refused.faults
        if faults:
            raise Bad(faults)
        return found
