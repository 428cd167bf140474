"""Six data sets worked by hand to four decimals, and the same functions against SciPy."""

import random
from math import comb

import numpy as np
import pytest
from scipy import stats

from trellis_engine.matching.fairness import judged
from trellis_engine.matching.fairness_groups import Group
from trellis_engine.matching.fairness_statistics import (
    clopper_pearson,
    fisher_exact,
    holm,
    permutation_test,
    ratio_interval,
    right_order,
)


def rows(*groups: tuple[int, int]) -> list[tuple[float | None, float]]:
    """(impact ratio, p) for groups given as (yes, size)."""
    made = [Group((str(n),), yes, size - yes) for n, (yes, size) in enumerate(groups)]
    return [(None if row.ratio is None else round(row.ratio, 4), round(row.p, 4)) for row in judged(made)]


def bounds(yes: int, size: int) -> tuple[float, float]:
    found = clopper_pearson(yes, size)
    return round(found.low, 4), round(found.high, 4)


def test_data_set_1_half_the_rate() -> None:
    # 48 of 80 = 0.6 against 12 of 40 = 0.3: ratio 0.3 / 0.6 = 0.5.
    assert [ratio for ratio, _ in rows((48, 80), (12, 40))] == [1.0, 0.5]
    # No closed form; SciPy agrees with both below.
    assert bounds(48, 80) == (0.4844, 0.7080)
    assert bounds(12, 40) == (0.1656, 0.4653)


def test_data_set_2_eight_cups_of_tea() -> None:
    # Fisher's own: 3 of 4 against 1 of 4. C(8, 4) = 70 ways; 1, 16, 36, 16, 1 for 0 to 4 yes. No likelier than
    # 16: 1 + 16 + 16 + 1 = 34, and 34 / 70 = 0.4857. Ratio (1/4) / (3/4) = 0.3333.
    assert rows((3, 4), (1, 4)) == [(1.0, 0.4857), (0.3333, 0.4857)]
    # At least one of 4: 1 - (1 - x)^4 = 0.025, so x = 1 - 0.975^(1/4) = 0.0063; the mirror image for 3 of 4.
    assert bounds(1, 4) == (0.0063, 0.8059)
    assert bounds(3, 4) == (0.1941, 0.9937)


def test_data_set_3_nobody_of_one_group() -> None:
    # 0 of 10 against 5 of 10: never a ratio of 0. C(20, 5) = 15504; 0 or 5 yes in the first: C(10, 5) = 252 each;
    # 504 / 15504 = 0.0325.
    assert rows((0, 10), (5, 10)) == [(None, 0.0325), (1.0, 0.0325)]
    # (1 - x)^10 = 0.025, so x = 1 - 0.025^(1/10) = 0.3085.
    assert bounds(0, 10) == (0.0, 0.3085)


def test_data_set_4_everybody() -> None:
    # 20 of 20 and 10 of 10: one way only, so p = 1. x^20 = 0.025: x = 0.8316; x^10 = 0.025: x = 0.6915.
    assert rows((20, 20), (10, 10)) == [(1.0, 1.0), (1.0, 1.0)]
    assert bounds(20, 20) == (0.8316, 1.0)
    assert bounds(10, 10) == (0.6915, 1.0)


def test_data_set_5_three_groups() -> None:
    # 9, 8 and 4 of 10 each: ratios 1, 8/9 = 0.8889, 4/9 = 0.4444. The third against 17 of 20: C(30, 21) = 14307150
    # ways. 4 yes: 210 x 1140 = 239400; fewer: 120 x 190 + 45 x 20 + 10 x 1 = 23710; 10 yes: 167960 (9 yes is
    # likelier than 4). 431070 / 14307150 = 0.0301.
    found = rows((9, 10), (8, 10), (4, 10))
    assert [ratio for ratio, _ in found] == [1.0, 0.8889, 0.4444]
    assert found[2][1] == 0.0301
    # Holm of 0.01, 0.04, 0.03: 3 x 0.01, then 2 x 0.03, then the greater of 0.06 and 0.04.
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_data_set_6_scores_that_do_not_overlap() -> None:
    # {1, 2, 3} and {4, 5, 6}: of C(6, 3) = 20 splits only this one and its mirror lie so far apart: 2 / 20.
    assert permutation_test([1, 2, 3], [4, 5, 6]) == 0.1
    # {1, 2} and {2, 9}: sums of two of the four: 3, 3, 10, 4, 11, 11; the middle is 7; all but 10 and 4 lie at least
    # |3 - 7| = 4 away: 4 / 6.
    assert permutation_test([1, 2], [2, 9]) == pytest.approx(4 / 6)
    # Of 3 x 3 pairs the first group never lies above; of 2 x 2 one is a tie.
    assert right_order([1, 2, 3], [4, 5, 6]) == (0, 9)
    assert right_order([1, 2], [2, 9]) == (1, 4)


def test_empty_single_and_all_zero_groups_are_not_enough_data() -> None:
    empty = judged([Group(("a",), 0, 0), Group(("b",), 5, 5)])
    single = judged([Group(("a",), 1, 0), Group(("b",), 5, 5)])
    nobody = judged([Group(("a",), 0, 10), Group(("b",), 0, 10)])

    assert [row.ratio for row in (*empty, *single, *nobody)] == [None, 1.0, None, 1.0, None, None]
    assert {row.verdict for row in (empty[0], single[0], *nobody)} == {"not_enough"}


@pytest.mark.parametrize("seed", range(40))
def test_intervals_and_tests_agree_with_scipy(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(10):
        size, other = chance.randint(1, 400), chance.randint(1, 400)
        yes, other_yes = chance.randint(0, size), chance.randint(0, other)
        exact = stats.binomtest(yes, size).proportion_ci(0.95, "exact")
        found = clopper_pearson(yes, size)
        table = [[yes, size - yes], [other_yes, other - other_yes]]

        assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=1e-9)
        assert fisher_exact(yes, size, other_yes, other) == pytest.approx(stats.fisher_exact(table).pvalue, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_permutation_and_order_agree_with_scipy(seed: int) -> None:
    chance = np.random.default_rng(seed)
    one, other = chance.integers(0, 9, 6), chance.integers(0, 9, 7)

    def difference(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
        return np.mean(a, axis=axis) - np.mean(b, axis=axis)

    exact = stats.permutation_test((one, other), difference, n_resamples=np.inf, vectorized=True)
    above = stats.mannwhitneyu(one, other).statistic

    # SciPy doubles the smaller tail; ours counts both, which differs where they are uneven.
    sums = np.abs(exact.null_distribution) >= abs(exact.statistic) - 1e-12
    assert permutation_test(one.tolist(), other.tolist()) == pytest.approx(sums.mean())
    assert right_order(one.tolist(), other.tolist())[0] / 2 == above
    assert len(exact.null_distribution) == comb(13, 6)


def test_random_splits_come_near_to_all_splits_and_are_the_same_each_time() -> None:
    one, other = [3, 5, 8, 9, 9, 12, 14, 15, 18], [1, 2, 4, 5, 6, 7, 9, 10, 11]
    few = permutation_test(one, other)  # C(18, 9) = 48620 splits: drawn
    null = stats.permutation_test(
        (one, other), lambda a, b, axis: np.mean(a, axis) - np.mean(b, axis), n_resamples=np.inf
    )

    assert few == permutation_test(one, other)
    assert few == pytest.approx((np.abs(null.null_distribution) >= null.statistic - 1e-9).mean(), abs=0.01)


def test_intervals_cover_what_they_claim() -> None:
    """Exactly, by adding up the chances of all outcomes, for shares all over the range."""
    least = 1.0
    for size in (10, 33):
        inside = [clopper_pearson(yes, size) for yes in range(size + 1)]
        for share in np.linspace(0.01, 0.99, 99):
            chances = stats.binom.pmf(range(size + 1), size, share)
            least = min(least, sum(c for c, i in zip(chances, inside, strict=True) if i.low <= share <= i.high))

    assert least >= 0.95


def test_the_interval_of_a_ratio_covers_at_least_as_much() -> None:
    size, shares = 40, (0.5, 0.8)
    chances = [stats.binom.pmf(range(size + 1), size, share) for share in shares]
    covered = 0.0
    for yes in range(size + 1):
        for best in range(1, size + 1):
            found = ratio_interval(yes, size, best, size)
            if found and found.low <= shares[0] / shares[1] <= found.high:
                covered += chances[0][yes] * chances[1][best]

    assert covered >= 0.95
