"""The matching report as a workbook. Every text is written as a text: a name that starts with "=" stays a name."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from trellis.matching.queries.report import Content, moment
from trellis.matching.queries.report_settings import Fact
from trellis.matching.reports.pdf import finding_words, ratio_words

Cell = str | int | float | None
Row = Sequence[Cell]
LONGEST = 32_767  # letters that a cell of this format can hold
NARROW, WIDE, WIDEST = 14, 28, 60


def sheet_of(content: Content) -> bytes:
    """The same bytes for the same content. Rows go to disk as they are written and are gone when it is done."""
    made = BytesIO()
    with TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(made, {"constant_memory": True, "tmpdir": folder})
        book.set_properties({"title": _("Matching report"), "created": content.made.replace(tzinfo=None)})
        head = book.add_format({"bold": True, "bottom": 1})
        for name, widths, heads, rows in _sheets(content):
            page = book.add_worksheet(name)
            page.freeze_panes(1, 0)
            for column, width in enumerate(widths):
                page.set_column(column, column, width)
            for number, row in enumerate([heads, *rows]):
                _write(page, number, row, head if number == 0 else None)
        book.close()
    return made.getvalue()


def _write(page: Any, number: int, row: Row, style: Any) -> None:  # Any: the library has no types
    for column, value in enumerate(row):
        if isinstance(value, str):
            page.write_string(number, column, value[:LONGEST], style)
        elif value is not None:
            page.write_number(number, column, value, style)


Sheet = tuple[str, Sequence[int], Row, Iterable[Row]]


def _sheets(content: Content) -> Iterable[Sheet]:
    yield _("Round"), (WIDE, WIDEST), (_("What"), _("Value")), _round_rows(content)
    yield _pairs(content)
    yield (
        _("Not matched"), (WIDE, NARROW, WIDEST, WIDEST), (_("Name"), _("Side"), _("Why"), _("What would help")),
        [(row.name, row.side_words, row.why, row.help) for row in content.unmatched],
    )  # fmt: skip
    if not content.equals:
        heads = (_("Mentor"), _("Mentees"), _("Places"))
        rows = [(load.name, load.people, load.places) for load in content.loads]
        yield _("Mentors"), (WIDE, NARROW, NARROW), heads, rows
    yield _("Settings"), (WIDE, WIDEST), (_("What"), _("Value")), _fact_rows(content.settings)
    yield _("Fairness"), (WIDE, WIDE, WIDE, *[NARROW] * 6, WIDE), _fairness_heads(), _fairness_rows(content)
    yield _("Proof"), (WIDE, WIDEST), (_("What"), _("Value")), _proof_rows(content)


def _fact_rows(facts: Iterable[Fact]) -> list[Row]:
    return [(fact.label, fact.value) for fact in facts]


def _round_rows(content: Content) -> list[Row]:
    return [
        (_("Organisation"), content.organisation), (_("Programme"), content.programme), (_("Round"), content.number),
        *_fact_rows((*content.about, *content.figures, *content.identity)),
    ]  # fmt: skip


def _pairs(content: Content) -> Sheet:
    one, other = (_("Person"), _("Partner")) if content.equals else (_("Mentee"), _("Mentor"))
    most = max((len(pair.reasons) for pair in content.pairs), default=0)
    reasons = [_("Reason %(number)d") % {"number": number + 1} for number in range(most)]
    heads = (
        _("Week"), one, other, _("Score"), _("State"), _("How it was made"), _("Last decided by"), _("Decided on"),
        _("To know"), *reasons,
    )  # fmt: skip
    rows = [
        (pair.week, pair.mentee, pair.mentor, pair.score, pair.state, pair.origin, pair.decided_by,
         moment(pair.decided_at) if pair.decided_at else None, pair.gap, *pair.reasons)
        for pair in content.pairs
    ]  # fmt: skip
    widths = (NARROW, WIDE, WIDE, NARROW, WIDE, WIDE, WIDE, WIDE, WIDEST, *[WIDEST] * most)
    return _("Pairs"), widths, heads, rows


def _fairness_heads() -> Row:
    return (
        _("Figure"), _("Question"), _("Group"), _("Yes"), _("People"), _("Share, %"), _("Lowest, %"), _("Highest, %"),
        _("Ratio"), _("95 % interval of the ratio"),
    )  # fmt: skip


def _fairness_rows(content: Content) -> list[Row]:
    if content.fairness is None:
        return [(content.no_fairness,)]
    rows: list[Row] = [(words,) for words in finding_words(content.fairness)]
    for table in content.fairness.tables:
        for groups in table.kinds:
            for row in groups.rows:
                ratio = None if row.ratio is None else round(row.ratio, 2)
                name = f"{row.group} ({row.detail})" if row.detail else row.group
                rows.append(
                    (table.title, groups.kind, name, row.yes, row.size, row.share, row.low, row.high, ratio,
                     ratio_words(row))
                )  # fmt: skip
    return rows + [(_("What is not shown"), each.what, each.why) for each in content.fairness.hidden]


def _proof_rows(content: Content) -> list[Row]:
    proven = content.proven
    return [
        (proven.headline, proven.text), *proven.steps, (_("Checked again"), proven.checked),
        *((_("What is wrong"), fault) for fault in proven.faults),
        *((_("How to check it yourself"), way) for way in proven.how),
    ]  # fmt: skip
