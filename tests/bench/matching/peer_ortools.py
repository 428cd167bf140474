"""OR-tools: the assignment solver and the minimum-cost flow, both by cost scaling."""

from pathlib import Path
from typing import Any

import numpy as np
from ortools.graph.python import linear_sum_assignment, min_cost_flow

from tests.bench.matching.cases import Case
from tests.bench.matching.given import Fresh, Grid, Reading, Work
from tests.bench.matching.scores import Facts


def assignment(grid: Grid) -> tuple[Work, Reading]:
    """It demands as many rows as columns: the shorter side is filled up with nobody."""
    gains = np.where(grid.scores > 0, grid.scores.astype(np.int64) + grid.facts.bonus, 0)[:, grid.column]
    size = max(gains.shape)
    full = np.zeros((size, size), np.int64)
    full[: gains.shape[0], : gains.shape[1]] = grid.best - gains
    left, right = (side.astype(np.int32).ravel() for side in np.indices(full.shape))
    costs = full.ravel()

    def work() -> list[int]:
        solver = linear_sum_assignment.SimpleLinearSumAssignment()
        solver.add_arcs_with_cost(left, right, costs)
        assert solver.solve() == solver.OPTIMAL
        return [solver.right_mate(row) for row in range(size)]

    def read(answer: list[int]) -> dict[str, int]:
        pairs = [(row, place) for row, place in enumerate(answer[: len(grid.scores)]) if place < len(grid.column)]
        return grid.reached((row, int(grid.column[place])) for row, place in pairs)

    return work, read


def flow_of(grid: Grid) -> tuple[Work, Reading]:
    rows, columns = np.nonzero(grid.scores)
    found = Flow(grid.facts, rows, columns, grid.scores[rows, columns].astype(np.int64))
    return found.chosen, lambda edges: grid.reached(zip(rows[edges].tolist(), columns[edges].tolist(), strict=True))


class Flow:
    """b-matching as a flow: source, mentees, mentors, sink. The first unit into a mentee earns the bonus."""

    def __init__(self, facts: Facts, rows: Any, columns: Any, weights: Any, bonus: int | None = None) -> None:
        many, few, edges = len(facts.wants), len(facts.places), len(rows)
        source, sink, mentees = many + few, many + few + 1, np.arange(many)
        wants = np.array(facts.wants, np.int64)
        first = facts.bonus if bonus is None else bonus
        zero = np.zeros
        self.edges = edges
        self.amount = int(min(wants.sum(), sum(facts.places)))
        self.ends = source, sink
        self.tail = np.r_[rows, np.full(2 * many, source), many + np.arange(few), source].astype(np.int32)
        self.head = np.r_[many + columns, mentees, mentees, np.full(few, sink), sink].astype(np.int32)
        self.capacity = np.r_[
            np.ones(edges, np.int64), np.minimum(wants, 1), np.maximum(wants - 1, 0), facts.places, self.amount
        ].astype(np.int64)
        self.cost = np.r_[-weights, np.full(many, -first), zero(many, np.int64), zero(few, np.int64), 0].astype(
            np.int64
        )

    def chosen(self) -> Any:
        """The edges used, ascending."""
        solver = min_cost_flow.SimpleMinCostFlow()
        arcs = solver.add_arcs_with_capacity_and_unit_cost(self.tail, self.head, self.capacity, self.cost)
        for node, supply in zip(self.ends, (self.amount, -self.amount), strict=True):
            solver.set_node_supply(node, supply)
        assert solver.solve() == solver.OPTIMAL
        return np.flatnonzero(solver.flows(arcs[: self.edges]))


def prepare(runner: str, case: Case, folder: Path) -> Fresh:
    found = (flow_of if runner == "ortools-flow" else assignment)(Grid(case, folder))
    return lambda: found
