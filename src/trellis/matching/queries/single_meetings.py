"""Flash mentorships that are still open: one meeting each, and when its time is over."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from trellis.meetings.models import HELD_BY_ANYONE, Meeting, MeetingState
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.programmes.choices import MentoringModel


@dataclass(frozen=True)
class Single:
    """`over`: when the last meeting they planned or noted ends; without any, the end of the mentorship's last day."""

    mentorship: Mentorship
    over: datetime
    planned: bool  # a meeting stands in the calendar, so they are asked about it by itself
    held: bool  # one of them says that it took place


def open_singles(only: int | None = None) -> list[Single]:
    """Those of the organisation that run, or that one of them. Two queries."""
    rows = Mentorship.objects.filter(programme__model=MentoringModel.FLASH, state=MentorshipState.ACTIVE)
    rows = rows.filter(pk=only) if only else rows
    running = {row.pk: row for row in rows.select_related("programme").order_by("pk")}
    meetings = Meeting.objects.filter(mentorship__in=running).exclude(state=MeetingState.CANCELLED)
    ends: dict[int, list[tuple[datetime, bool]]] = {}
    for pair, starts_at, minutes, state in meetings.values_list("mentorship", "starts_at", "minutes", "state"):
        ends.setdefault(pair, []).append((starts_at + timedelta(minutes=minutes), state in HELD_BY_ANYONE))
    return [_single(row, ends.get(row.pk, [])) for row in running.values()]


def _single(row: Mentorship, ends: list[tuple[datetime, bool]]) -> Single:
    last_day = datetime.combine(row.planned_end_on + timedelta(days=1), time.min, UTC)
    return Single(row, max((end for end, _ in ends), default=last_day), bool(ends), any(held for _, held in ends))
