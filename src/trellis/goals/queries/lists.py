from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.mentorships.choices import LIVE_STATES, PartyRole
from trellis.mentorships.models import Party
from trellis.mentorships.queries.partners import Partner, partners_in
from trellis.people.models import Person

Row = dict[str, Any]  # columns of values(), by their names


@dataclass(frozen=True)
class GoalRow:
    """One goal in a list. `due_on` and the next step are empty where the reader may not see them."""

    id: int
    mentorship_id: int
    title: str
    status: str
    progress: int
    mine: bool
    partner: Partner
    due_on: date | None
    is_late: bool
    next_step: str
    next_on: date | None
    next_is_late: bool

    @property
    def status_words(self) -> str:
        return str(GoalStatus(self.status).label)


@dataclass(frozen=True)
class GoalPlace:
    """A live mentorship in which the person may write goals."""

    mentorship_id: int
    partner: str
    live_goals: int


@dataclass(frozen=True)
class GoalLists:
    drafts: list[GoalRow]
    active: list[GoalRow]
    settled: list[GoalRow]
    theirs: list[GoalRow]  # of the people this person mentors
    places: list[GoalPlace]


def goal_lists(person: Person, today: date) -> GoalLists:
    """The page of goals; a fixed number of queries."""
    rows = _rows(person, today, Goal.objects.all())
    mine = [row for row in rows if row.mine]
    active = [row for row in mine if row.status == GoalStatus.ACTIVE]
    own_places = Party.objects.filter(person=person, mentorship__state__in=LIVE_STATES).exclude(role=PartyRole.MENTOR)
    places = list(own_places.order_by("mentorship_id").values_list("mentorship_id", flat=True))
    partners = partners_in(places, person)
    return GoalLists(
        drafts=[row for row in mine if row.status == GoalStatus.DRAFT],
        active=active,
        settled=[row for row in mine if row.status in {GoalStatus.REACHED, GoalStatus.DROPPED}],
        theirs=[row for row in rows if not row.mine],
        places=[
            GoalPlace(place, partners[place].first_name, sum(row.mentorship_id == place for row in active))
            for place in places
        ],
    )


def active_goals(person: Person, today: date) -> list[GoalRow]:
    """Active goals of the person's live mentorships, their own and their mentees'; four queries."""
    return _rows(person, today, Goal.objects.filter(status=GoalStatus.ACTIVE, mentorship__state__in=LIVE_STATES))


def _rows(person: Person, today: date, goals: QuerySet[Goal]) -> list[GoalRow]:
    """Loads the columns a reader may see: everything of their own, title, status and progress of others', and the
    date of those shared in full."""
    inside = goals.filter(mentorship__parties__person=person)
    columns = ("id", "mentorship_id", "title", "status", "progress")
    own: list[Row] = [
        dict(row) for row in inside.filter(owner=person).order_by("due_on", "id").values(*columns, "due_on")
    ]
    others = inside.exclude(owner=person).exclude(status=GoalStatus.DRAFT).order_by("mentorship", "id")
    theirs: list[Row] = [dict(row) for row in others.values(*columns)]
    dates = dict(others.filter(shared_in_full=True).values_list("id", "due_on"))
    for row in theirs:
        row["due_on"] = dates.get(row["id"])
    partners = partners_in([row["mentorship_id"] for row in own + theirs], person)
    steps = _next_steps(person, full=[*[row["id"] for row in own], *dates], other=[row["id"] for row in theirs])
    return [
        *[_row(row, True, partners, steps, today) for row in own],
        *[_row(row, False, partners, steps, today) for row in theirs],
    ]


def _next_steps(person: Person, *, full: Iterable[int], other: Iterable[int]) -> dict[int, ActionItem]:
    """The next open step of each goal that this reader may see: all of `full`, only their own of `other`."""
    open_steps = ActionItem.objects.filter(
        Q(goal__in=list(full)) | Q(goal__in=list(other), owner=person), done_at=None
    ).order_by("due_on", "id")
    found: dict[int, ActionItem] = {}
    for step in open_steps:
        found.setdefault(step.goal_id, step)
    return found


def _row(row: Row, mine: bool, partners: dict[int, Partner], steps: dict[int, ActionItem], today: date) -> GoalRow:
    step = steps.get(row["id"])
    return GoalRow(
        **row, mine=mine, partner=partners[row["mentorship_id"]],
        is_late=row["due_on"] is not None and row["due_on"] < today,
        next_step=step.text if step else "", next_on=step.due_on if step else None,
        next_is_late=step is not None and step.due_on < today,
    )  # fmt: skip
