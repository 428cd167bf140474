"""What those outside the pair may know of goals: numbers, and what a mentee chose to show their manager."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from trellis.goals.models import Goal, GoalStatus
from trellis.people.models import Person
from trellis.programmes.choices import PairVisibility


@dataclass(frozen=True)
class GoalCounts:
    """For the coordinator: how many, by status. A draft is its owner's alone and is not even counted."""

    active: int = 0
    reached: int = 0
    dropped: int = 0


@dataclass(frozen=True)
class ManagerGoal:
    """What a people manager sees of a goal that its owner shares with them; nothing about pair or programme."""

    owner_id: int
    owner: str
    title: str
    status: str

    @property
    def status_words(self) -> str:
        return str(GoalStatus(self.status).label)


def goal_counts(mentorships: Iterable[int]) -> dict[int, GoalCounts]:
    """The numbers of each mentorship (ids, or a queryset of them), zeros included; one query."""
    wanted = list(mentorships)
    found: dict[int, dict[str, int]] = {}
    rows = (
        Goal.objects.filter(mentorship__in=wanted)
        .exclude(status=GoalStatus.DRAFT)
        .values_list("mentorship", "status")
        .annotate(Count("id"))
        .order_by()
    )
    for mentorship, status, number in rows:
        found.setdefault(mentorship, {})[status] = number
    return {mentorship: GoalCounts(**found.get(mentorship, {})) for mentorship in wanted}


def goals_for_manager(manager: Person) -> list[ManagerGoal]:
    """Goals that people reporting to `manager` share with them right now; one query.

    None of a programme that hides its pairs: the goal would give the pair away.
    """
    rows = (
        Goal.objects.filter(owner__manager=manager, shared_with_manager=True)
        .filter(mentorship__programme__pair_visibility=PairVisibility.EXISTENCE)
        .exclude(status=GoalStatus.DRAFT)
        .select_related("owner")
        .only("title", "status", "owner__given_name", "owner__preferred_name", "owner__family_name")
        .order_by("owner__sort_name", "id")
    )
    return [ManagerGoal(goal.owner_id, goal.owner.full_name, goal.title, goal.status) for goal in rows]
