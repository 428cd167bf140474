"""Plans side by side: figure by figure, and person by person who changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.matching.choices import ScenarioState
from trellis.matching.models import Scenario
from trellis.matching.queries.board import shown_score
from trellis.matching.queries.pool import matching_of
from trellis.matching.queries.scenarios import PLAN, differences
from trellis.matching.queries.stability import KEY as STABILITY
from trellis.matching.queries.stability import stability_of
from trellis.people.models import Person
from trellis.programmes.models import Programme

MOST = 4  # plans side by side
PAGE = 50
LETTERS = "ABCD"
Figures = Mapping[str, Any]  # JSON
Value = Callable[[Figures], int]


@dataclass(frozen=True)
class Column:
    """One plan at the head of the table."""

    number: int
    letter: str
    name: str
    differs: tuple[str, ...]
    usable: bool


@dataclass(frozen=True)
class Cell:
    text: str
    small: str = ""
    tone: str = ""  # "best", "worst" or nothing


@dataclass(frozen=True)
class Line:
    label: str
    hint: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Comparison:
    """`alike`: all are measured with the programme's weights, because their own differ. `same_people`: all were solved
    on the same facts about the same people. `scored`: whether any of them is measured at all."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    alike: bool
    same_people: bool
    scored: bool


@dataclass(frozen=True)
class Change:
    """A mentee whose mentors differ. Scores 0 to 100; `by` counts the points that people see, None where one side of
    the comparison has nobody."""

    mentee: str
    before: str
    after: str
    score_before: int | None
    score_after: int | None
    points: int

    @property
    def by(self) -> int | None:
        if self.score_before is None or self.score_after is None:
            return None
        return self.score_after - self.score_before


@dataclass(frozen=True)
class Changes:
    rows: list[Change]
    total: int
    better: int
    worse: int
    page: int
    pages: int
    scored: bool


def chosen(programme: Programme, numbers: Sequence[int]) -> list[Scenario]:
    """The solved plans with these numbers, in the order asked, at most four; the first four without numbers.

    One query.
    """
    rows = Scenario.objects.filter(programme=programme, figures__kind=PLAN, state=ScenarioState.SOLVED).defer("inputs")
    if not numbers:
        return list(rows.order_by("number")[:MOST])
    by_number = {row.number: row for row in rows.filter(number__in=numbers)}
    return [by_number[number] for number in dict.fromkeys(numbers) if number in by_number][:MOST]


def comparison(programme: Programme, plans: Sequence[Scenario]) -> Comparison:
    """Every figure of every plan, the best of each line marked. One query."""
    present = matching_of(programme)
    alike = len({_weights(plan) for plan in plans}) > 1
    figures: list[Figures] = [
        {**plan.figures, **(plan.figures["alike"] if alike else {}), "scored": _measured(plan, alike=alike)}
        for plan in plans
    ]
    scored = any(each["scored"] for each in figures)
    return Comparison(
        columns=tuple(
            Column(
                plan.number, letter, plan.name, tuple(differences(plan.settings, present)),
                usable=not (plan.settings.get("more_places") or plan.settings.get("released")),
            )
            for letter, plan in zip(LETTERS, plans, strict=False)
        ),
        lines=(*_lines(figures, scored=scored), *_stability(figures), _who_changes(plans), _proofs(figures)),
        alike=alike and scored, same_people=len({plan.figures["people"] for plan in plans}) < 2, scored=scored,
    )  # fmt: skip


def _measured(plan: Scenario, *, alike: bool) -> bool:
    """Whether its points say anything: without scoring every pair that the rules allow counts the same."""
    weighed = plan.settings.get("yardstick", plan.settings) if alike else plan.settings
    return bool(weighed.get("scoring", True))


def _weights(plan: Scenario) -> tuple[object, ...]:
    weights = {name: weight for name, weight in plan.settings.get("weights", {}).items() if weight}
    return tuple(sorted(weights.items())), str(plan.settings.get("ideal_level_gap")), plan.settings.get("scoring", True)


def _lines(figures: list[Figures], *, scored: bool) -> Iterable[Line]:
    looking = {each["of"] for each in figures}
    yield _line(
        _("Matched"), _("of %(count)d mentees") % {"count": max(looking)} if len(looking) == 1 else _("mentees"),
        figures, lambda each: each["matched"], small=lambda each: _("of %(count)d") % {"count": each["of"]},
    )  # fmt: skip
    if scored:
        yield _of_scores(_("Weakest match"), _("score of the worst-off pair"), figures, lambda each: each["floor"])
        yield _of_scores(_("Total score"), _("sum over all pairs"), figures, lambda each: each["total"], _below)
        yield _of_scores(_("Middle match"), _("half are at least as good"), figures, lambda each: each["middle"])
    yield _line(
        _("Heaviest load"), _("mentees for one mentor"), figures, lambda each: -(len(each["loads"]) - 1),
        small=lambda each: _load_words(each["loads"]),
    )  # fmt: skip
    yield _line(
        _("Mentors without a mentee"), _("of all in the pool"), figures, lambda each: -each["loads"][0]
    )  # fmt: skip
    if scored:
        yield _of_scores(
            _("Would rather swap"), _("pairs who would both prefer each other"), figures,
            lambda each: -each["blocking"], words=_plain,
        )  # fmt: skip
    if any(each["ranked"] for each in figures):
        yield _line(
            _("First choice met"), _("of those who ranked somebody"), figures, lambda each: each["first"],
            small=lambda each: _("of %(count)d; %(any)d with one they ranked") % {
                "count": each["ranked"], "any": each["any_choice"],
            },
        )  # fmt: skip


def points(value: int) -> str:
    """Score units as people see them, with a thousands separator."""
    return f"{shown_score(abs(value)):,}"


def _plain(value: int) -> str:
    return f"{abs(value):,}"


def _below(each: Figures, best: int) -> str:
    if each["total"] == best or not best:
        return _("highest of these")
    return _("%(percent)s %% below the highest") % {"percent": f"{100 * (best - each['total']) / best:.2f}"}


def _line(
    label: str, hint: str, figures: list[Figures], value: Value, words: Callable[[int], str] = _plain,
    against: Callable[[Figures, int], str] | None = None, *, small: Callable[[Figures], str] | None = None,
) -> Line:  # fmt: skip
    """More is better; a figure of which less is better comes negative and is shown without its sign."""
    values = [value(each) for each in figures]
    best, worst = max(values), min(values)
    cells = []
    for each, found in zip(figures, values, strict=True):
        alone = len(values) > 2 and values.count(worst) == 1
        tone = "" if best == worst else "best" if found == best else "worst" if found == worst and alone else ""
        said = against(each, best) if against else small(each) if small else ""
        cells.append(Cell(words(found), said, tone))
    return Line(label, hint, tuple(cells))


def _of_scores(
    label: str, hint: str, figures: list[Figures], value: Value, against: Callable[[Figures, int], str] | None = None,
    *, words: Callable[[int], str] = points,
) -> Line:  # fmt: skip
    """The same for a figure that plans without scores do not have."""
    line = _line(label, hint, [each for each in figures if each["scored"]], value, words, against)
    cells = iter(line.cells)
    return replace(
        line, cells=tuple(next(cells) if each["scored"] else Cell("–", _("nobody is scored")) for each in figures)
    )


def _load_words(loads: Sequence[int]) -> str:
    if len(loads) < 2:
        return _("nobody has a mentee")
    return ngettext("%(count)d mentor has that many", "%(count)d mentors have that many", loads[-1]) % {
        "count": loads[-1]
    }


def _who_changes(plans: Sequence[Scenario]) -> Line:
    first = partners(plans[0])
    cells = [Cell("–", _("compared with"))]
    for plan in plans[1:]:
        theirs = partners(plan)
        count = sum(first.get(mentee) != theirs.get(mentee) for mentee in first.keys() | theirs.keys())
        cells.append(Cell(str(count), ngettext("mentee", "mentees", count)))
    return Line(_("Who changes"), _("mentees with another mentor than in A"), tuple(cells))


def _stability(figures: list[Figures]) -> Iterable[Line]:
    costs = [stability_of(each) for each in figures]
    if any(costs):
        cells = (Cell(cost.short, _("against most matched first")) if cost else Cell("–", "") for cost in costs)
        yield Line(_("What stability costs"), _("by its own weights"), tuple(cells))


def _proofs(figures: list[Figures]) -> Line:
    cells = (
        Cell(_("Proven stable") if each.get(STABILITY) else _("Proven best"), _("checked apart"))
        if each["proven"]
        else Cell(_("Not proven"), "", "worst")
        for each in figures
    )
    return Line(_("Proof"), _("for its own settings"), tuple(cells))


def partners(plan: Scenario) -> dict[str, frozenset[str]]:
    """Each matched mentee's mentors, by the ids that the engine knows."""
    found: dict[str, set[str]] = {}
    for pair in (plan.certificate or {}).get("pairs", ()):
        found.setdefault(pair["mentee"], set()).add(pair["mentor"])
    return {mentee: frozenset(mentors) for mentee, mentors in found.items()}


def changes_between(before: Scenario, after: Scenario, *, page: int = 1, size: int = PAGE) -> Changes | None:
    """Mentees whose mentors differ, whoever loses most first; None for a page that does not exist. One query.

    Scores are those of the plans' own weights where both have the same, else those of the programme's.
    """
    alike = _weights(before) != _weights(after)
    scored = all(_measured(plan, alike=alike) for plan in (before, after))
    first, second = partners(before), partners(after)
    scores = [_scores(plan, alike=alike) if scored else {} for plan in (before, after)]
    differing = [mentee for mentee in sorted(first.keys() | second.keys()) if first.get(mentee) != second.get(mentee)]
    points_of = {mentee: scores[1].get(mentee, 0) - scores[0].get(mentee, 0) for mentee in differing}
    pages = max(-(-len(differing) // size), 1)
    if page > pages:
        return None
    differing.sort(key=lambda mentee: (points_of[mentee], mentee))
    shown = differing[(page - 1) * size : page * size]
    codes = {code for mentee in shown for code in (mentee, *first.get(mentee, ()), *second.get(mentee, ()))}
    names = names_of(Person.objects.filter(external_id__in=codes))
    rows = [
        Change(
            names.get(mentee, mentee), _joined(names, first.get(mentee, ())), _joined(names, second.get(mentee, ())),
            _shown(scores[0].get(mentee)), _shown(scores[1].get(mentee)), points_of[mentee],
        )
        for mentee in shown
    ]  # fmt: skip
    better = sum(gain > 0 for gain in points_of.values())
    worse = sum(gain < 0 for gain in points_of.values())
    return Changes(rows, len(differing), better, worse, page, pages, scored)


def _scores(plan: Scenario, *, alike: bool) -> dict[str, int]:
    """Each matched mentee's score, of the best of their pairs."""
    pairs = (plan.certificate or {}).get("pairs", ())
    measured = plan.figures["alike"]["scores"] if alike else [pair["score"] for pair in pairs]
    best: dict[str, int] = {}
    for pair, score in zip(pairs, measured, strict=True):
        best[pair["mentee"]] = max(best.get(pair["mentee"], 0), score)
    return best


def names_of(people: QuerySet[Person]) -> dict[str, str]:
    """The id that the engine knows, to the name that people see. One query."""
    rows = people.values_list("external_id", "given_name", "preferred_name", "family_name")
    return {code: f"{preferred or given} {family}".strip() for code, given, preferred, family in rows}


def _joined(names: Mapping[str, str], codes: Iterable[str]) -> str:
    return ", ".join(sorted(names.get(code, code) for code in codes)) or _("nobody")


def _shown(score: int | None) -> int | None:
    return None if score is None else shown_score(score)
