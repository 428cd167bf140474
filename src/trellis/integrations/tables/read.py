"""One door for every kind of file: by what it is, not by what it is called."""

import re

from django.utils.translation import gettext as _

from trellis.integrations.tables.table import MAX_BYTES, MEGABYTE, Encoding, Table, Unreadable
from trellis.integrations.tables.text import NumberedRow, decode, rows_of
from trellis.integrations.tables.workbook import encrypted, rows_of_workbook

ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
WORKBOOK_PART = b"xl/workbook"
SEPARATOR_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
AN_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read_table(*, name: str, content: bytes, encoding: Encoding = Encoding.AUTO) -> Table:
    """Read an uploaded file called `name`. Raises `Unreadable` with what, where and how to cure it."""
    if len(content) > MAX_BYTES:
        raise too_large()
    if not content.strip():
        raise Unreadable(_("The file is empty. Choose the file that holds the rows."))
    if content.startswith((ZIP, OLD_OFFICE)):
        return _table(_workbook_rows(name, content), read_as=_("Excel workbook"))
    if name.lower().endswith((".xlsx", ".xls")):
        raise Unreadable(_("This is a text file, not an Excel workbook. Rename it to .csv, or save it as .xlsx."))
    text, encoding_name = decode(content, encoding)
    rows, separator = rows_of(text)
    separated = SEPARATOR_NAMES.get(separator, separator)
    return _table(rows, read_as=_("%(encoding)s, separated by %(separator)s") % {
        "encoding": encoding_name, "separator": separated})  # fmt: skip


def too_large() -> Unreadable:
    return Unreadable(
        _("Limit %(limit)s MB. Remove the columns that are not needed, or split the file.")
        % {"limit": MAX_BYTES // MEGABYTE}
    )


def _workbook_rows(name: str, content: bytes) -> list[NumberedRow]:
    if content.startswith(OLD_OFFICE):
        if ENCRYPTED_STREAM in content:
            raise encrypted()
        raise Unreadable(_("This is an old Excel workbook (.xls). Save it as .xlsx or as CSV UTF-8."))
    if WORKBOOK_PART not in content:
        raise Unreadable(_("This is an archive, not a table. Unpack it and upload the CSV or XLSX file inside."))
    if not name.lower().endswith(".xlsx"):
        raise Unreadable(_("This is an Excel workbook; rename or upload as .xlsx."))
    return rows_of_workbook(content)


def _table(rows: list[NumberedRow], *, read_as: str) -> Table:
    at = _header_position(rows)
    if at is None:
        raise Unreadable(_("The file is empty. Choose the file that holds the rows."))
    line, cells = rows[at]
    if any(AN_ADDRESS.fullmatch(cell.strip()) for cell in cells):
        raise Unreadable(
            _("Line %(line)s should name the columns, but it looks like a person. Add a header line.") % {"line": line}
        )
    if len(rows) == at + 1:
        raise Unreadable(_("The file has a header but no rows."))
    return Table(header=_names(cells), rows=rows[at + 1 :], read_as=read_as)


def _header_position(rows: list[NumberedRow]) -> int | None:
    """The first row with two filled cells (a title may stand above it), else the first row."""
    if not rows:
        return None
    filled = (sum(1 for cell in cells if cell.strip()) for _line, cells in rows[:20])
    return next((position for position, count in enumerate(filled) if count > 1), 0)


def _names(cells: list[str]) -> tuple[str, ...]:
    """Column names without surrounding space, none empty and none twice."""
    names: list[str] = []
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    for number, cell in enumerate(cells, start=1):
        name = " ".join(cell.split())[:180] or f"Column {number}"
        names.append(name if name not in names else f"{name} ({number})")
    return tuple(names)
