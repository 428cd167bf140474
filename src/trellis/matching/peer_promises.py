"""What the proofs of peers and of circles promise, in words; `queries.promises` adds them to its own."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from trellis_engine.matching.circle_plan import CIRCLE_OBJECTIVE
from trellis_engine.matching.peer_plan import PEER_OBJECTIVE


def circles_headline(certificate: Mapping[str, Any]) -> str:
    """Which mentors should open is too hard to settle for certain in every case, so the words say whether it is."""
    if gap_of(certificate) == (0, 0):
        return _("Proven best: %(a)s of %(b)s in circles")
    return _("%(a)s of %(b)s in circles, and how far from best that can be")


def circles_text(certificate: Mapping[str, Any]) -> str:
    mentees, points = gap_of(certificate)
    smallest = _("No circle has fewer than %(smallest)s.") % {"smallest": certificate["smallest"]}
    if (mentees, points) == (0, 0):
        return " ".join([smallest, _("No other plan places more people, or adds up to more points.")])
    if mentees:
        most = ngettext(
            "A better plan could place at most %(count)d more.", "A better plan could place at most %(count)d more.",
            mentees,
        )  # fmt: skip
        return " ".join([smallest, most % {"count": mentees}])
    most = _("No other plan places more people; a better one could add at most %(points)s of %(total)s points.")
    return " ".join([smallest, most % {"points": -(-points // 1000), "total": certificate["total"] // 1000}])


def gap_of(certificate: Mapping[str, Any]) -> tuple[int, int]:
    """Mentees more, and points more, that a better plan may have at most."""
    bonus = certificate["bonus"]
    gap = certificate["bound"] - bonus * certificate["matched"] - certificate["total"]
    mentees = (gap + bonus // 2) // bonus
    return mentees, gap - mentees * bonus


_OWN_PROGRAM = _lazy("The check is a short program of its own that shares nothing with the one that found the plan.")
STEPS = {
    PEER_OBJECTIVE: (
        (
            _lazy("Each person has a price"),
            _lazy(
                "The price says how much one more person like them would add to the whole plan at the most. Nobody "
                "pays it; it is a measuring stick. Where an odd number of people suit each other, the set as a whole "
                "has a price too, because one of them must stay without a partner inside it."
            ),
        ),
        (
            _lazy("The prices pay for every pair that is allowed"),
            _lazy(
                "So no way to pair people up can be worth more than all prices together. That sum is a ceiling for "
                "every plan there is, not only for those somebody tried."
            ),
        ),
        (
            _lazy("This plan reaches the ceiling"),
            _lazy(
                "So none is better: first by how many people have a partner, then by the total score. A pair counts "
                "for its weaker direction. The check is a short program of its own that shares nothing with the one "
                "that found the plan."
            ),
        ),
    ),
    CIRCLE_OBJECTIVE: (
        (
            _lazy("First the smallest size is left out"),
            _lazy("Without it more plans are possible, so the best of them is a ceiling for circles as well."),
        ),
        (
            _lazy("The mentors who open are chosen by trial"),
            _lazy(
                "Trying every choice would take too long. For the mentors chosen, who goes where is the best there is."
            ),
        ),
        (_lazy("The distance to the ceiling is told"), _OWN_PROGRAM),
    ),
}
