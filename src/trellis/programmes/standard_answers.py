"""The answers every sign-up form asks for, because matching reads them: style, values, half-days, places.

Pure, like questions.py; used by the form and by the import of sign-ups alike.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.programmes.choices import Side
from trellis.programmes.content import shared_values
from trellis.programmes.questions import AnswerRefused

GOAL_AT_MOST = 600
VALUES_AT_MOST = 5
NO_MATCH_AT_MOST = 10
PLACES_AT_MOST = 5  # unless the programme's own default is higher (circles)

WORKING_STYLES: dict[str, tuple[str | Promise, str | Promise]] = {
    "structured": (gettext_lazy("Structured"), gettext_lazy("Plans, dates and an agenda")),
    "exploratory": (gettext_lazy("Exploratory"), gettext_lazy("Follow what comes up")),
    "direct": (gettext_lazy("Direct"), gettext_lazy("Say it straight, challenge me")),
    "reflective": (gettext_lazy("Reflective"), gettext_lazy("Think first, then talk")),
}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
HALVES = ("am", "pm")
HALF_DAYS = tuple(f"{day} {half}" for day in DAYS for half in HALVES)
DAY_NAMES = {
    "Mon": gettext_lazy("Monday"), "Tue": gettext_lazy("Tuesday"), "Wed": gettext_lazy("Wednesday"),
    "Thu": gettext_lazy("Thursday"), "Fri": gettext_lazy("Friday"),
}  # fmt: skip
OTHER_VALUES = ("autonomy", "balance", "impact", "status")  # words that other organisations' forms use
VALUES = (*shared_values(), *OTHER_VALUES)


def parse_style(text: str) -> str:
    """A working style by its id or name; "" when nothing was given."""
    word = text.strip().casefold()
    if word and word not in WORKING_STYLES:
        raise AnswerRefused(
            _("“%(word)s” is not a working style. Use one of: %(styles)s.")
            % {"word": text.strip()[:40], "styles": ", ".join(WORKING_STYLES)}
        )
    return word


def parse_values(words: Iterable[str]) -> tuple[str, ...]:
    """Up to five values, each once."""
    found = tuple(dict.fromkeys(word.strip().casefold() for word in words if word.strip()))
    for word in found:
        if word not in VALUES:
            near = get_close_matches(word, VALUES, n=1) or [_("one of: %(all)s") % {"all": ", ".join(VALUES)}]
            raise AnswerRefused(_("“%(word)s” is not in the list of values. Use %(near)s.") % {
                "word": word[:40], "near": near[0],
            })  # fmt: skip
    if len(found) > VALUES_AT_MOST:
        raise AnswerRefused(
            _("Choose at most %(most)d values (you have %(have)d).") % {"most": VALUES_AT_MOST, "have": len(found)}
        )
    return found


def parse_availability(parts: Iterable[str]) -> tuple[str, ...]:
    """Half-days in the order of the week."""
    given = {" ".join(part.split()).casefold() for part in parts if part.strip()}
    known = {half_day.casefold(): half_day for half_day in HALF_DAYS}
    for part in sorted(given - set(known)):
        raise AnswerRefused(
            _("“%(part)s” is not a half-day. Write the day and am or pm, for example “Thu am”.") % {"part": part[:40]}
        )
    return tuple(half_day for half_day in HALF_DAYS if half_day.casefold() in given)


def most_places(*, side: str, mentor_capacity_default: int, mentors_per_mentee: int) -> int:
    """How many relationships a person may hold on one side of a programme."""
    if side == Side.MENTEE:
        return max(mentors_per_mentee, 1)
    return max(mentor_capacity_default, PLACES_AT_MOST)


def parse_places(text: str, most: int) -> int:
    """Places from 1 to `most`; a person who has none pauses instead."""
    words = text.strip()
    if not (words.isascii() and words.isdigit()) or not 1 <= int(words[:6]) <= most:
        raise AnswerRefused(
            _("“%(words)s” places are not possible here. Give a whole number from 1 to %(most)d; with none, pause.")
            % {"words": words[:20], "most": most}
        )
    return int(words)
