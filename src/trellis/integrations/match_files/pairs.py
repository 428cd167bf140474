"""The pairs as a CSV file for people, and the check that a file still says what the certificate proves."""

import csv
import io
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from trellis.integrations.match_files.certificate import Sealed
from trellis.integrations.tables import Table
from trellis.integrations.tables.csv_text import FORMULA_STARTS, as_text
from trellis.matching.queries.board import shared_words
from trellis.matching.queries.pool import engine_taxonomy
from trellis.matching.stored import reasons_to_json
from trellis_engine.matching import Pair, Pool, Settings, explain

HEADER = ("mentee", "mentor", "score", "reason_1", "reason_2", "reason_3", "gap")
UNITS = 1000  # of the matcher for one point of the score; three decimals say it exactly


def pairs_as_csv(pairs: Iterable[Pair], pool: Pool, settings: Settings) -> str:
    """Ids, exact score and the words both people read; no cell is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for pair in pairs:
        writer.writerow([as_text(cell) for cell in _row(pair.mentee, pair.mentor, pair.score, pool, settings)])
    return out.getvalue()


def _row(mentee: str, mentor: str, points: int, pool: Pool, settings: Settings) -> list[str]:
    reasons, gap = words_of(mentee, mentor, pool, settings)
    return [mentee, mentor, f"{points // UNITS}.{points % UNITS:03d}", *(*reasons, "", "", "")[:3], gap]


def words_of(mentee: str, mentor: str, pool: Pool, settings: Settings) -> tuple[tuple[str, ...], str]:
    """The reasons and the gap of a pair, as both would read them."""
    return shared_words(reasons_to_json(explain(pool, settings, engine_taxonomy(), mentee, mentor)))


def check_pairs(table: Table, proven: Sealed, pool: Pool, settings: Settings) -> Iterator[str]:
    """What a file of pairs says otherwise than the certificate, row by row, in words."""
    if table.header != HEADER:
        yield _("The file of pairs does not have the columns of `trellis match-files`: %(columns)s.") % {
            "columns": ", ".join(HEADER)
        }
        return
    missing = {(row["mentee"], row["mentor"]): row["score"] for row in proven["certificate"]["pairs"]}
    for line, cells in table.rows:
        said = [_bare(cell) for cell in cells] + [""] * (len(HEADER) - len(cells))
        both = said[0], said[1]
        if both not in missing:
            yield _("Line %(line)d: %(one)s with %(two)s is not a pair of the certificate, or stands twice.") % {
                "line": line, "one": both[0], "two": both[1],
            }  # fmt: skip
            continue
        if any(said[len(HEADER) :]):
            yield _("Line %(line)d has more cells than columns.") % {"line": line}
        for name, found, expected in zip(HEADER, said, _row(*both, missing.pop(both), pool, settings), strict=False):
            if found != expected:
                yield _("Line %(line)d: the %(column)s of %(one)s with %(two)s is “%(expected)s”, not “%(found)s”.") % {
                    "line": line, "column": name, "one": both[0], "two": both[1], "expected": expected,
                    "found": found,
                }  # fmt: skip
    for one, two in sorted(missing):
        yield _("The pair %(one)s with %(two)s is missing from the file.") % {"one": one, "two": two}


def _bare(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell
