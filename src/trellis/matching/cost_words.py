"""What another plan costs, in words: in points as scores are told, because nobody decides by a thousandth."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

UNITS = 1000  # of the matcher's score for one point that people see
LEAST = UNITS // 10  # told as a number; what is less is not told as nothing
WHOLE = 10 * UNITS  # from here on without a decimal


def points(units: int) -> str:
    """Units of the score as points: 3250 are 3.3, 40 are less than 0.1."""
    if 0 < units < LEAST:
        return _("less than %(points)s") % {"points": number_format(Decimal(LEAST) / UNITS)}
    rounded = (Decimal(units) / UNITS).quantize(Decimal(1 if units >= WHOLE else "0.1"), ROUND_HALF_UP)
    return str(number_format(int(rounded) if rounded == int(rounded) else rounded, force_grouping=True))


def matched_words(change: int) -> str:
    """How many mentees more or fewer have a mentor."""
    if not change:
        return _("As many mentees have a mentor as now.")
    if change > 0:
        return ngettext(
            "%(n)d mentee more has a mentor.", "%(n)d mentees more have a mentor.", change
        ) % {"n": change}  # fmt: skip
    return ngettext(
        "%(n)d mentee fewer has a mentor.", "%(n)d mentees fewer have a mentor.", -change
    ) % {"n": -change}  # fmt: skip


def points_words(change: int) -> str:
    """How the scores of all pairs together change."""
    if not change:
        return _("The scores add up to the same.")
    said = _("The scores add up to %(points)s more.") if change > 0 else _("The scores add up to %(points)s less.")
    count = points(abs(change))
    return said % {"points": ngettext("%(n)s point", "%(n)s points", 1 if count == "1" else 2) % {"n": count}}


def short_words(matched: int, change: int, *, exact: bool) -> str:
    """Both in one line of a list; `exact` or at the least, where what is hardly a point is none."""
    change = change if exact or abs(change) >= LEAST else 0
    told = []
    if matched:
        told.append(ngettext("%(n)s mentee", "%(n)s mentees", abs(matched)) % {"n": f"{matched:+d}".replace("-", "−")})
    if 0 < abs(change) < LEAST:
        words = _("%(n)s points more") if change > 0 else _("%(n)s points less")
        told.append(words % {"n": points(abs(change))})
    elif change or not told:
        sign = "+" if change > 0 else "−" if change else ""
        count = points(abs(change))
        told.append(ngettext("%(n)s point", "%(n)s points", 1 if count == "1" else 2) % {"n": sign + count})
    line = ", ".join(told)
    return line if exact else _("%(cost)s, or more") % {"cost": line}


def against_words(matched: int, units: int) -> str:
    """What the board costs beside the plan that was proven best: mentees and points less."""
    if not matched and not units:
        return _("It costs nothing against the proven best.")
    told = _("It comes to %(change)s against the proven best.")
    return told % {"change": short_words(-matched, -units, exact=True)}
