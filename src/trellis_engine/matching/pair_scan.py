"""Looks at all pairs where each of them counts more than its score: the same looks, at lower prices."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.scan import Offers, Scan
from trellis_engine.matching.score import Scorer

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


class PairScan(Scan):
    """``pair_bonus``: what every pair is worth beyond its score."""

    def __init__(self, scorer: Scorer, taken: Sequence[tuple[int, int]], pair_bonus: int) -> None:
        super().__init__(scorer, tuple(taken))
        self.pair_bonus = pair_bonus

    def best(self, prices: Ints, most: int, above: Ints, least: Small, closed: Flags, *, count: bool = False) -> Offers:
        return super().best(prices - self.pair_bonus, most, above, least, closed, count=count)

    def bonus_of(self, rows: Small, columns: Small) -> Ints:
        return super().bonus_of(rows, columns) + self.pair_bonus
