"""What the proof of a round promises, in words: each goal of matching promises and proves something else."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from trellis.matching import peer_promises
from trellis.matching.words import Words
from trellis.programmes.settings_model import MatchingSettings
from trellis_engine.matching.circle_plan import CIRCLE_OBJECTIVE
from trellis_engine.matching.peer_plan import PEER_OBJECTIVE

STABLE, WISHES, ROTATION, UNSCORED, TOTAL = "stable", "wishes", "rotation", "unscored", "total"
FLOOR = "floor"  # the usual goal, where a lowest score could be promised
SEVERAL = "several"  # the usual goal, where somebody wants more than one mentor
FEW_RANKS = 3  # of the choices that the summary counts


@dataclass(frozen=True)
class Promise:
    """`headline` and `text` for the board, `steps` for whoever asks how it is proven."""

    headline: str
    text: str
    steps: tuple[tuple[str, str], ...]
    best: bool = True  # False where only the distance from the best is known


def weeks_of(settings: Mapping[str, Any]) -> int:
    """For how many weeks a round rotates; 0 for a round of matches that last."""
    return int(settings.get("weeks") or 0)


def planned_rows(certificate: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The pairs of the plan, or the meetings of the rotation, as the certificate names them."""
    return list(certificate["meetings" if certificate["objective"] == ROTATION else "pairs"])


def promise_of(settings: Mapping[str, Any], certificate: Mapping[str, Any], mentees: int) -> Promise:
    """`mentees`: how many looked for a mentor."""
    kind = _kind(settings, certificate)
    headline = _stable_headline if kind == STABLE else _best_headline
    if kind == CIRCLE_OBJECTIVE:
        headline = partial(peer_promises.circles_headline, certificate)
    facts = {"a": certificate["matched"], "b": mentees}
    steps = _STEPS.get(kind, _STEPS[""])
    best = kind != CIRCLE_OBJECTIVE or peer_promises.gap_of(certificate) == (0, 0)
    return Promise(
        headline() % facts, _text(kind, certificate), tuple((str(one), str(two)) for one, two in steps), best
    )


def _kind(settings: Mapping[str, Any], certificate: Mapping[str, Any]) -> str:
    """The certificate says what was promised; which goal was asked for is for the checker."""
    if certificate["objective"] in (STABLE, WISHES, ROTATION, TOTAL, PEER_OBJECTIVE, CIRCLE_OBJECTIVE):
        return str(certificate["objective"])
    if not MatchingSettings.of(settings).scoring:
        return UNSCORED
    if "further" in certificate:
        return SEVERAL
    return FLOOR if certificate.get("floor") else ""


def _best_headline() -> str:
    return _("Proven best: matched %(a)s of %(b)s")


def _stable_headline() -> str:
    return _("Proven stable: matched %(a)s of %(b)s")


def _text(kind: str, certificate: Mapping[str, Any]) -> str:
    total = certificate["total"] // 1000
    if kind == STABLE:
        return _("Under this programme's rules and pins, no mentee and mentor would both rather have each other.")
    if kind == WISHES:
        return " ".join(
            filter(None, [_("No other plan matches more people, or fulfils better wishes."), _won(certificate)])
        )
    if kind == ROTATION:
        return ngettext(
            "%(meetings)s meetings in %(weeks)s week, nobody with the same mentor twice. No other rotation has more.",
            "%(meetings)s meetings in %(weeks)s weeks, nobody with the same mentor twice. No other rotation has more.",
            certificate["weeks"],
        ) % {"meetings": len(certificate["meetings"]), "weeks": certificate["weeks"]}
    if kind == CIRCLE_OBJECTIVE:
        return peer_promises.circles_text(certificate)
    if kind == UNSCORED:
        return _("Under this programme's rules and pins, no other plan matches more people. Nobody was scored.")
    if kind == TOTAL:
        return _("Under this programme's rules and pins, no other plan adds up to more than its %(total)s points.") % {
            "total": total
        }
    if kind == SEVERAL:
        return _(
            "Under this programme's rules and pins, no other plan matches more people, or gives them more mentors in "
            "all; none of those that do as well has a better weakest match; and none of these adds up to more than its "
            "%(total)s points."
        ) % {"total": total}
    if kind == FLOOR:
        return _(
            "Under this programme's rules and pins, no other plan matches more people; none of those that match as "
            "many serves the worst-off better; and none of these adds up to more than its %(total)s points."
        ) % {"total": total}
    return _(
        "Under this programme's rules and pins, no other plan matches more people, or adds up to more than its "
        "%(total)s points."
    ) % {"total": total}


def _won(certificate: Mapping[str, Any]) -> str:
    """How many have their first choice, their second, their third."""
    choices = {row["rank"]: row["value"] for row in certificate["stages"] if row["goal"] == "choice"}
    told = [_RANKS[rank] % {"n": choices[rank]} for rank in range(1, FEW_RANKS + 1) if choices.get(rank)]
    return _("Wishes fulfilled: %(which)s.") % {"which": ", ".join(told)} if told else ""


_RANKS: dict[int, Words] = {
    1: _lazy("%(n)s first choices"), 2: _lazy("%(n)s second choices"), 3: _lazy("%(n)s third choices"),
}  # fmt: skip

_PRICE = (
    _lazy("Each mentor's places have a price"),
    _lazy(
        "The price says how much one more place with that mentor would add to the whole plan at the most. Nobody pays "
        "it; it is a measuring stick."
    ),
)
_CEILING = (
    _lazy("With these prices, no plan can be worth more than a certain sum"),
    _lazy(
        "Give every mentee the best they could have after the prices, and add the prices of all places. That sum is a "
        "ceiling for every plan there is, not only for those somebody tried."
    ),
)
_KEEPS_FLOOR = (
    _lazy("This plan reaches the ceiling"),
    _lazy(
        "So none is better among those that keep the lowest score. The check is a short program of its own "
        "that shares nothing with the one that found the plan."
    ),
)
_STEPS: dict[str, tuple[tuple[Words, Words], ...]] = {
    FLOOR: (
        (
            _lazy("Nobody is worse off than need be"),
            _lazy(
                "Every match reaches a lowest score or, where nobody better exists for somebody, their own best. Two "
                "groups of mentors are named who have too few places: one shows that nobody else could be matched, the "
                "other that with a higher lowest score fewer people would be."
            ),
        ),
        _PRICE,
        _CEILING,
        _KEEPS_FLOOR,
    ),
    SEVERAL: (
        (
            _lazy("Nobody goes short for somebody else's gain"),
            _lazy(
                "Two groups of mentors are named who have too few places: one shows that nobody else could be matched, "
                "the other that nobody could be given one mentor more, unless somebody lost one."
            ),
        ),
        (
            _lazy("The weakest match is as good as it can be"),
            _lazy(
                "Every match, a second or third mentor too, reaches a lowest score or, where there are fewer that good "
                "for somebody than they want, the last of their own best. A third group of mentors shows that with a "
                "higher lowest score somebody would lose a mentor."
            ),
        ),
        _PRICE,
        _CEILING,
        _KEEPS_FLOOR,
    ),
    "": (
        _PRICE,
        _CEILING,
        (
            _lazy("This plan reaches the ceiling"),
            _lazy(
                "So none is better: first by how many mentees are matched, then by the total score. The check is a "
                "short program of its own that shares nothing with the one that found the plan."
            ),
        ),
    ),
    STABLE: (
        (
            _lazy("Everybody has an order"),
            _lazy(
                "Whom a person ranked comes first, in their order; then everybody else the rules allow, by the score "
                "of the pair. Equal ones are put in an order drawn by lot."
            ),
        ),
        (
            _lazy("Two could upset the plan if both gained"),
            _lazy(
                "A mentee and a mentor who are not together, and who would both rather have each other than somebody "
                "the plan gave them, or than a place that is left empty."
            ),
        ),
        (
            _lazy("There are no such two"),
            _lazy(
                "The check goes over every pair the rules allow, one by one. It is a short program of its own that "
                "shares nothing with the one that found the plan."
            ),
        ),
    ),
    WISHES: (
        (
            _lazy("One goal after the other"),
            _lazy(
                "First as many mentees matched as possible; then as many first choices as possible without giving that "
                "up; then second choices, third choices, and last the total score."
            ),
        ),
        (
            _lazy("Each goal has its own ceiling"),
            _lazy(
                "Prices for the mentors' places show how far each goal can be reached at all by the plans that are "
                "best in every goal before it."
            ),
        ),
        (
            _lazy("This plan reaches every ceiling"),
            _lazy(
                "So no other does better in the first goal where they differ. The check is a short program of its own "
                "that shares nothing with the one that found the plan."
            ),
        ),
    ),
    ROTATION: (
        (
            _lazy("The weeks are counted together first"),
            _lazy(
                "In all weeks a mentee can have at most one meeting for each week, a mentor as many as their places "
                "for each week, and no two people meet twice."
            ),
        ),
        _CEILING,
        (
            _lazy("This rotation reaches the ceiling, and each of its weeks is possible"),
            _lazy(
                "So none is better: first by how many mentees meet anybody, then by the number of meetings, then by "
                "the total score. The check looks at every single week too."
            ),
        ),
    ),
}  # fmt: skip
_STEPS |= peer_promises.STEPS
_SHARES_NOTHING = _lazy(
    "So none is better. The check is a short program of its own that shares nothing with the one that found the plan."
)
_STEPS[UNSCORED] = _STEPS[TOTAL] = (_PRICE, _CEILING, (_STEPS[""][2][0], _SHARES_NOTHING))
