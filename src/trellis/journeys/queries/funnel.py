"""How far the pairs of a programme have come. Counts and days; no pair is named."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import Count, F

from trellis.journeys.guide import plan_of, stage_name
from trellis.journeys.models import Journey, StageEntry
from trellis.mentorships.choices import LIVE_STATES
from trellis.programmes.models import Programme


@dataclass(frozen=True)
class StageCount:
    """`reached`: pairs that entered the stage; `here`: live pairs that stand in it; days from a pair's start."""

    stage: str
    name: str
    reached: int
    here: int
    median_days: float | None


def stage_counts(programme: Programme) -> list[StageCount]:
    """The funnel of a programme, one line a stage; two queries however many pairs."""
    rows = StageEntry.objects.filter(journey__mentorship__programme=programme).values_list(
        "stage", F("entered_at") - F("journey__mentorship__started_at")
    )
    days: defaultdict[str, list[float]] = defaultdict(list)
    for stage, lasted in rows:
        days[stage].append(lasted / timedelta(days=1))
    here = standing_counts(programme)
    return [
        StageCount(
            stage.id, stage_name(stage.id), len(days[stage.id]), here.get(stage.id, 0),
            round(median(days[stage.id]), 1) if days[stage.id] else None,
        )
        for stage in plan_of(programme).stages
    ]  # fmt: skip


def standing_counts(programme: Programme) -> dict[str, int]:
    """Stage -> live pairs in it; one query."""
    rows = Journey.objects.filter(mentorship__programme=programme, mentorship__state__in=LIVE_STATES)
    return dict(rows.values_list("stage").annotate(count=Count("id")).order_by())
