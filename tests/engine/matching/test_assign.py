import random
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

import trellis_engine.matching.assign as assign_module
from tests.engine.matching.worlds import TRIALS, optimum
from trellis_engine.matching.assign import Graph, assign


def graph(scores: np.ndarray, wants: list[int], places: list[int], bonus: list[int]) -> Graph:
    rows = [np.flatnonzero(line) for line in scores]
    return Graph(
        first=np.cumsum([0, *map(len, rows)], dtype=np.int64),
        mentor=np.concatenate([np.zeros(0, np.int32), *rows]).astype(np.int32),
        weight=scores[scores > 0].astype(np.int32),
        wants=tuple(wants),
        places=tuple(places),
        bonus=tuple(bonus),
    )


def instance(seed: int, most: int) -> tuple[np.ndarray, list[int], list[int], list[int]]:
    chance = np.random.default_rng(seed)
    shape = chance.integers(1, most + 1, 2)
    highest = (3, 20, 100_000)[seed % 3]
    scores = chance.integers(1, highest + 1, shape) * (chance.random(shape) < chance.choice([0.3, 0.8, 1.0]))
    wants = chance.integers(0, 2 + seed % 3, shape[0]).tolist()
    places = chance.integers(0, 4, shape[1]).tolist()
    bonus = chance.choice([0, 100_000 * most * 8 + 1], shape[0]).tolist()
    return scores, wants, places, bonus


def value(pairs: tuple[tuple[int, int, int], ...], bonus: list[int]) -> int:
    return sum(weight for _, _, weight in pairs) + sum(bonus[i] for i in {i for i, _, _ in pairs})


@pytest.mark.parametrize("few", [1, 16])
def test_value_equals_scipy_on_many_random_instances(
    few: int, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """Also where only one pair of each mentee is known to begin with, and one is let in at a time."""
    monkeypatch.setattr(assign_module, "FIRST_LOOK", few)
    monkeypatch.setattr(assign_module, "LET_IN", few)
    record_property("instances_equal_to_SciPy", TRIALS)
    for seed in range(TRIALS):
        scores, wants, places, bonus = instance(seed, 6)

        found = assign(graph(scores, wants, places, bonus))

        assert value(found.pairs, bonus) == optimum(scores, wants, places, bonus), seed


@pytest.mark.parametrize("wants", [1, 2])
@pytest.mark.parametrize("places", [1, 3])
def test_value_equals_scipy_on_wider_instances(wants: int, places: int) -> None:
    chance = np.random.default_rng(wants * 10 + places)
    scores = chance.integers(1, 500, (40, 25))
    sizes = [wants] * 40, [places] * 25, [10_000_000] * 40

    found = assign(graph(scores, *sizes))

    assert value(found.pairs, sizes[2]) == optimum(scores, *sizes)


def test_value_equals_brute_force_on_tiny_instances() -> None:
    for seed in range(min(TRIALS, 400)):
        scores, wants, places, bonus = instance(seed, 3)
        cells = [cell for cell in product(*map(range, scores.shape)) if scores[cell]]
        best = 0
        for chosen in product([False, True], repeat=len(cells)):
            taken = [cell for cell, yes in zip(cells, chosen, strict=True) if yes]
            rows, columns = [i for i, _ in taken], [j for _, j in taken]
            if all(rows.count(i) <= wants[i] for i in rows) and all(columns.count(j) <= places[j] for j in columns):
                best = max(best, value(tuple((i, j, int(scores[i, j])) for i, j in taken), bonus))

        found = assign(graph(scores, wants, places, bonus))

        assert value(found.pairs, bonus) == best, seed


def test_no_pair_twice_and_no_one_over_places() -> None:
    for seed in range(300):
        scores, wants, places, bonus = instance(seed, 8)

        pairs = [(i, j) for i, j, _ in assign(graph(scores, wants, places, bonus)).pairs]

        assert len(set(pairs)) == len(pairs)
        assert all(sum(i == row for i, _ in pairs) <= want for row, want in enumerate(wants))
        assert all(sum(j == column for _, j in pairs) <= place for column, place in enumerate(places))
        assert all(scores[pair] for pair in pairs)


def test_prices_are_zero_where_places_are_left() -> None:
    for seed in range(300):
        scores, wants, places, bonus = instance(seed, 8)

        found = assign(graph(scores, wants, places, bonus))

        used = [sum(j == column for _, j, _ in found.pairs) for column in range(len(places))]
        spare = [price for price, use, place in zip(found.prices, used, places, strict=True) if use < place]
        assert min(found.prices) >= 0
        assert spare == [0] * len(spare)


def test_same_graph_gives_same_answer() -> None:
    scores, wants, places, bonus = instance(random.Random(5).randint(0, 99), 8)

    once, again = (assign(graph(scores, wants, places, bonus)) for _ in range(2))

    assert once == again


def test_pairs_are_let_in_until_the_prices_prove_the_plan_over_all() -> None:
    for seed in range(20):
        chance = np.random.default_rng(seed)
        scores = chance.integers(1, 1 + (3, 50, 100_000)[seed % 3], (60, 50))
        wants, places, bonus = [1 + seed % 2] * 60, [1 + seed % 3] * 50, [10_000_000] * 60

        found = assign(graph(scores, wants, places, bonus))

        prices = np.array(found.prices)
        gains = np.sort(scores - prices, axis=1)[:, ::-1]
        most = [int(line[0]) + 10_000_000 + sum(max(int(each), 0) for each in line[1 : 1 + seed % 2]) for line in gains]
        ceiling = int((prices * (1 + seed % 3)).sum()) + sum(max(each, 0) for each in most)
        assert ceiling == value(found.pairs, bonus)
