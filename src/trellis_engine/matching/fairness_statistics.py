"""Exact statistics of small tables: intervals, tests and the share of pairs that a number puts in the right order.

Floats are allowed here: these are statements about a plan, never scores. Whatever decides between two outcomes is
compared in whole numbers first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

LEVEL = 0.95
HALVINGS = 60  # of an interval of length 1: far below what a float can tell apart
MOST_SPLITS = 20_000  # up to here every split is tried
DRAWS = 9_999  # beyond: as many random splits as SciPy tries by default


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


def clopper_pearson(yes: int, size: int, level: float = LEVEL) -> Interval:
    """The exact interval of a share (Clopper and Pearson 1934): all shares that neither tail rejects.

    The bounds are where the chance of at least (at most) `yes` falls to (1 - level) / 2; found by halving, because
    the chance grows steadily with the share. Never narrower than it claims to be, whatever the share.
    """
    if not 0 <= yes <= size or not size:
        raise ValueError(f"{yes} of {size}")
    tail = (1 - level) / 2
    low = 0.0 if yes == 0 else _crossing(size, range(yes, size + 1), tail, rising=True)
    high = 1.0 if yes == size else _crossing(size, range(yes + 1), tail, rising=False)
    return Interval(low, high)


def _crossing(size: int, counts: range, tail: float, *, rising: bool) -> float:
    """The share at which the chance of one of `counts` is `tail`."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size + 1)))])
    of = np.arange(counts.start, counts.stop)
    ways = logs[size] - logs[of] - logs[size - of]
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        share = (low + high) / 2
        chance = float(np.exp(ways + of * np.log(share) + (size - of) * np.log1p(-share)).sum())
        low, high = (share, high) if (chance < tail) == rising else (low, share)
    return (low + high) / 2


def ratio_interval(yes: int, size: int, best_yes: int, best_size: int, level: float = LEVEL) -> Interval | None:
    """An interval for the ratio of two shares that covers at least `level`: both exact intervals at half the error.

    Bonferroni: if both shares lie in theirs, the ratio lies in this. Wider than needed, never too narrow. None where
    the share compared with may be nothing.
    """
    half = 1 - (1 - level) / 2
    one, best = clopper_pearson(yes, size, half), clopper_pearson(best_yes, best_size, half)
    return Interval(one.low / best.high, one.high / best.low) if best.low > 0 else None


def fisher_exact(yes: int, size: int, other_yes: int, other_size: int) -> float:
    """Two-sided exact test that two shares are the same (Fisher 1922): the chance of a table no likelier than this one.

    Ways are counted in whole numbers, so tables that are equally likely are counted as such.
    """
    drawn = yes + other_yes
    least, most = max(0, drawn - other_size), min(size, drawn)
    ways = comb(size, least) * comb(other_size, drawn - least)
    all_ways = [ways]
    for count in range(least, most):
        ways = ways * (size - count) * (drawn - count) // ((count + 1) * (other_size - drawn + count + 1))
        all_ways.append(ways)
    seen = all_ways[yes - least]
    return sum(each for each in all_ways if each <= seen) / sum(all_ways)


def permutation_test(one: Sequence[int], other: Sequence[int], seed: int = 0) -> float:
    """Two-sided test that the means of two groups differ only by how people fell into them.

    Every split where there are few; else DRAWS random ones from a generator whose raw stream NumPy keeps the same
    for ever, counting the split at hand as one of them, so that p is never 0.
    """
    values = np.array([*one, *other], np.int64)
    size, total = len(one), int(values.sum())
    if not 0 < size < len(values):
        raise ValueError("two groups are needed")

    def distance(sums: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return np.abs(sums * len(values) - size * total)  # |difference of means|, in whole numbers

    seen = int(distance(np.array([sum(one)], np.int64))[0])
    splits = comb(len(values), size)
    if splits <= MOST_SPLITS:
        sums = np.array([int(values[list(each)].sum()) for each in combinations(range(len(values)), size)], np.int64)
        return int((distance(sums) >= seen).sum()) / splits
    bits = np.random.PCG64(seed)
    hits = 0
    for _ in range(DRAWS):
        order = np.argsort(bits.random_raw(len(values)), kind="stable")
        hits += int(distance(values[order[:size]].sum(keepdims=True))[0] >= seen)
    return (hits + 1) / (DRAWS + 1)


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """Chances corrected for how many questions were asked (Holm 1979): in a world without any difference, at most
    one report in twenty has one below 0.05, however the questions depend on one another."""
    order = sorted(range(len(chances)), key=lambda at: chances[at])
    corrected = [0.0] * len(chances)
    worst = 0.0
    for rank, at in enumerate(order):
        worst = max(worst, min(1.0, chances[at] * (len(chances) - rank)))
        corrected[at] = worst
    return tuple(corrected)


def right_order(members: Sequence[int], others: Sequence[int]) -> tuple[int, int]:
    """How often a member's number lies above another's, a tie counting half: (twice the wins, pairs compared).

    Twice the wins over twice the pairs is the area under the curve (Mann and Whitney 1947); half of 1 says nothing.
    """
    rest = np.sort(np.array(others, np.int64))
    below = np.searchsorted(rest, members, side="left")
    not_above = np.searchsorted(rest, members, side="right")
    return int((below + not_above).sum()), len(members) * len(others)
