"""Who is matched under several plans, group by group. Worked out once for the plans that stand side by side, and kept,
because the next figures about the same people are held against them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from trellis.matching import fairness_words as words
from trellis.matching.choices import ScenarioState
from trellis.matching.models import Scenario
from trellis.matching.queries.comparison import LETTERS, Cell, Line, partners
from trellis.matching.queries.fairness import directory_of, kinds_of, plain_row, what_they_said
from trellis.matching.queries.fairness_page import Hidden, ShownRow, shown_row, who_said_nothing_last
from trellis.matching.queries.fairness_shown import COMPARED, EVERYBODY, shown_so_far
from trellis.matching.queries.scenarios import work_of
from trellis.matching.stored import pool_from_json
from trellis.people.models import Person
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment, Programme
from trellis_engine.matching.fairness_columns import Columns, all_side_by_side
from trellis_engine.matching.fairness_outcomes import Outcome

Stored = Mapping[str, Any]  # JSON


@dataclass(frozen=True)
class PlanGroup:
    """One group under every plan."""

    name: str
    detail: str
    plans: list[tuple[str, ShownRow]]  # the plan's letter, and what is true of the group there


@dataclass(frozen=True)
class PlanGroups:
    """The groups of one kind."""

    kind: str
    rows: list[PlanGroup]


@dataclass(frozen=True)
class PlanFairness:
    """What the comparison shows; nothing where nobody asked yet, or the work was stopped."""

    lines: list[Line] = field(default_factory=list)
    groups: list[PlanGroups] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    working: bool = False
    failure: str = ""
    made: bool = False


def stamps_of(plans: Iterable[Scenario]) -> dict[str, str]:
    """Names what each plan was when its figures were counted; solved again, it is another plan."""
    return {str(plan.number): plan.solved_at.isoformat() if plan.solved_at else "" for plan in plans}


def row_for(programme: Programme, plans: Sequence[Scenario]) -> Scenario | None:
    """The newest figures that cover these plans as they are now: made, in the making, or failed. One query."""
    asked = stamps_of(plans).items()
    rows = Scenario.objects.filter(programme=programme, figures__kind=COMPARED)
    found = (row for row in rows.defer("inputs").order_by("-number") if asked <= row.figures["of"].items())
    return next((row for row in found if _are_judged(row.figures)), None)


def _are_judged(figures: Stored) -> bool:
    """Figures of before intervals were kept beside them are counted once more: about the same people, as they were."""
    kinds: Iterable[Stored] = figures.get("kinds", ())
    return all("verdict" in row for kind in kinds for rows in kind["columns"] for row in rows)


def fairness_of_plans(programme: Programme, plans: Sequence[Scenario]) -> PlanFairness:
    """Two queries at most."""
    row = row_for(programme, plans) if plans else None
    if row is None or (row.state == ScenarioState.SOLVING and work_of(row).stopped):
        return PlanFairness()
    if row.state == ScenarioState.SOLVING:
        return PlanFairness(working=True)
    if row.state == ScenarioState.FAILED:
        return PlanFairness(failure=row.failure)
    numbers = list(row.figures["of"])
    shown = [numbers.index(str(plan.number)) for plan in plans]
    kinds = row.figures["kinds"]
    told = [(each, [each["columns"][at] for at in shown]) for each in kinds if not each["withheld"]]
    hidden = [
        Hidden(str(words.KINDS[each["name"]]), str(words.WITHHELD[each["withheld"]]))
        for each in kinds
        if each["withheld"]
    ]
    return PlanFairness([_line(*each) for each in told], [_groups(*each) for each in told], hidden, made=True)


def _line(kind: Stored, columns: Sequence[Sequence[Stored]]) -> Line:
    ratios = [min((row["ratio"] for row in rows if row["ratio"] is not None), default=None) for rows in columns]
    known = [ratio for ratio in ratios if ratio is not None]
    cells = [
        Cell(
            "–" if ratio is None else f"{ratio:.2f}",
            ", ".join(_share(kind["name"], row) for row in rows),
            "best" if len(set(known)) > 1 and ratio == max(known) else "",
        )
        for ratio, rows in zip(ratios, columns, strict=True)
    ]
    return Line(str(words.KINDS[kind["name"]]), _("lowest ratio of any group that is matched"), tuple(cells))


def _groups(kind: Stored, columns: Sequence[Sequence[Stored]]) -> PlanGroups:
    """The same groups stand in every column, in the same order."""
    name = kind["name"]
    rows = []
    for group in sorted(zip(*columns, strict=True), key=lambda group: who_said_nothing_last(group[0])):
        plans = [(letter, shown_row(name, row)) for letter, row in zip(LETTERS, group, strict=False)]
        rows.append(PlanGroup(plans[0][1].group, plans[0][1].detail, plans))
    return PlanGroups(str(words.KINDS[name]), rows)


def _share(kind: str, row: Stored) -> str:
    facts = {"group": words.group_name(kind, row["members"]), "yes": row["yes"], "size": row["size"]}
    return _("%(group)s %(yes)d of %(size)d") % facts


def compared_figures(programme: Programme, plans: Sequence[Scenario]) -> Stored | None:
    """Count the groups of every plan; None where the plans are about different people. Labels stay in here."""
    enrolled = Enrolment.objects.filter(programme=programme, side=Side.MENTEE).select_related("person")
    persons = {each.person.external_id: each.person for each in enrolled.without_words()}
    columns = [_outcomes(plan, persons) for plan in plans]
    everybody = [frozenset(each.id for each in people) for people in columns]
    if len(set(everybody)) > 1:
        return None
    said = what_they_said(programme.pk, set(everybody[0]))
    kinds = kinds_of(everybody[0], said, directory_of(persons.values()), shown_so_far())
    found = all_side_by_side(columns, kinds)
    return {
        "kinds": [_plain(each) for each in found],
        "counted": {each.kind: [sorted(map(int, people)) for people in each.counted] for each in found},
        EVERYBODY: [sorted(map(int, everybody[0]))], "answers": said.rows,
    }  # fmt: skip


def _outcomes(plan: Scenario, persons: Mapping[str, Person]) -> list[Outcome]:
    """Whoever looked for a mentor in the plan, and whether they got one; the rest is not asked here."""
    matched = partners(plan)
    looked = [mentee.id for mentee in pool_from_json(plan.inputs).mentees if mentee.places]
    return [
        Outcome(str(persons[code].pk), 0, code in matched, None, None, 0) for code in looked if code in persons
    ]  # fmt: skip


def _plain(found: Columns) -> Stored:
    columns = [[plain_row(row) for row in rows] for rows in found.columns]
    return {"name": found.kind, "withheld": found.withheld, "columns": columns}
