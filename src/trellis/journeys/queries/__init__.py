"""Reads of a journey. The stage is derived from facts when read, so a page is right before any job has run."""

from trellis.journeys.queries.funnel import StageCount, stage_counts, standing_counts
from trellis.journeys.queries.page import JourneyView, StageLine, journey_view, next_step_of
from trellis.journeys.queries.steps import NextStep

__all__ = [
    "JourneyView",
    "NextStep",
    "StageCount",
    "StageLine",
    "journey_view",
    "next_step_of",
    "stage_counts",
    "standing_counts",
]
