"""Sections that are lists: stages, milestones, tasks, agendas. Rows that are there, two empty ones, no JavaScript."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from trellis.programmes import content
from trellis.programmes.checks import EARLIEST_WEEK, LONGEST_WEEKS, MOST_ROWS
from trellis.programmes.choices import Side
from trellis.programmes.models import Programme
from trellis.programmes.plan import Agenda, AgendaItem, Milestone, Task, Window, agendas_of, milestones_of, tasks_of
from trellis.web.wizard.forms.fields import LinesField, NumberField
from trellis.web.wizard.forms.sections import Change, SectionForm

SPARE = 2  # empty rows at the end, for what is new
Fields = Mapping[str, forms.Field]


class RowsForm(SectionForm):
    """Several lists of rows on one page. `lists` names them; each row's fields are called "list-3-title"."""

    lists: tuple[str, ...] = ()

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        self.given = {name: self.rows_now(name, programme) for name in self.lists}
        data = args[0] if args else None
        super().__init__(*args, programme=programme, **options)
        for name in self.lists:
            for number in range(self._count(name, data)):
                for key, field in self.row_fields(name).items():
                    self.fields[f"{name}-{number}-{key}"] = field

    def rows_now(self, name: str, programme: Programme) -> list[dict[str, Any]]:
        raise NotImplementedError

    def row_fields(self, name: str) -> Fields:
        raise NotImplementedError

    def now(self, programme: Programme) -> dict[str, Any]:
        return {
            f"{name}-{number}-{key}": value
            for name, rows in self.given.items()
            for number, row in enumerate(rows)
            for key, value in row.items()
        }

    def _count(self, name: str, data: QueryDict | None) -> int:
        """As many rows as were sent, within reason; else those there are and two more."""
        if data is None:
            return min(len(self.given[name]) + SPARE, MOST_ROWS)
        sent = [int(found[1]) for key in data if (found := re.fullmatch(rf"{name}-(\d{{1,3}})-\w+", key))]
        return min(max(sent, default=-1) + 1, MOST_ROWS + SPARE)

    def bound_rows(self, name: str) -> list[dict[str, forms.BoundField]]:
        keys = list(self.row_fields(name))
        count = sum(field.startswith(f"{name}-") for field in self.fields) // len(keys)
        return [{key: self[f"{name}-{number}-{key}"] for key in keys} for number in range(count)]

    def kept(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """Rows with a title that nobody ticked away, as cleaned."""
        rows = []
        for number, bound in enumerate(self.bound_rows(name)):
            row = {key: self.cleaned_data.get(field.name) for key, field in bound.items()}
            if row.get("title") and not row.get("remove"):
                rows.append((number, row))
        return rows

    def clean(self) -> dict[str, Any]:
        """A row that has a title needs the rest, too, and the other way round; an empty row is no row."""
        given = super().clean() or {}
        for name in self.lists:
            for bound in self.bound_rows(name):
                if given.get(bound["remove"].name):
                    continue
                if not given.get(bound["title"].name):
                    self._ask_for_title(bound, given)
                    continue
                for field in bound.values():
                    if isinstance(field.field, NumberField) and given.get(field.name) is None and not field.errors:
                        self.add_error(field.name, _now("Write a number here."))
        return given

    def _ask_for_title(self, bound: Mapping[str, forms.BoundField], given: Mapping[str, Any]) -> None:
        """What was typed beside an empty title would be lost without a word."""
        others = [given.get(field.name) for field in bound.values() if not field.is_hidden]
        typed = [other for other in others if other is not None and other is not False and other not in ("", [])]
        if typed and not bound["title"].errors:
            self.add_error(bound["title"].name, _now("Write a title here, or tick “Remove”."))

    def changed_labels(self) -> list[str]:
        return list(dict.fromkeys(str(self.titles[name.split("-")[0]]) for name in self.changed_data))

    titles: Mapping[str, Any] = {}


def _title(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, required=False)


def _remove() -> forms.BooleanField:
    return forms.BooleanField(label=_("Remove"), required=False)


def _week(label: Any) -> NumberField:
    return NumberField(
        label=label, required=False, min_value=EARLIEST_WEEK, max_value=LONGEST_WEEKS,
        widget=forms.NumberInput(attrs={"class": "inp n"}),
    )  # fmt: skip


def _milestone_fields() -> Fields:
    return {"week": _week(_("Week")), "title": _title(_("Milestone")), "remove": _remove()}


class StagesForm(RowsForm):
    """All eight stages with the weeks they have; one that is not ticked is not in the plan. And the milestones."""

    lists = ("milestones",)
    titles = {"milestones": _("Milestones"), "stage": _("Stages")}

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        self.plan = {row["stage"]: Window.of(row) for row in programme.stage_plan}
        super().__init__(*args, programme=programme, **options)
        for stage in content.stages().values():
            self.fields[f"stage-{stage.id}-on"] = forms.BooleanField(label=stage.name, required=False)
            self.fields[f"stage-{stage.id}-from"] = _week(_("First week"))
            self.fields[f"stage-{stage.id}-to"] = _week(_("Last week"))

    def rows_now(self, name: str, programme: Programme) -> list[dict[str, Any]]:
        return [each.plain() for each in milestones_of(programme.milestones)]

    def row_fields(self, name: str) -> Fields:
        return _milestone_fields()

    def now(self, programme: Programme) -> dict[str, Any]:
        found = super().now(programme)
        for stage in content.stages():
            window = self.plan.get(stage)
            found |= {f"stage-{stage}-on": window is not None}
            if window:
                found |= {f"stage-{stage}-from": window.from_week, f"stage-{stage}-to": window.to_week}
        return found

    @property
    def stage_rows(self) -> list[tuple[content.Stage, forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [
            (stage, self[f"stage-{key}-on"], self[f"stage-{key}-from"], self[f"stage-{key}-to"])
            for key, stage in content.stages().items()
        ]

    @property
    def milestone_rows(self) -> list[dict[str, forms.BoundField]]:
        return self.bound_rows("milestones")

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for _stage, on, first, last in self.stage_rows:
            for field in (first, last):
                if given.get(on.name) and given.get(field.name) is None and not field.errors:
                    self.add_error(field.name, _now("Write a week here, or take the stage out of the plan."))
        return given

    def windows(self) -> tuple[Window, ...]:
        given = self.cleaned_data
        return tuple(
            Window(stage.id, given[first.name], given[last.name])
            for stage, on, first, last in self.stage_rows
            if given[on.name]
        )

    def change(self) -> Change:
        milestones = sorted((Milestone(row["week"], row["title"]) for _n, row in self.kept("milestones")), key=_by_week)
        return {"stage_plan": self.windows(), "milestones": milestones}


def _by_week(row: Milestone | Agenda) -> int:
    return row.week


class TasksForm(RowsForm):
    """The tasks of one stage, for each side."""

    lists = tuple(Side.values)
    titles = {Side.MENTEE: _("Tasks of mentees"), Side.MENTOR: _("Tasks of mentors")}

    def __init__(self, *args: Any, programme: Programme, stage: str, **options: Any) -> None:
        self.stage = stage
        self.before = tasks_of(programme.tasks).get(stage, {})
        super().__init__(*args, programme=programme, **options)

    def rows_now(self, name: str, programme: Programme) -> list[dict[str, Any]]:
        return [{"id": task.id, **_task_words(task)} for task in self.before.get(name, ())]

    def row_fields(self, name: str) -> Fields:
        return {
            "title": _title(_("Task")),
            "due_days": NumberField(
                label=_("Due after days"), required=False, min_value=0, max_value=365,
                widget=forms.NumberInput(attrs={"class": "inp n"}),
            ),
            "required": forms.BooleanField(label=_("Needed"), required=False),
            "remove": _remove(),
            "id": forms.CharField(required=False, max_length=60, widget=forms.HiddenInput),
        }  # fmt: skip

    @property
    def sides(self) -> list[tuple[str, list[dict[str, forms.BoundField]]]]:
        return [(str(Side(side).label), self.bound_rows(side)) for side in Side.values]

    def change(self) -> Change:
        return {"tasks": {self.stage: {side: tuple(self._tasks(side)) for side in Side.values}}}

    def _tasks(self, side: str) -> list[Task]:
        known = {task.id: task for task in self.before.get(side, ())}
        used = {
            task.id for sides in tasks_of(self.programme.tasks).values() for rows in sides.values() for task in rows
        }
        tasks = []
        for _number, row in self.kept(side):
            before = known.get(row["id"] or "")
            id_ = before.id if before else _free_id(f"{self.stage}-{side}-{slugify(row['title'])}"[:50], used)
            used.add(id_)
            tasks.append(
                Task(id_, row["title"], row["due_days"], row["required"], before.recurring if before else "")
            )  # fmt: skip
        return tasks


def _task_words(task: Task) -> dict[str, Any]:
    return {"title": task.title, "due_days": task.due_days, "required": task.required}


def _free_id(stem: str, used: set[str]) -> str:
    candidates = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(used) + 2))
    return next(each for each in candidates if each not in used)


class AgendasForm(RowsForm):
    """Agendas by week; their items one a line, minutes first: "10 Check in"."""

    lists = ("agendas",)
    titles = {"agendas": _("Agendas")}

    def rows_now(self, name: str, programme: Programme) -> list[dict[str, Any]]:
        return [
            {"week": agenda.week, "title": agenda.title, "items": _item_lines(agenda.items)}
            for agenda in agendas_of(programme.agendas)
        ]

    def row_fields(self, name: str) -> Fields:
        items = LinesField(
            label=_("Items"), required=False, widget=forms.Textarea(attrs={"rows": 5}),
            help_text=_("One a line, minutes first: “10 Check in”."),
        )  # fmt: skip
        return {"week": _week(_("Week")), "title": _title(_("Title")), "items": items, "remove": _remove()}

    @property
    def agenda_rows(self) -> list[dict[str, forms.BoundField]]:
        return self.bound_rows("agendas")

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for bound in self.agenda_rows:
            lines = given.get(bound["items"].name) or []
            wrong = [line for line in lines if not _item(line)]
            if wrong:
                self.add_error(
                    bound["items"].name,
                    _now("“%(line)s” does not start with minutes. Write it as “10 %(line)s”.")
                    % {"line": wrong[0][:60]},
                )
        return given

    def change(self) -> Change:
        rows = self.kept("agendas")
        return {"agendas": [Agenda(row["week"], row["title"], _items(row["items"])) for _number, row in rows]}


def _item(line: str) -> AgendaItem | None:
    found = re.fullmatch(r"(\d{1,3})\s+(\S.*)", line)
    return AgendaItem(int(found[1]), found[2]) if found else None


def _items(lines: Sequence[str]) -> tuple[AgendaItem, ...]:
    return tuple(item for line in lines if (item := _item(line)))


def _item_lines(items: Sequence[AgendaItem]) -> list[str]:
    return [f"{item.minutes} {item.topic}" for item in items]
