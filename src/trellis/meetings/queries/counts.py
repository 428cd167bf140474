"""The four numbers. One definition, used by every screen, signal and export."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from trellis.meetings.models import Meeting, MeetingState


@dataclass(frozen=True)
class MeetingCounts:
    """Four separate numbers, never added in silently. A meeting is in one of them; a cancelled one in none."""

    planned: int = 0
    held_one: int = 0
    held_both: int = 0
    disputed: int = 0

    @property
    def held_by_anyone(self) -> int:
        """What stage exits and health signals count, so that one person's silence never blocks a pair."""
        return self.held_one + self.held_both


def meeting_counts(mentorships: Iterable[int]) -> dict[int, MeetingCounts]:
    """The four numbers of each mentorship (ids, or a queryset of them), zeros included; one query."""
    wanted = list(mentorships)
    found: dict[int, dict[str, int]] = {}
    rows = (
        Meeting.objects.filter(mentorship__in=wanted)
        .exclude(state=MeetingState.CANCELLED)
        .values_list("mentorship", "state")
        .annotate(Count("id"))
        .order_by()
    )
    for mentorship, state, number in rows:
        found.setdefault(mentorship, {})[state] = number
    return {mentorship: MeetingCounts(**found.get(mentorship, {})) for mentorship in wanted}
