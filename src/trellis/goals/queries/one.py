from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, QuerySet

from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.mentorships.choices import LIVE_STATES
from trellis.people.models import Person

FOR_PARTNER = ("id", "mentorship_id", "owner_id", "status", "title", "progress", "shared_in_full", "settled_at")
FOR_OWNER = (
    "outcome", "evidence", "why", "if_then", "linked_skill", "due_on", "first_action_on", "final_attainment",
)  # fmt: skip


@dataclass(frozen=True)
class StepRow:
    id: int
    text: str
    owner_id: int
    due_on: date
    done_at: datetime | None


@dataclass(frozen=True)
class GoalPage:
    """One goal as its owner or their partner may see it. What they may not see is empty here."""

    id: int
    mentorship_id: int
    owner_id: int
    status: str
    title: str
    progress: int
    shared_in_full: bool
    settled_at: datetime | None
    mine: bool
    in_full: bool  # this reader sees everything
    live: bool  # its mentorship is
    shared_with_manager: bool = False
    outcome: str = ""
    evidence: str = ""
    why: str = ""
    if_then: str = ""
    linked_skill: str = ""
    due_on: date | None = None
    first_action_on: date | None = None
    final_attainment: int | None = None
    steps: list[StepRow] = field(default_factory=list)

    @property
    def status_words(self) -> str:
        return str(GoalStatus(self.status).label)

    @property
    def steps_done(self) -> int:
        return sum(step.done_at is not None for step in self.steps)


def visible_to(person: Person) -> QuerySet[Goal]:
    """Goals whose title `person` may see: their own, and those of their pairs that are no drafts."""
    return Goal.objects.filter(
        Q(owner=person) | ~Q(status=GoalStatus.DRAFT), mentorship__parties__person=person
    ).distinct()


def goal_page(goal_id: int, person: Person) -> GoalPage | None:
    """The goal as `person` may see it, or None where it does not exist for them; three queries at most."""
    base = visible_to(person).filter(pk=goal_id)
    row = base.values(*FOR_PARTNER, "mentorship__state").first()
    if row is None:
        return None
    live = row.pop("mentorship__state") in LIVE_STATES
    mine = row["owner_id"] == person.pk
    in_full = mine or row["shared_in_full"]
    more = base.values(*FOR_OWNER, *(["shared_with_manager"] if mine else [])).get() if in_full else {}
    steps = ActionItem.objects.filter(goal=goal_id).order_by("due_on", "id")
    if not in_full:
        steps = steps.filter(owner=person)
    rows = [StepRow(step.pk, step.text, step.owner_id, step.due_on, step.done_at) for step in steps]
    return GoalPage(**row, **more, mine=mine, in_full=in_full, live=live, steps=rows)
