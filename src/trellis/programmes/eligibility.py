"""Who may join, in readable rules. Pure: a rule and what the directory says in, words out.

A rule the directory cannot answer (no date of joining) does not shut anybody out: the person is asked to confirm it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

STATEMENT = "statement"


class InDirectory(Protocol):
    """What the rules read about a person; `people.Person` has it."""

    hired_on: date | None
    level: int | None
    unit: str
    location: str
    languages: list[str]
    full_time: bool


class Rule(Protocol):
    """A rule as stored (`EligibilityRule`) or as planned (`Condition`)."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> Mapping[str, Any]: ...
    @property
    def words(self) -> str: ...


@dataclass(frozen=True)
class Condition:
    """One rule for one side, before it is stored."""

    side: str
    kind: str
    value: Mapping[str, Any]
    words: str


Judge = Callable[[InDirectory, Mapping[str, Any], date], str]


@dataclass(frozen=True)
class Kind:
    """A way to say who may join: which value it needs, how it reads, when it cannot be told, and why it is not met."""

    label: str | Promise  # what a manager chooses
    parameter: str  # key in the rule's value: a number, a list of words, or nothing
    unknown: Callable[[InDirectory], bool]
    why_not: Judge  # empty when the rule is met
    describe: Callable[[Mapping[str, Any]], str]


def unmet(person: InDirectory, rules: Iterable[Rule], today: date) -> list[str]:
    """Why this person may not join yet and what would help, one sentence a rule; empty when they may.

    Only rules that the directory can answer are judged; `to_confirm` names the others.
    """
    judged = [(KINDS[rule.kind], rule) for rule in rules if rule.kind in KINDS]
    reasons = [kind.why_not(person, rule.value, today) for kind, rule in judged if not kind.unknown(person)]
    return [reason for reason in reasons if reason]


def to_confirm(person: InDirectory, rules: Iterable[Rule]) -> list[str]:
    """Conditions in words that the person must confirm: statements, and facts that the directory does not have."""
    return [readable(rule) for rule in rules if rule.kind not in KINDS or KINDS[rule.kind].unknown(person)]


def readable(rule: Rule) -> str:
    """The rule as a condition in words: a computed one in the reader's language, a statement as it was written."""
    return words_for(rule.kind, rule.value) if rule.kind in KINDS else rule.words


def words_for(kind: str, value: Mapping[str, Any]) -> str:
    """A computed rule as a readable condition: "6 months or more in the organisation"."""
    return KINDS[kind].describe(value)


def condition(side: str, kind: str, value: Mapping[str, Any], words: str = "") -> Condition:
    """A rule with its words: computed kinds write their own, a statement brings them."""
    return Condition(side, kind, dict(value), words if kind == STATEMENT else words_for(kind, value))


def read_words(side: str, words: str) -> list[Condition]:
    """A template's condition as rules: computed where it clearly is, else a statement. "any" is no condition."""
    if words.split(";")[0] == "any":
        return []
    for pattern, kinds in _READABLE:
        if found := re.fullmatch(pattern, words):
            numbers = [int(number) for number in found.groups()]
            return [
                condition(side, kind, {KINDS[kind].parameter: number})
                for kind, number in zip(kinds, numbers, strict=True)
            ]
    return [Condition(side, STATEMENT, {}, words)]


AT_LEAST, AT_MOST = "months_in_organisation_at_least", "months_in_organisation_at_most"
_READABLE = (
    (r"(\d+) months or more in the organisation", (AT_LEAST,)),
    (r"(\d+) to (\d+) months in the organisation", (AT_LEAST, AT_MOST)),
    (r"joined within (\d+) days", ("joined_within_days",)),
)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    last = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))


def _too_new(person: InDirectory, value: Mapping[str, Any], today: date) -> str:
    assert person.hired_on
    from_day = add_months(person.hired_on, value["months"])
    if today >= from_day:
        return ""
    return gettext("This programme asks for %(rule)s. You can join from %(date)s.") % {
        "rule": _months_at_least(value), "date": date_format(from_day),
    }  # fmt: skip


def _too_long(person: InDirectory, value: Mapping[str, Any], today: date) -> str:
    assert person.hired_on
    if today <= add_months(person.hired_on, value["months"]):
        return ""
    return gettext(
        "This programme is for people with %(rule)s, and you have been here longer. "
        "Another programme may fit you better."
    ) % {"rule": _months_at_most(value)}


def _joined_before(person: InDirectory, value: Mapping[str, Any], today: date) -> str:
    assert person.hired_on
    if today - person.hired_on <= timedelta(days=value["days"]):
        return ""
    return gettext(
        "This programme is for people who have %(rule)s. Ask the programme's team if you would still like to join."
    ) % {"rule": _joined_within(value)}


def _level_low(person: InDirectory, value: Mapping[str, Any], today: date) -> str:
    assert person.level is not None
    return "" if person.level >= value["level"] else _level_words(person.level, _level_at_least(value))


def _level_high(person: InDirectory, value: Mapping[str, Any], today: date) -> str:
    assert person.level is not None
    return "" if person.level <= value["level"] else _level_words(person.level, _level_at_most(value))


def _level_words(level: int, rule: str) -> str:
    return gettext(
        "This programme asks for %(rule)s; the directory has you at level %(level)s. "
        "If that is out of date, ask your HR team to correct it."
    ) % {"rule": rule, "level": level}


def _not_in(fact: str) -> Judge:
    def why_not(person: InDirectory, value: Mapping[str, Any], today: date) -> str:
        stated = str(getattr(person, fact))
        if stated.casefold() in _folded(value["values"]):
            return ""
        return gettext(
            "This programme is for people in %(places)s; the directory has you in %(stated)s. "
            "If that is out of date, ask your HR team to correct it."
        ) % {"places": listed(value["values"]), "stated": stated}

    return why_not


def _speaks_none(person: InDirectory, value: Mapping[str, Any], today: date) -> str:
    if _folded(person.languages) & _folded(value["values"]):
        return ""
    return gettext(
        "This programme is held in %(languages)s. If you speak one of them, add it to your profile or ask your HR team."
    ) % {"languages": listed(value["values"])}


def _part_time(person: InDirectory, value: Mapping[str, Any], today: date) -> str:
    if person.full_time:
        return ""
    return gettext(
        "This programme is for people who work full time. If that is true of you, ask your HR team to correct it."
    )


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}


def listed(words: Sequence[str]) -> str:
    """ "Finance, Legal or Sales"."""
    if len(words) < 2:
        return "".join(words)
    return gettext("%(most)s or %(last)s") % {"most": ", ".join(words[:-1]), "last": words[-1]}


def _months_at_least(value: Mapping[str, Any]) -> str:
    months = value["months"]
    return ngettext(
        "%(months)s month or more in the organisation", "%(months)s months or more in the organisation", months
    ) % {"months": months}


def _months_at_most(value: Mapping[str, Any]) -> str:
    months = value["months"]
    return ngettext(
        "at most %(months)s month in the organisation", "at most %(months)s months in the organisation", months
    ) % {"months": months}


def _joined_within(value: Mapping[str, Any]) -> str:
    days = value["days"]
    return ngettext(
        "joined within the last %(days)s day", "joined within the last %(days)s days", days
    ) % {"days": days}  # fmt: skip


def _level_at_least(value: Mapping[str, Any]) -> str:
    return gettext("level %(level)s or higher") % value


def _level_at_most(value: Mapping[str, Any]) -> str:
    return gettext("level %(level)s or lower") % value


def _unit_in(value: Mapping[str, Any]) -> str:
    return gettext("works in %(units)s") % {"units": listed(value["values"])}


def _location_in(value: Mapping[str, Any]) -> str:
    return gettext("is based in %(places)s") % {"places": listed(value["values"])}


def _language_in(value: Mapping[str, Any]) -> str:
    return gettext("speaks %(languages)s") % {"languages": listed(value["values"])}


def _full_time(value: Mapping[str, Any]) -> str:
    return gettext("works full time")


def _no_date(person: InDirectory) -> bool:
    return person.hired_on is None


def _no_level(person: InDirectory) -> bool:
    return person.level is None


KINDS: dict[str, Kind] = {
    AT_LEAST: Kind(
        gettext_lazy("Months in the organisation, at least"), "months", _no_date, _too_new, _months_at_least
    ),
    AT_MOST: Kind(gettext_lazy("Months in the organisation, at most"), "months", _no_date, _too_long, _months_at_most),
    "joined_within_days": Kind(
        gettext_lazy("Joined within so many days"), "days", _no_date, _joined_before, _joined_within
    ),
    "level_at_least": Kind(gettext_lazy("Level, at least"), "level", _no_level, _level_low, _level_at_least),
    "level_at_most": Kind(gettext_lazy("Level, at most"), "level", _no_level, _level_high, _level_at_most),
    "unit_in": Kind(gettext_lazy("Unit is one of"), "values", lambda p: not p.unit, _not_in("unit"), _unit_in),
    "location_in": Kind(
        gettext_lazy("Location is one of"), "values", lambda p: not p.location, _not_in("location"), _location_in
    ),
    "language_in": Kind(gettext_lazy("Speaks one of"), "values", lambda p: not p.languages, _speaks_none, _language_in),
    "full_time": Kind(gettext_lazy("Works full time"), "", lambda p: False, _part_time, _full_time),
}
HIGHEST = {"months": 600, "days": 3650, "level": 99}
