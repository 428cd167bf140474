"""Writing a table as CSV that a spreadsheet shows as it is: no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the local code page


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    target = io.StringIO(newline="")
    target.write(BYTE_ORDER_MARK)
    writer = csv.writer(target)
    writer.writerow([as_text(cell) for cell in header])
    writer.writerows([as_text(cell) for cell in row] for row in rows)
    return target.getvalue()


def as_text(cell: str) -> str:
    """A leading apostrophe makes a spreadsheet show the rest as typed; the directory import takes it off again."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
