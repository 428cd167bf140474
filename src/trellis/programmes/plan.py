"""The parts of a programme's course as typed facts: stage windows, tasks, agendas, milestones.

They are stored as JSON on the programme; these classes are the only place that knows its keys.
Weeks count from the day a pair starts; orientation lies before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Window:
    """A stage and the weeks it is planned for."""

    stage: str
    from_week: int
    to_week: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(row["stage"], row["from_week"], row["to_week"])

    def plain(self) -> dict[str, Any]:
        return {"stage": self.stage, "from_week": self.from_week, "to_week": self.to_week}


@dataclass(frozen=True)
class Task:
    """Something one side is asked to do in a stage; `due_days` counts from the stage's start."""

    id: str
    title: str
    due_days: int
    required: bool
    recurring: str = ""  # per_meeting, weekly, biweekly, monthly, bimonthly; empty: once

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(row["id"], row["title"], row["due_days"], row["required"], row.get("recurring", ""))

    def plain(self) -> dict[str, Any]:
        row: dict[str, Any] = {
            "id": self.id, "title": self.title, "due_days": self.due_days, "required": self.required,
        }  # fmt: skip
        return row | ({"recurring": self.recurring} if self.recurring else {})


Tasks = Mapping[str, Mapping[str, tuple[Task, ...]]]  # stage id -> side -> tasks


def tasks_of(stored: Mapping[str, Any]) -> Tasks:
    return {
        stage: {side: tuple(Task.of(row) for row in rows) for side, rows in sides.items()}
        for stage, sides in stored.items()
    }


def plain_tasks(tasks: Tasks) -> dict[str, dict[str, list[dict[str, Any]]]]:
    return {
        stage: {side: [task.plain() for task in rows] for side, rows in sides.items()} for stage, sides in tasks.items()
    }


@dataclass(frozen=True)
class AgendaItem:
    minutes: int
    topic: str


@dataclass(frozen=True)
class Agenda:
    """What a meeting around this week could talk about, minute by minute."""

    week: int
    title: str
    items: tuple[AgendaItem, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(row["week"], row["title"], tuple(AgendaItem(i["minutes"], i["topic"]) for i in row["items"]))

    def plain(self) -> dict[str, Any]:
        items = [{"minutes": item.minutes, "topic": item.topic} for item in self.items]
        return {"week": self.week, "title": self.title, "items": items}

    @property
    def minutes(self) -> int:
        return sum(item.minutes for item in self.items)


@dataclass(frozen=True)
class Milestone:
    week: int
    title: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(row["week"], row["title"])

    def plain(self) -> dict[str, Any]:
        return {"week": self.week, "title": self.title}


@dataclass(frozen=True)
class Cadence:
    """How often a pair meets, for how long, and how many meetings that makes."""

    interval_early_days: int  # in the first eight weeks
    interval_later_days: int
    meeting_minutes: int
    planned_meetings: int

    @property
    def minutes_a_month(self) -> int:
        """Meeting minutes in an ordinary month, at the later, slower rhythm; without a rhythm, one meeting a month."""
        return round(self.meeting_minutes * 30 / (self.interval_later_days or 30))


def windows_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Window, ...]:
    return tuple(Window.of(row) for row in stored)


def agendas_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Agenda, ...]:
    return tuple(Agenda.of(row) for row in stored)


def milestones_of(stored: Iterable[Mapping[str, Any]]) -> tuple[Milestone, ...]:
    return tuple(Milestone.of(row) for row in stored)
