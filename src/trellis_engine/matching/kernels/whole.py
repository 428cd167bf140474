"""Scores written down one by one, for those who need them all: a pair of equals is looked at from both its people."""

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled
from trellis_engine.matching.kernels.scores import TILE, Bench, Terms, lowest_points, score_tile

Small = npt.NDArray[np.int32]


@compiled
def write_scores(terms: Terms, bench: Bench, start: int, stop: int, left: int, right: int, found: Small) -> None:
    """found[row - start, column - left] = the pair's score, 0 if it is forbidden. ``left`` is where a tile begins."""
    lowest = lowest_points(terms, 0)
    for begin in range(left, right, TILE):
        end = min(begin + TILE, right)
        for row in range(start, stop):
            score_tile(terms, row, begin, end, bench)
            for at in range(end - begin):
                points = bench.score[at]
                found[row - start, begin - left + at] = max(points, 1) if points >= lowest else 0
