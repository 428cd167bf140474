"""Dates as HR systems write them. Day or month first is decided for a whole column, never cell by cell."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from trellis.people.directory.values import BadValue

EARLIEST_YEAR, LATEST_YEAR = 1940, 2100
YEAR_FIRST = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?")
NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
NAMED = re.compile(r"(\d{1,2})[ .-]+([a-z]{3,9})\.?[ ,.-]+(\d{4})", re.IGNORECASE)
NAMED_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? +(\d{1,2}),? +(\d{4})", re.IGNORECASE)
DAY_NUMBER = re.compile(r"[1-9]\d{4}")
MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
MONTH_NUMBERS = {name[:cut]: number for number, name in enumerate(MONTH_NAMES, start=1) for cut in (3, 4, None)}


class Order(StrEnum):
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


def evidence(values: Iterable[str]) -> Order | bool | None:
    """Which order a column's values prove; False = no value depends on it, None = they do and nothing decides.

    One 25/01 outweighs any number of 03/04. Where both orders are proved, the more frequent proof wins and the other
    values are reported as dates that do not exist.
    """
    day_first = month_first = 0
    unsure = False
    for value in values:
        match = NUMBERS.fullmatch(value.strip())
        if not match or match[2] == ".":  # with points the day always comes first
            continue
        first, second = int(match[1]), int(match[3])
        day_first += first > 12 >= second
        month_first += second > 12 >= first
        unsure = unsure or (first <= 12 and second <= 12 and first != second)
    if day_first or month_first:
        return Order.DAY_FIRST if day_first >= month_first else Order.MONTH_FIRST
    return None if unsure else False


def read_date(text: str, order: Order | None) -> date:
    """The date; raises `BadValue` for what is no date, or one that does not exist."""
    if match := YEAR_FIRST.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]), text)
    if match := NUMBERS.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), _full_year(match[4])
        if match[2] == "." or order is not Order.MONTH_FIRST:
            return _date(year, second, first, text)
        return _date(year, first, second, text)
    if match := NAMED.fullmatch(text):
        return _date(int(match[3]), MONTH_NUMBERS.get(match[2].lower(), 0), int(match[1]), text)
    if match := NAMED_MONTH_FIRST.fullmatch(text):
        return _date(int(match[3]), MONTH_NUMBERS.get(match[1].lower(), 0), int(match[2]), text)
    if DAY_NUMBER.fullmatch(text):
        raise BadValue(_("This is Excel's day number, not a date."), _("Format the column as a date, YYYY-MM-DD."))
    raise BadValue(_("This is not a date."), _("Write it as YYYY-MM-DD, for example 2024-03-31."))


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (1900 if year >= 70 else 2000)


def _date(year: int, month: int, day: int, text: str) -> date:
    cure = _("Correct it, or write it as YYYY-MM-DD.")
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise BadValue(_("The year %(year)s cannot be right.") % {"year": year}, cure)
    if not 1 <= month <= 12:
        raise BadValue(
            _("%(text)s does not exist: there is no month %(month)s.") % {"text": text, "month": month}, cure
        )
    days = monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise BadValue(
            _("%(text)s does not exist: %(month)s %(year)s has %(days)s days.")
            % {"text": text, "month": MONTHS[month], "year": year, "days": days}, cure,
        )  # fmt: skip
    return date(year, month, day)
