from collections.abc import Callable

import numpy as np

from tests.engine.matching.test_assign import graph, instance, value
from tests.engine.matching.worlds import TRIALS
from trellis_engine.matching.assign import assign
from trellis_engine.matching.dense import assign_dense


def test_worth_the_same_as_solving_on_all_pairs_at_once(record_property: Callable[[str, object], None]) -> None:
    record_property("dense_instances_equal", TRIALS)
    for seed in range(TRIALS):
        scores, wants, places, bonus = instance(seed, 6)

        found = assign_dense(graph(scores, wants, places, bonus))

        assert value(found.pairs, bonus) == value(assign(graph(scores, wants, places, bonus)).pairs, bonus), seed


def test_pairs_are_let_in_until_the_prices_prove_the_plan_over_all() -> None:
    for seed in range(20):
        chance = np.random.default_rng(seed)
        scores = chance.integers(1, 1 + (3, 50, 100_000)[seed % 3], (60, 50))
        wants, places, bonus = [1 + seed % 2] * 60, [1 + seed % 3] * 50, [10_000_000] * 60

        whole = graph(scores, wants, places, bonus)
        found = assign_dense(whole)

        assert value(found.pairs, bonus) == value(assign(whole).pairs, bonus)
        prices = np.array(found.prices)
        gains = np.sort(scores - prices, axis=1)[:, ::-1]
        most = [int(line[0]) + 10_000_000 + sum(max(int(each), 0) for each in line[1 : 1 + seed % 2]) for line in gains]
        ceiling = int((prices * (1 + seed % 3)).sum()) + sum(max(each, 0) for each in most)
        assert ceiling == value(found.pairs, bonus)
