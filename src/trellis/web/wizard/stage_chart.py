"""The stage plan as lanes of a chart: where each stage lies on the programme's weeks, in the units of the drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

from trellis.programmes.checks import stage_name
from trellis.programmes.plan import Window

LEFT, WIDTH, LANE, TOP = 165, 525, 22, 20


@dataclass(frozen=True)
class Lane:
    name: str
    x: int
    y: int
    width: int
    text_y: int
    from_week: int
    to_week: int


@dataclass(frozen=True)
class Chart:
    lanes: tuple[Lane, ...]
    height: int
    first_week: int
    last_week: int
    start_x: int  # where week 0 lies


def stage_chart(plan: Sequence[Window]) -> Chart:
    """Lanes from the first week of the plan to its last; a stage of no length still shows."""
    first = min((window.from_week for window in plan), default=0)
    last = max((window.to_week for window in plan), default=1)
    unit = WIDTH / max(last - first, 1)
    lanes = tuple(
        Lane(
            stage_name(window.stage), round(LEFT + (window.from_week - first) * unit), TOP + LANE * number,
            max(round((window.to_week - window.from_week) * unit), 6), TOP + LANE * number + 12,
            window.from_week, window.to_week,
        )
        for number, window in enumerate(plan)
    )  # fmt: skip
    return Chart(lanes, TOP + LANE * len(plan) + 4, first, last, round(LEFT - first * unit))
