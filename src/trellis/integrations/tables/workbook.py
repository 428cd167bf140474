"""Excel workbooks (.xlsx). Everything that could exhaust the machine is refused before the workbook is opened.

The reader lays a sheet out as a full rectangle, so a tiny file with one cell in the far corner would ask for
gigabytes; and what the archive declares could be a lie, so it is unpacked once against its own checksums.
"""

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from trellis.integrations.tables.table import MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED_BYTES, MEGABYTE, Unreadable
from trellis.integrations.tables.text import NumberedRow

MAX_PARTS = 2_000
MAX_CELLS = 4_000_000
MAX_SHARED_TEXT = 2_000 * MEGABYTE  # cells times the longest shared text: the most that repeating it can cost
CELL_PLACE = re.compile(rb"""\sr\s*=\s*["']([^"']*)["']""")
PLACE = re.compile(rb"([A-Za-z]{0,3})([0-9]{0,7})")
Cell = str | float | int | bool | date | datetime | time | timedelta


def rows_of_workbook(content: bytes) -> list[NumberedRow]:
    """All rows of the first visible sheet that are not empty, with the sheet's own row numbers."""
    _refuse_what_is_too_big(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        cells = workbook.get_sheet_by_name(visible[0]).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise _not_readable() from error
    rows = [(number, [as_text(cell) for cell in row]) for number, row in enumerate(cells, start=1)]
    return [(number, row) for number, row in rows if any(cell.strip() for cell in row)]


def as_text(cell: Cell) -> str:
    """A cell as a CSV file would hold it: dates in ISO form, whole numbers without a point."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def _refuse_what_is_too_big(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_declared_size(archive)
            if archive.testzip() is not None:
                raise _not_readable()
            _check_sheets(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise _not_readable() from error


def _check_declared_size(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
        raise Unreadable(
            _("Unpacked size %(size)s MB exceeds %(limit)s MB. Save the one sheet that is needed as a new workbook.")
            % {"size": unpacked // MEGABYTE, "limit": MAX_UNPACKED_BYTES // MEGABYTE}
        )
    if any(part.flag_bits & 1 for part in parts):
        raise encrypted()


def _check_sheets(archive: zipfile.ZipFile) -> None:
    cells = 0
    for name in archive.namelist():
        part = archive.read(name)
        if b"sheetData" in part:  # wherever the workbook keeps its sheets
            cells = max(cells, _check_places(part))
    shared = archive.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in archive.namelist() else b""
    longest = max((len(text) for text in shared.split(b"</si>")), default=0)
    if cells > MAX_CELLS or cells * longest > MAX_SHARED_TEXT:
        raise Unreadable(_("The workbook is too large to open safely. Save it as CSV UTF-8 and upload that."))


def _check_places(sheet: bytes) -> int:
    """The number of cells; refuses a sheet that reaches further than any list of people does."""
    if b"\0" in sheet:
        raise _not_readable()
    count = 0
    for match in CELL_PLACE.finditer(sheet):
        place = PLACE.fullmatch(match[1].strip())
        if place is None:
            raise _not_readable()
        count += 1
        if _column_number(place[1]) > MAX_COLUMNS or int(place[2] or 0) > MAX_ROWS + 1:
            raise Unreadable(
                _("The sheet reaches to cell %(place)s; the limit is %(rows)s rows and %(columns)s columns. "
                  "Delete what stands far outside the table.")
                % {"place": match[1].decode("ascii", "replace"), "rows": f"{MAX_ROWS:,}", "columns": MAX_COLUMNS}
            )  # fmt: skip
    return count


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def encrypted() -> Unreadable:
    return Unreadable(_("Workbook is encrypted. Save it without a password, then upload it again."))


def _not_readable() -> Unreadable:
    return Unreadable(_("The workbook is damaged and cannot be opened. Open it in Excel and save it again as .xlsx."))
