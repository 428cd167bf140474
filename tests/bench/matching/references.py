"""Other ways to the best answer, sharing nothing with the engine but its scorer.

OR-tools' flow, every plan there is, and deferred acceptance as its authors told it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from ortools.graph.python import min_cost_flow

from trellis_engine.matching import Plan, Pool, Settings, Taxonomy
from trellis_engine.matching.score import Scorer

Cell = tuple[int, int]  # mentee, mentor
Cells = frozenset[Cell]


@dataclass(frozen=True)
class Instance:
    """A round as bare numbers. ``scores``: of the allowed pairs that no pin has made. ``wants``, ``places``: what the
    pins have left. ``busy``: mentees that a mentor has already, pins included. ``served``: mentees with a pin."""

    scores: dict[Cell, int]
    wants: tuple[int, ...]
    places: tuple[int, ...]
    busy: tuple[int, ...]
    served: frozenset[int]
    kept: Cells
    keep_bonus: int
    spread: int
    pinned: dict[Cell, int]

    @cached_property
    def first(self) -> int:
        """Worth of a mentee's first mentor: above all that points, bonuses and spread can make up for."""
        heaviest = 100_000 + self.keep_bonus + self.spread * (sum(self.places) + sum(self.busy))
        return 2 * heaviest * (sum(self.wants) + 1) + 1

    def points(self, cell: Cell) -> int:
        return self.scores[cell] + (self.keep_bonus if cell in self.kept else 0)

    def value(self, cells: Cells) -> int:
        """Points of the pairs, less what spread costs; the pins' points are the same in every plan and left out."""
        loads = [sum(column == at for _, column in cells) for at in range(len(self.places))]
        cost = sum(self.spread * (b + n) for b, load in zip(self.busy, loads, strict=True) for n in range(load))
        return sum(self.points(cell) for cell in cells) - cost

    def matched(self, cells: Cells) -> int:
        return len({row for row, _ in cells} - self.served)

    def fits(self, cells: Cells) -> bool:
        rows, columns = ([cell[side] for cell in cells] for side in (0, 1))
        return all(rows.count(at) <= many for at, many in enumerate(self.wants)) and all(
            columns.count(at) <= many for at, many in enumerate(self.places)
        )

    def among(self, allowed: Callable[[Cell], bool]) -> "Instance":
        return replace(self, scores={cell: score for cell, score in self.scores.items() if allowed(cell)})


def instance_of(pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Instance:
    table = np.zeros((0, 0), np.int64)
    if pool.mentees and pool.mentors:
        table = Scorer(pool, settings, taxonomy).judge(slice(0, len(pool.mentees)))[0]
    rows, columns = ({person.id: at for at, person in enumerate(side)} for side in (pool.mentees, pool.mentors))
    pins = {(rows[mentee], columns[mentor]) for mentee, mentor in settings.pinned}
    taken = [[cell[side] for cell in pins] for side in (0, 1)]
    here = [(rows[e], columns[o]) for e, o in settings.kept if e in rows and o in columns]
    return Instance(
        scores={(int(i), int(j)): int(table[i, j]) for i, j in np.argwhere(table) if (i, j) not in pins},
        wants=tuple(person.places - taken[0].count(at) for at, person in enumerate(pool.mentees)),
        places=tuple(person.places - taken[1].count(at) for at, person in enumerate(pool.mentors)),
        busy=tuple(person.busy + taken[1].count(at) for at, person in enumerate(pool.mentors)),
        served=frozenset(taken[0]),
        kept=frozenset(here),
        keep_bonus=settings.keep_bonus,
        spread=settings.spread,
        pinned={cell: int(table[cell]) for cell in pins},
    )


def cells_of(plan: Plan, pool: Pool, instance: Instance) -> Cells:
    """The plan's own pairs, without the pins."""
    rows, columns = ({person.id: at for at, person in enumerate(side)} for side in (pool.mentees, pool.mentors))
    return frozenset((rows[pair.mentee], columns[pair.mentor]) for pair in plan.pairs) - frozenset(instance.pinned)


# --- OR-tools


def by_flow(instance: Instance, first: int) -> Cells:
    """The plan with the highest ``first`` x matched + value, as a flow: source, mentees, mentors, sink."""
    many, few = len(instance.wants), len(instance.places)
    source, sink = many + few, many + few + 1
    solver = min_cost_flow.SimpleMinCostFlow()
    cells = sorted(instance.scores)
    arcs = [
        solver.add_arc_with_capacity_and_unit_cost(row, many + column, 1, -instance.points((row, column)))
        for row, column in cells
    ]
    for row, wants in enumerate(instance.wants):
        worth = 0 if row in instance.served else first
        solver.add_arc_with_capacity_and_unit_cost(source, row, min(wants, 1), -worth)
        solver.add_arc_with_capacity_and_unit_cost(source, row, max(wants - 1, 0), 0)
    for column, places in enumerate(instance.places):
        for place in range(min(places, many)):
            cost = instance.spread * (instance.busy[column] + place)
            solver.add_arc_with_capacity_and_unit_cost(many + column, sink, 1, cost)
    amount = sum(instance.wants)
    solver.add_arc_with_capacity_and_unit_cost(source, sink, amount, 0)
    solver.set_node_supply(source, amount)
    solver.set_node_supply(sink, -amount)
    assert solver.solve() == solver.OPTIMAL
    return frozenset(cell for cell, arc in zip(cells, arcs, strict=True) if solver.flow(arc))


def under(instance: Instance, floor: int) -> Instance:
    """Only pairs good enough: at least the floor or, where a mentee has fewer that good than they want, the last of
    their own best."""
    open_to: dict[int, list[int]] = {}
    for (row, column), score in instance.scores.items():
        if instance.places[column] > 0:
            open_to.setdefault(row, []).append(score)
    last = {
        row: sorted(scores, reverse=True)[instance.wants[row] - 1]
        for row, scores in open_to.items()
        if 0 < instance.wants[row] <= len(scores)
    }
    return instance.among(lambda cell: instance.scores[cell] >= min(floor, last.get(cell[0], 0)))


def counting_pairs(instance: Instance) -> Cells:
    """Most mentees, then most pairs, then the value, as one flow."""
    each = instance.first
    heavy = replace(instance, scores={cell: score + each for cell, score in instance.scores.items()})
    return by_flow(heavy, each * (sum(instance.wants) + 1))


def highest_floor(instance: Instance) -> int:
    """The highest score that as a floor leaves as many matched, and as many pairs, by one flow for each."""

    def counts(cells: Cells) -> tuple[int, int]:
        return instance.matched(cells), len(cells)

    most = counts(counting_pairs(instance))
    steps = sorted(set(instance.scores.values()))
    return max((step for step in steps if counts(counting_pairs(under(instance, step))) == most), default=0)


def by_wishes(instance: Instance, ranks: dict[Cell, int], longest: int) -> Cells:
    """Rank-maximal: one number holds matched, then the count of each rank, then the points, so that none reaches up."""
    base, points = sum(instance.wants) + 1, (100_000 + instance.keep_bonus) * (sum(instance.wants) + 1)
    worth = {
        cell: instance.points(cell) + (points * base ** (longest - ranks[cell]) if cell in ranks else 0)
        for cell in instance.scores
    }
    plain = replace(instance, scores=worth, keep_bonus=0, spread=0)
    return by_flow(plain, points * base ** (longest + 1))


# --- every plan there is


def every_plan(instance: Instance) -> Iterator[Cells]:
    """For a handful of allowed pairs."""
    cells = sorted(instance.scores)

    def extended(at: int, made: Cells) -> Iterator[Cells]:
        if at == len(cells):
            yield made
            return
        yield from extended(at + 1, made)
        if instance.fits(made | {cells[at]}):
            yield from extended(at + 1, made | {cells[at]})

    return extended(0, frozenset())


def best_circles(instance: Instance, smallest: int) -> tuple[int, int]:
    """Most mentees in circles, then their points, pins not counted: every way to send mentees to mentors, told apart
    only by how many each mentor then has. Whom a pin has placed stays there, and a pin opens a circle of any size."""
    opened = {column for _, column in instance.pinned}
    ways = {(0,) * len(instance.places): (0, 0)}
    for row, wants in enumerate(instance.wants):
        if wants < 1 or row in instance.served:
            continue
        more = dict(ways)
        for loads, (matched, total) in ways.items():
            for column, places in enumerate(instance.places):
                if (row, column) in instance.scores and loads[column] < places:
                    now = (*loads[:column], loads[column] + 1, *loads[column + 1 :])
                    worth = matched + 1, total + instance.scores[row, column]
                    more[now] = max(more.get(now, worth), worth)
        ways = more
    return max(
        worth
        for loads, worth in ways.items()
        if all(load == 0 or load >= smallest or column in opened for column, load in enumerate(loads))
    )


# --- Gale and Shapley


Order = Callable[[Cell], tuple[int, int, int]]  # of one side: less is better


def deferred_acceptance(instance: Instance, mentee: Order, mentor: Order) -> Cells:
    """Mentees ask, best first; a mentor keeps the best of those who asked and sends the rest on."""
    lists = [
        sorted((cell for cell in instance.scores if cell[0] == row), key=mentee) for row in range(len(instance.wants))
    ]
    held: set[Cell] = set()
    while True:
        asking = [
            row
            for row, wants in enumerate(instance.wants)
            if lists[row] and sum(cell[0] == row for cell in held) < wants
        ]
        if not asking:
            return frozenset(held)
        cell = lists[asking[0]].pop(0)
        held.add(cell)
        mine = sorted((each for each in held if each[1] == cell[1]), key=mentor)
        held -= set(mine[max(instance.places[cell[1]], 0) :])
