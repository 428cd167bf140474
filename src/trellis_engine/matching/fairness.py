"""The fairness audit of a solved round: access, outcome, and how well the score's factors predict a group.

The solver never sees a group. Here groups meet the plan for the first time, and leave as counts only: everything in a
`Report` is computed from cells of at least ten people (`fairness_groups`), so it tells no more than those cells do.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import sqrt
from statistics import mean, median

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.fairness_groups import (
    NOT_SAID,
    Group,
    joined_as,
    may_be_shown,
    merged,
    singles_out,
)
from trellis_engine.matching.fairness_outcomes import Asked, Measure, Outcome, measures
from trellis_engine.matching.fairness_statistics import (
    LEVEL,
    Interval,
    clopper_pearson,
    fisher_exact,
    holm,
    permutation_test,
    ratio_interval,
    right_order,
)

FOUR_FIFTHS = (4, 5)
BANDS_OF_PROXIES = ((60, "hardly"), (70, "somewhat"))  # of the area under the curve, in hundredths; above: "clearly"

BEYOND_CHANCE = 3.3  # standard errors from one half: of fifty factors and groups without meaning, none as a rule

# Why a table is not shown.
WITHHELD = ("few", "together", "changed")
# What a row says: a gap of a fifth or more, or a smaller one, that chance alone would hardly make; a gap that chance
# may have made; none; or too few to say.
VERDICTS = ("gap", "difference", "chance", "even", "not_enough")


@dataclass(frozen=True)
class Kind:
    """One way to put people in groups. `said`: id to one of `options`; whoever is missing did not say.

    `earlier`: sets of people whose groups of this kind were counted and shown before; nothing shown now may single
    anybody out together with them. `changed`: too few have changed their answer since, so nothing is shown.
    """

    name: str
    options: tuple[str, ...]
    said: Mapping[str, str]
    ordered: bool = False
    earlier: tuple[frozenset[str], ...] = ()
    changed: bool = False


@dataclass(frozen=True)
class Row:
    """One group of a table. `ratio` compares its share with the best-served group's; None where there is not enough
    to compare. `p`: that chance alone makes the group differ this much from all others; `corrected` for every
    question of the report."""

    group: Group
    interval: Interval | None = None
    ratio: float | None = None
    ratio_interval: Interval | None = None
    p: float = 1.0
    corrected: float = 1.0
    verdict: str = "not_enough"

    @property
    def below_four_fifths(self) -> bool:
        return self.ratio is not None and self.ratio < FOUR_FIFTHS[0] / FOUR_FIFTHS[1]


@dataclass(frozen=True)
class Table:
    """One measure by groups, or why it is not shown."""

    measure: str
    middle: float | None = None
    rows: tuple[Row, ...] = ()
    withheld: str = ""


@dataclass(frozen=True)
class KindReport:
    name: str
    sizes: tuple[Group, ...] = ()
    tables: tuple[Table, ...] = ()
    proxies: tuple[tuple[str, str], ...] = ()  # factor, and how well it tells the groups apart
    withheld: str = ""


@dataclass(frozen=True)
class Report:
    people: int
    kinds: tuple[KindReport, ...]

    @property
    def rows(self) -> Iterable[tuple[KindReport, Table, Row]]:
        return ((kind, table, row) for kind in self.kinds for table in kind.tables for row in table.rows)


@dataclass(frozen=True)
class Sample:
    """People who are compared with each other, and the questions about them."""

    people: Sequence[Outcome]
    kinds: Sequence[Kind]
    asks: Sequence[Measure]


def audit(people: Sequence[Outcome], kinds: Iterable[Kind]) -> Report:
    """Every measure by every kind of group, corrected together for how much was asked (Holm)."""
    return audits([Sample(people, tuple(kinds), measures(people))])[0]


def audits(samples: Iterable[Sample]) -> tuple[Report, ...]:
    """Several samples (mentees, mentors) on one page: a later one is held against what the earlier ones show, and all
    are corrected together."""
    shown: dict[str, tuple[frozenset[str], ...]] = {}
    reports = []
    for sample in samples:
        kinds = []
        for kind in sample.kinds:
            before = (*kind.earlier, *shown.get(kind.name, ()))
            found = _of_kind(sample, replace(kind, earlier=before))
            shown[kind.name] = (*shown.get(kind.name, ()), *counted_in(sample, found))
            kinds.append(found)
        reports.append(Report(len(sample.people), tuple(kinds)))
    return _corrected(reports)


def counted_in(sample: Sample, found: KindReport) -> tuple[frozenset[str], ...]:
    """The sets of people whose groups are counted where this is shown."""
    if found.withheld:
        return ()
    shown = {table.measure for table in found.tables if not table.withheld}
    sides = [side for ask in sample.asks if ask.name in shown for side in sides_of(sample.people, ask)]
    return tuple(each for each in (frozenset(person.id for person in sample.people), *sides) if each)


def sides_of(people: Sequence[Outcome], ask: Measure) -> tuple[frozenset[str], frozenset[str]]:
    """Who answers the question with yes, and who with no."""
    yes, no = (frozenset(each.id for each in people if ask.asked(each) is answer) for answer in (True, False))
    return yes, no


def _of_kind(sample: Sample, kind: Kind) -> KindReport:
    people = sample.people
    if kind.changed:
        return KindReport(kind.name, withheld="changed")
    sizes = merged(counts_of(people, kind, lambda _: True), ordered=kind.ordered)
    sets = [*kind.earlier, frozenset(person.id for person in people)]
    if sizes is None:
        return KindReport(kind.name, withheld="few")
    if singles_out(stands_in(sets)):
        return KindReport(kind.name, withheld="together")
    tables = []
    for measure in sample.asks:
        table, shown = _of_measure(people, kind, measure, sizes)
        if shown and singles_out(stands_in([*sets, *shown])):
            table, shown = Table(measure.name, withheld="together"), ()
        sets += shown
        tables.append(table)
    return KindReport(kind.name, sizes, tuple(tables), tuple(_proxies(people, kind, sizes)))


def _of_measure(
    people: Sequence[Outcome], kind: Kind, measure: Measure, sizes: tuple[Group, ...]
) -> tuple[Table, tuple[frozenset[str], ...]]:
    """The table, and the sets of people that it counts."""
    finest = counts_of(people, kind, measure.asked)
    groups = merged(joined_as(finest, sizes), ordered=kind.ordered)
    if groups is None:
        return Table(measure.name, withheld="few"), ()
    sides = tuple(each for each in sides_of(people, measure) if each)
    return Table(measure.name, measure.middle, judged(groups)), sides


def counts_of(people: Sequence[Outcome], kind: Kind, asked: Asked) -> tuple[Group, ...]:
    """The groups in the order of their options, whoever did not say at the end."""
    counts = {option: [0, 0] for option in (*kind.options, NOT_SAID)}
    for person in people:
        answer = asked(person)
        if answer is not None:
            counts[_said(kind, person.id)][0 if answer else 1] += 1
    return tuple(Group((option,), yes, no) for option, (yes, no) in counts.items())


def stands_in(sets: Sequence[frozenset[str]]) -> npt.NDArray[np.bool_]:
    everybody = {person: row for row, person in enumerate(sorted(frozenset(chain(*sets))))}
    table = np.zeros((len(everybody), len(sets)), np.bool_)
    for column, members in enumerate(sets):
        table[[everybody[person] for person in members], column] = True
    return table


def judged(groups: Sequence[Group]) -> tuple[Row, ...]:
    """Each group's share with its exact interval, compared with the best-served group and tested against all others.

    The impact ratio is that of New York's Local Law 144: a group's share by the highest share. A group that is empty,
    of one member or without a single yes gives "not enough", never a ratio of 0.
    """
    served = [group for group in groups if group.size > 1]
    best = max(served, key=lambda group: (group.yes / group.size, group.size), default=None)
    return tuple(_row(group, best, groups) for group in groups)


def _row(group: Group, best: Group | None, groups: Sequence[Group]) -> Row:
    if best is None or group.size < 2:
        return Row(group)
    others = sum(each.yes for each in groups) - group.yes, sum(each.size for each in groups) - group.size
    row = Row(
        group,
        clopper_pearson(group.yes, group.size),
        p=fisher_exact(group.yes, group.size, *others) if others[1] else 1,
    )
    if not group.yes:
        return row
    ratio = group.yes * best.size / (group.size * best.yes)
    interval = None if group is best else ratio_interval(group.yes, group.size, best.yes, best.size)
    return replace(row, ratio=ratio, ratio_interval=interval)


def _corrected(reports: Sequence[Report]) -> tuple[Report, ...]:
    """Chances corrected over all reports, and the verdicts that follow."""
    fresh = iter(corrected([table.rows for report in reports for kind in report.kinds for table in kind.tables]))
    return tuple(
        replace(report, kinds=tuple(
            replace(kind, tables=tuple(replace(table, rows=next(fresh)) for table in kind.tables))
            for kind in report.kinds
        ))
        for report in reports
    )  # fmt: skip


def corrected(tables: Sequence[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """All tables of one page, corrected together. The two rows of a table of two groups ask one question."""
    keys = [[(at, 0 if len(rows) == 2 else n) for n in range(len(rows))] for at, rows in enumerate(tables)]
    chance = {key: row.p for own, rows in zip(keys, tables, strict=True) for key, row in zip(own, rows, strict=True)}
    holms = dict(zip(chance, holm(list(chance.values())), strict=True))
    return [
        tuple(_with_verdict(row, holms[key]) for key, row in zip(own, rows, strict=True))
        for own, rows in zip(keys, tables, strict=True)
    ]


def _with_verdict(row: Row, corrected: float) -> Row:
    unlikely = corrected < 1 - LEVEL
    low = row.below_four_fifths or (row.ratio is None and row.interval is not None)
    if low and unlikely:
        verdict = "gap"
    elif row.ratio is None:
        verdict = "not_enough"
    elif row.ratio < 1 and unlikely:
        verdict = "difference"
    else:
        verdict = "chance" if low else "even"
    return replace(row, corrected=corrected, verdict=verdict)


def _proxies(people: Sequence[Outcome], kind: Kind, sizes: tuple[Group, ...]) -> Iterable[tuple[str, str]]:
    """For each factor, how well a mentee's total over allowed mentors tells some group from everybody else; told only
    in three steps."""
    group_of = {option: at for at, group in enumerate(sizes) for option in group.members}
    where = [group_of[_said(kind, person.id)] for person in people]
    for factor in sorted({name for person in people for name in person.factors}):
        numbers = [person.factors[factor] for person in people]
        yield factor, max((_apart(numbers, where, at) for at in range(len(sizes))), key=_STEPS.index)


_STEPS = ("hardly", "somewhat", "clearly")


def _apart(numbers: Sequence[int], where: Sequence[int], group: int) -> str:
    inside = [number for number, at in zip(numbers, where, strict=True) if at == group]
    outside = [number for number, at in zip(numbers, where, strict=True) if at != group]
    twice, pairs = right_order(inside, outside)
    better = max(twice, 2 * pairs - twice)
    error = sqrt((len(numbers) + 1) / (12 * pairs))  # of the area, where nothing goes along (Mann and Whitney 1947)
    if better / (2 * pairs) - 0.5 < BEYOND_CHANCE * error:
        return _STEPS[0]
    return next((words for most, words in BANDS_OF_PROXIES if 100 * better < most * 2 * pairs), "clearly")


@dataclass(frozen=True)
class Spread:
    """A number within one group. Not for showing: the worst is somebody's own, the median may be."""

    group: Group
    mean: float
    median: float
    worst: int
    p: float


def spreads(people: Sequence[Outcome], kind: Kind, number: Callable[[Outcome], int | None]) -> tuple[Spread, ...]:
    """Mean, median and worst of a number by groups of at least ten, tested by permutation; empty where groups are too
    small. For whoever runs the engine on their own files: a page shows shares instead."""
    known = {person.id: value for person in people if (value := number(person)) is not None}
    sizes = merged(counts_of(people, kind, lambda person: True if person.id in known else None), ordered=kind.ordered)
    if sizes is None or not may_be_shown(sizes):
        return ()
    found = []
    for group in sizes:
        inside = [value for key, value in known.items() if _said(kind, key) in group.members]
        outside = [value for key, value in known.items() if _said(kind, key) not in group.members]
        found.append(Spread(group, mean(inside), median(inside), min(inside), permutation_test(inside, outside)))
    return tuple(found)


def _said(kind: Kind, person: str) -> str:
    said = kind.said.get(person, NOT_SAID)
    return said if said in kind.options else NOT_SAID
