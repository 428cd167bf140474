"""Where a published rotation is, week by week."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet

from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.promises import weeks_of
from trellis.programmes.models import Programme

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Running:
    """What a published rotation still has before it."""

    week: int  # that runs now
    weeks: int
    waiting: int  # pairs whose week is still to come, or whose people have no free place yet
    next_at: datetime  # when the next of them can be offered


def week_of(found: Round, now: datetime) -> int:
    """The week of a published rotation that runs at `now`, from 1."""
    assert found.published_at is not None
    return (now - found.published_at) // WEEK + 1


def waiting_weeks() -> QuerySet[Proposal]:
    """Pairs of published rotations that are not offered yet."""
    return Proposal.objects.filter(
        week__isnull=False, state=ProposalState.APPROVED, round__state=RoundState.PUBLISHED,
        round__published_at__isnull=False,
    )  # fmt: skip


def is_rotating(programme: Programme) -> bool:
    """Whether a rotation of this programme has weeks to come."""
    return waiting_weeks().filter(programme=programme).exists()


def running(found: Round, now: datetime) -> Running | None:
    """None for a round that does not rotate, or has nothing left to offer. One query."""
    if not weeks_of(found.settings) or found.published_at is None:
        return None
    left = waiting_weeks().filter(round=found).aggregate(count=Count("id"), first=Min("week"))
    if not left["count"]:
        return None
    next_at = max(found.published_at + WEEK * (left["first"] - 1), now)
    return Running(min(week_of(found, now), weeks_of(found.settings)), weeks_of(found.settings), left["count"], next_at)
