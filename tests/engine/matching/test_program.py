"""The exact program: solved from nothing, in parts, and with costs that grow, against its own dual bound."""

import random
from collections.abc import Callable

import numpy as np

from tests.engine.matching.worlds import TRIALS
from trellis_engine.matching.program import Program

Edge = tuple[int, int, int]


class Instance:
    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.n, self.m = chance.randint(1, 7), chance.randint(1, 7)
        self.wants = [chance.randint(0, 3) for _ in range(self.n)]
        self.places = [chance.randint(0, 3) for _ in range(self.m)]
        self.bonus = chance.choice([0, 1_000])
        self.step = [chance.choice([0, 0, 2, 5]) for _ in range(self.m)]
        self.base = [chance.randint(0, 2) for _ in range(self.m)]
        heaviest = chance.choice([3, 20])
        self.edges: list[Edge] = [
            (row, column, chance.randint(1, heaviest))
            for row in range(self.n)
            for column in range(self.m)
            if chance.random() < 0.6
        ]
        chance.shuffle(self.edges)

    def program(self) -> Program:
        numbers = (self.wants, self.places, [self.bonus] * self.n, self.step, self.base)
        return Program(*(np.array(each, np.int64) for each in numbers))

    def value(self, program: Program) -> int:
        _, _, weights = program.pairs()
        load = program.load.tolist()
        costs = sum(self._cost(j, s) for j in range(self.m) for s in range(load[self.n + j]))
        return int(weights.sum()) - costs + self.bonus * sum(count > 0 for count in load[: self.n])

    def bound(self, program: Program) -> int:
        prices = program.prices.tolist()
        total = sum(max(prices[j] - self._cost(j, s), 0) for j in range(self.m) for s in range(self.places[j]))
        for row in range(self.n):
            margins = [w - prices[j] for i, j, w in self.edges if i == row and self.places[j]]
            gain = self.bonus
            for margin in sorted(margins, reverse=True)[: self.wants[row]]:
                total += max(margin + gain, 0)
                gain = 0
        return total

    def _cost(self, column: int, load: int) -> int:
        return self.step[column] * (self.base[column] + load)


def add(program: Program, edges: list[Edge]) -> None:
    rows, columns, weights = np.array(edges, np.int64).reshape(-1, 3).T
    program.add_edges(rows, columns, weights)
    program.solve()


def test_solution_is_worth_what_its_prices_allow(record_property: Callable[[str, object], None]) -> None:
    for seed in range(TRIALS):
        instance, chance = Instance(seed), random.Random(-seed)
        at_once, in_parts = instance.program(), instance.program()
        add(at_once, instance.edges)
        cuts = sorted(chance.randint(0, len(instance.edges)) for _ in range(2))
        for part in (instance.edges[: cuts[0]], instance.edges[cuts[0] : cuts[1]], instance.edges[cuts[1] :]):
            add(in_parts, part)

        assert instance.value(at_once) == instance.bound(at_once), seed
        assert instance.value(in_parts) == instance.bound(in_parts) == instance.value(at_once), seed
    record_property("instances", 2 * TRIALS)


def test_prices_found_by_bids_lead_to_the_same_value() -> None:
    for seed in range(TRIALS):
        instance, raised = Instance(seed), random.Random(-seed).choice([1, 100])
        instance.edges = [(row, column, raised * weight) for row, column, weight in instance.edges]
        plain, begun = instance.program(), instance.program()
        add(plain, instance.edges)
        rows, columns, weights = np.array(instance.edges, np.int64).reshape(-1, 3).T
        begun.add_edges(rows, columns, weights)
        begun.bid(random.Random(seed).choice([0, 10]))
        begun.solve()

        assert instance.value(begun) == instance.bound(begun) == instance.value(plain), seed


def test_edges_taken_away_leave_the_best_of_the_rest() -> None:
    for seed in range(TRIALS // 2):
        instance, chance = Instance(seed), random.Random(-seed)
        program = instance.program()
        add(program, instance.edges)
        gone = np.array([chance.random() < 0.3 for _ in instance.edges], bool)
        program.drop_edges(gone)
        program.solve()
        instance.edges = [edge for edge, out in zip(instance.edges, gone, strict=True) if not out]

        assert instance.value(program) == instance.bound(program), seed
