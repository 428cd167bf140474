"""Counts for leaders. A table of groups is shown whole or not at all; a single count only from five upwards."""

from dataclasses import dataclass

from django.db.models import Count, Q

from trellis.insights.small_groups import LEAST, too_small
from trellis.mentorships.choices import LIVE_STATES, MentorshipState
from trellis.mentorships.models import Mentorship, Party
from trellis.people.models import Person
from trellis.programmes.choices import EnrolmentState, ProgrammeStatus
from trellis.programmes.models import Programme


@dataclass(frozen=True)
class Figure:
    """A count, or None where the group is too small to be shown."""

    value: int | None

    @classmethod
    def of(cls, count: int) -> "Figure":
        return cls(None if too_small(count) else count)


@dataclass(frozen=True)
class ProgrammeLine:
    name: str
    status: str
    enrolled: Figure
    live: Figure
    completed: Figure


@dataclass(frozen=True)
class ExecutiveReport:
    people: int
    in_mentoring: Figure
    share: int | None  # per cent of people, where both are shown
    live: Figure
    completed: Figure
    completion: int | None  # per cent of ended mentorships that were completed, from 20 ended on
    programmes: list[ProgrammeLine]


def executive_report() -> ExecutiveReport:
    """The organisation in scope on one page; a fixed number of queries."""
    active = Person.objects.active()
    people = active.count()
    parties = Party.objects.filter(mentorship__state__in=LIVE_STATES, person__in=active)
    taking_part = parties.values("person").distinct().count()
    states = Mentorship.objects.aggregate(
        live=Count("pk", filter=Q(state__in=LIVE_STATES)),
        completed=Count("pk", filter=Q(state=MentorshipState.COMPLETED)),
        ended=Count("pk", filter=Q(state=MentorshipState.ENDED)),
    )
    over = states["completed"] + states["ended"]
    part = Figure.of(taking_part)
    return ExecutiveReport(
        people=people,
        in_mentoring=part,
        share=None if people < LEAST or too_small(taking_part, people - taking_part)
        else round(100 * taking_part / people),
        live=Figure.of(states["live"]),
        completed=Figure.of(states["completed"]),
        completion=round(100 * states["completed"] / over) if _both_sides(states["completed"], over) else None,
        programmes=_programme_lines(live=states["live"], completed=states["completed"]),
    )  # fmt: skip


def _both_sides(part: int, whole: int) -> bool:
    """A share is shown only where those in it and those outside it are five or more each, or none."""
    return whole >= 20 and not too_small(part, whole - part)


def _programme_lines(*, live: int, completed: int) -> list[ProgrammeLine]:
    """Running and closed programmes, or none at all while any of their counts is too small to show.

    `live` and `completed` are the totals shown above the table: what archived programmes add to them is a group too.
    """
    shown = Programme.objects.filter(
        status__in=[ProgrammeStatus.ENROLLING, ProgrammeStatus.RUNNING, ProgrammeStatus.CLOSED]
    )
    rows = shown.annotate(
        enrolled=Count(
            "enrolments",
            filter=Q(enrolments__state__in=[EnrolmentState.APPROVED, EnrolmentState.COMPLETED]),
            distinct=True,
        ),
        live=Count("mentorships", filter=Q(mentorships__state__in=LIVE_STATES), distinct=True),
        completed=Count("mentorships", filter=Q(mentorships__state=MentorshipState.COMPLETED), distinct=True),
    ).order_by("name", "id")
    counted = list(rows.values("name", "status", "enrolled", "live", "completed"))
    cells = [row[name] for row in counted for name in ("enrolled", "live", "completed")]
    elsewhere = live - sum(row["live"] for row in counted), completed - sum(row["completed"] for row in counted)
    if too_small(*cells, *elsewhere):
        return []
    return [
        ProgrammeLine(
            row["name"],
            str(ProgrammeStatus(row["status"]).label),
            Figure.of(row["enrolled"]),
            Figure.of(row["live"]),
            Figure.of(row["completed"]),
        )
        for row in counted
    ]
