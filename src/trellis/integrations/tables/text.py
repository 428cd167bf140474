"""Text files: which encoding, which separator, which line each row begins on."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from trellis.integrations.tables.table import MAX_COLUMNS, MAX_ROWS, Encoding, Unreadable

SEPARATORS = (",", ";", "\t", "|")
MAX_CELL = 131_072  # csv's own default: beyond it, a quote mark was left open
UTF_8_BOM = b"\xef\xbb\xbf"
UTF_16_BOMS = (b"\xff\xfe", b"\xfe\xff")
NumberedRow = tuple[int, list[str]]


def decode(content: bytes, wanted: Encoding) -> tuple[str, str]:
    """The text and the name of its encoding. A damaged file is refused with the line and the byte."""
    if wanted is not Encoding.AUTO:
        return _decode_as(content, wanted), wanted.value
    if content.startswith(UTF_8_BOM):
        return _decode_as(content, Encoding.UTF_8), "UTF-8"
    if content.startswith(UTF_16_BOMS):
        return _decode_as(content, Encoding.UTF_16), "UTF-16"
    if b"\0" in content[:4096]:
        return _decode_wide(content), "UTF-16"
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        return _decode_western(content, error), "Windows-1252"


def _decode_as(content: bytes, encoding: Encoding) -> str:
    codec = {Encoding.UTF_8: "utf-8-sig"}.get(encoding, encoding.value)
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        raise _damaged(content, error, encoding.value.upper()) from error


def _decode_wide(content: bytes) -> str:
    """UTF-16 without a mark: in mostly Latin text the zero bytes stand on one side."""
    head = content[:4096]
    codec = "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        raise _damaged(content, error, "UTF-16") from error


def _decode_western(content: bytes, error: UnicodeDecodeError) -> str:
    """Not UTF-8. Windows-1252 is taken only when no UTF-8 letter is in the file and every byte has a meaning."""
    healthy = content.decode("utf-8", errors="ignore")
    if not healthy.isascii():
        raise _damaged(content, error, "UTF-8") from error
    try:
        return content.decode("windows-1252")
    except UnicodeDecodeError:
        raise _damaged(content, error, "UTF-8") from error


def _damaged(content: bytes, error: UnicodeDecodeError, encoding: str) -> Unreadable:
    place = {"line": content.count(b"\n", 0, error.start) + 1, "byte": f"0x{content[error.start]:02X}"}
    return Unreadable(
        _("Line %(line)s: byte %(byte)s is not %(encoding)s. Save as CSV UTF-8, or choose Windows-1252.")
        % {**place, "encoding": encoding},
        field="encoding",
    )


def rows_of(text: str) -> tuple[list[NumberedRow], str]:
    """All rows that are not empty, each with its first line, and the separator."""
    separator, skipped = _stated_separator(text)
    body = text.split("\n", 1)[1] if skipped and "\n" in text else text
    separator = separator or _likely_separator(body)
    return list(_numbered(body, separator, first_line=1 + skipped)), separator


def _stated_separator(text: str) -> tuple[str, int]:
    """Excel's own first line, `sep=;`."""
    first = text.split("\n", 1)[0].strip()
    return (first[4], 1) if first.lower().startswith("sep=") and len(first) == 5 else ("", 0)


def _likely_separator(text: str) -> str:
    """The separator that cuts the first rows into the most columns, all of the same number."""

    def merit(separator: str) -> tuple[float, int]:
        try:
            sample = [row for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 30) if row]
        except csv.Error:
            return (0, 0)
        widths = [len(row) for row in sample]
        if not widths or widths[0] < 2:
            return (0, 0)
        return (sum(width == widths[0] for width in widths) / len(widths), widths[0])

    best = max(SEPARATORS, key=merit)
    return best if merit(best)[0] > 0 else ","


def _numbered(text: str, separator: str, *, first_line: int) -> Iterator[NumberedRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    begins, count = first_line, 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                count += 1
                _within_limits(count, cells, begins)
                yield begins, cells
            begins = first_line + reader.line_num
    except csv.Error as error:
        raise Unreadable(
            _("Line %(line)s: a cell is longer than %(limit)s characters. A quote mark is probably not closed there.")
            % {"line": begins, "limit": f"{MAX_CELL:,}"}
        ) from error


def _within_limits(count: int, cells: list[str], line: int) -> None:
    if count > MAX_ROWS + 1:
        raise Unreadable(_("The file has more than %(limit)s rows. Split it.") % {"limit": f"{MAX_ROWS:,}"})
    if len(cells) > MAX_COLUMNS:
        raise Unreadable(
            _("Line %(line)s has %(count)s columns; the limit is %(limit)s. Remove the columns that are not needed.")
            % {"line": line, "count": len(cells), "limit": MAX_COLUMNS}
        )
