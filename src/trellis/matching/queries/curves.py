"""Curves: what one good costs in another, every point a proven plan; as rows and as places in a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trellis.matching.models import Scenario
from trellis.matching.queries.board import shown_score
from trellis.matching.queries.scenarios import CURVE
from trellis.programmes.models import Programme

Stored = Mapping[str, Any]  # JSON
Words = str | Promise


@dataclass(frozen=True)
class Axis:
    """What is turned, and which two figures of the plans are drawn against each other."""

    key: str
    label: Words
    lede: Words
    across: str  # a figure's key
    across_words: Words
    up: str
    up_words: Words


AXES = {
    each.key: each
    for each in (
        Axis(
            "floor", gettext_lazy("Weakest match"),
            gettext_lazy("What it costs in total to let nobody fall behind. As many are matched at every point."),
            "floor", gettext_lazy("score of the weakest match"), "total", gettext_lazy("total score"),
        ),
        Axis(
            "minimum_score", gettext_lazy("Coverage"),
            gettext_lazy("Whom it leaves without a mentor to propose no match below a score."),
            "floor", gettext_lazy("score of the weakest match"), "matched", gettext_lazy("mentees matched"),
        ),
        Axis(
            "spread", gettext_lazy("Even load"),
            gettext_lazy("What it costs in total to share mentees out evenly among mentors."),
            "heaviest", gettext_lazy("most mentees of one mentor"), "total", gettext_lazy("total score"),
        ),
        Axis(
            "keep_bonus", gettext_lazy("Churn"),
            gettext_lazy(
                "If running pairs were placed again: how many would change, and what that would bring. No pair is "
                "touched by looking."
            ),
            "broken", gettext_lazy("running pairs that would change"), "total", gettext_lazy("total score"),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class PointRow:
    """One plan. `value` in score units, as it is sent back; the rest as people read it."""

    value: int
    setting: str
    matched: int
    of: int
    floor: int
    total: str
    middle: int
    heaviest: int
    changed: int
    broken: int
    beaten: bool
    x: int
    y: int


@dataclass(frozen=True)
class Tick:
    at: int
    words: str


@dataclass(frozen=True)
class Picture:
    """Places in a drawing of 640 by 300."""

    line: str  # the points that nothing beats, as an SVG polyline
    area: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    summary: str


@dataclass(frozen=True)
class Curve:
    axis: Axis
    points: list[PointRow]
    picture: Picture
    kept: int
    proven: bool

    @property
    def flat(self) -> bool:
        """All points lie in one place: there is nothing to choose between."""
        return len({(point.x, point.y) for point in self.points}) < 2


def curve_row(programme: Programme, axis: str) -> Scenario | None:
    """The row that holds, or will hold, a curve. One query."""
    rows = Scenario.objects.filter(programme=programme, figures__kind=CURVE, figures__axis=axis)
    return rows.select_related("programme").defer("inputs").order_by("-number").first()


LEFT, RIGHT, TOP, BOTTOM = 76, 620, 30, 240  # of the drawing, inside its labels
TICKS = 5


def curve_of(row: Scenario) -> Curve:
    """A solved curve, ready to draw. No query."""
    axis = AXES[row.figures["axis"]]
    stored: list[Stored] = [_with_load(point) for point in row.figures["points"]]
    across, up = (_Scale([point[key] for point in stored]) for key in (axis.across, axis.up))
    points = [
        PointRow(
            point["value"], _setting(axis.key, point["value"]), point["matched"], point["of"],
            shown_score(point["floor"]), f"{shown_score(point['total']):,}", shown_score(point["middle"]),
            point["heaviest"], point["changed"], point["broken"], point["beaten"],
            across.place(point[axis.across], LEFT, RIGHT), up.place(point[axis.up], BOTTOM, TOP),
        )
        for point in stored
    ]  # fmt: skip
    return Curve(
        axis, points, _picture(axis, points, across, up), row.figures["kept"],
        all(point["proven"] for point in row.figures["points"]),
    )  # fmt: skip


def _with_load(point: Stored) -> Stored:
    return {**point, "heaviest": len(point["loads"]) - 1}


def _setting(axis: str, value: int) -> str:
    points = shown_score(value)
    if axis in ("floor", "minimum_score"):
        return _("nobody below %(score)d") % {"score": points}
    return ngettext("%(points)d point", "%(points)d points", points) % {"points": points}


class _Scale:
    """From the lowest to the highest figure, with a little room where they are all the same."""

    def __init__(self, values: Sequence[int]) -> None:
        self.low, self.high = min(values, default=0), max(values, default=0)

    def place(self, value: int, start: int, stop: int) -> int:
        if self.high == self.low:
            return (start + stop) // 2
        return start + (stop - start) * (value - self.low) // (self.high - self.low)

    def ticks(self, start: int, stop: int, *, in_points: bool) -> tuple[Tick, ...]:
        count = min(TICKS, self.high - self.low + 1)
        steps = range(count) if count > 1 else range(1)
        values = [self.low + (self.high - self.low) * step // max(count - 1, 1) for step in steps]
        words = {value: f"{shown_score(value) if in_points else value:,}" for value in values}
        return tuple(Tick(self.place(value, start, stop), text) for value, text in words.items())


def _picture(axis: Axis, points: Sequence[PointRow], across: _Scale, up: _Scale) -> Picture:
    best = sorted({(point.x, point.y) for point in points if not point.beaten})
    line = " ".join(f"{x},{y}" for x, y in best)
    area = f"{best[0][0]},{BOTTOM} {line} {best[-1][0]},{BOTTOM}" if best else ""
    scores = {"floor", "total"}
    return Picture(
        line, area, across.ticks(LEFT, RIGHT, in_points=axis.across in scores),
        up.ticks(BOTTOM, TOP, in_points=axis.up in scores),
        _("%(up)s against %(across)s, %(count)d plans; the table beside it says the same") % {
            "up": axis.up_words, "across": axis.across_words, "count": len(points),
        },
    )  # fmt: skip
