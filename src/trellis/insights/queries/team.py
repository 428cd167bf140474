from dataclasses import dataclass

from trellis.goals.queries import ManagerGoal, goals_for_manager
from trellis.mentorships.choices import LIVE_STATES
from trellis.mentorships.models import Party
from trellis.people.models import Person
from trellis.programmes.choices import PairVisibility


@dataclass(frozen=True)
class ReportRow:
    """One direct report. `programmes` names where they take part as far as a manager may know; often nothing.

    `goals` are those they chose to show to their manager: title and status.
    """

    id: int
    name: str
    job_title: str
    programmes: tuple[str, ...]
    goals: tuple[ManagerGoal, ...] = ()


@dataclass(frozen=True)
class TeamPage:
    rows: list[ReportRow]
    older: bool


def team_of(manager: Person, *, page: int = 1, size: int = 50) -> TeamPage:
    """The manager's direct reports by name, and in which programmes they take part now; three queries.

    Programmes that hide their pairs are left out, so "nothing shown" never means "does not take part". No stage,
    date, partner, side or number leaves this function; of goals, what their owner shares.
    """
    first = (page - 1) * size
    reports = list(
        Person.objects.active().filter(manager=manager).order_by("sort_name", "id")[first : first + size + 1]
    )
    shown = reports[:size]
    taking_part: dict[int, list[str]] = {}
    parties = Party.objects.filter(
        person__in=shown, mentorship__state__in=LIVE_STATES,
        mentorship__programme__pair_visibility=PairVisibility.EXISTENCE,
    ).values_list("person_id", "mentorship__programme__name")  # fmt: skip
    for person_id, name in parties.order_by("mentorship__programme__name").distinct():
        taking_part.setdefault(person_id, []).append(name)
    goals: dict[int, list[ManagerGoal]] = {}
    for goal in goals_for_manager(manager):
        goals.setdefault(goal.owner_id, []).append(goal)
    rows = [
        ReportRow(
            person.pk, person.full_name, person.job_title, tuple(taking_part.get(person.pk, ())),
            tuple(goals.get(person.pk, ())),
        )
        for person in shown
    ]  # fmt: skip
    return TeamPage(rows, older=len(reports) > size)
