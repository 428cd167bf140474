"""The audit log as CSV. A cell that a spreadsheet would take for a formula becomes text."""

import csv
from collections.abc import Iterable, Iterator

from trellis.kernel.tenancy import organisation_scope
from trellis.people.queries.audit import AuditFilter, AuditRow, audit_rows
from trellis.web.organisation.words import facts_in_words

MOST_ROWS = 200_000
HEADER = ("position", "at", "actor", "verb", "subject", "subject name", "facts", "hash")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Echo:
    """What csv.writer writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def as_text(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_lines(chosen: AuditFilter, *, organisation_id: int) -> Iterator[str]:
    """Line by line, in the organisation's scope: the request's own is closed when the browser reads them."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    yield writer.writerow(HEADER)
    with organisation_scope(organisation_id):
        for row in audit_rows(chosen, limit=MOST_ROWS):
            yield writer.writerow([as_text(cell) for cell in _cells(row)])


def _cells(row: AuditRow) -> Iterable[object]:
    return (
        row.position, row.at.isoformat(), row.actor, row.verb, row.subject, row.subject_name,
        facts_in_words(row.facts), row.hash,
    )  # fmt: skip
