"""Every write to a journey: its stages, a person's ticks, the half-time choice, the look back, the close."""

from trellis.journeys.actions.check_ins import answer_check_in, skip_check_in
from trellis.journeys.actions.closing import CloseRefused, close_journey, write_reflection
from trellis.journeys.actions.review import ReviewRefused, record_review
from trellis.journeys.actions.stages import (
    AdvanceRefused,
    advance_journey,
    press_next,
    refresh_journey,
    refresh_journeys,
    start_journey,
)
from trellis.journeys.actions.tasks import TaskRefused, tick_task, untick_task

__all__ = [
    "AdvanceRefused",
    "CloseRefused",
    "ReviewRefused",
    "TaskRefused",
    "advance_journey",
    "answer_check_in",
    "close_journey",
    "press_next",
    "record_review",
    "refresh_journey",
    "refresh_journeys",
    "skip_check_in",
    "start_journey",
    "tick_task",
    "untick_task",
    "write_reflection",
]
