"""SciPy's two solvers: dense and sparse."""

from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from tests.bench.matching.cases import Case
from tests.bench.matching.given import Fresh, Grid, Reading, Work


def dense(grid: Grid) -> tuple[Work, Reading]:
    costs = grid.costs()
    return lambda: linear_sum_assignment(costs), lambda answer: grid.reached_places(*answer)


def sparse(grid: Grid) -> tuple[Work, Reading]:
    """It demands that everybody is matched: each row gets a column of its own that means nobody."""
    count, places = len(grid.scores), len(grid.column)
    allowed = grid.scores[:, grid.column] > 0
    rows, columns = np.nonzero(allowed)
    values = grid.best + 1.0 - (grid.scores[rows, grid.column[columns]] + float(grid.facts.bonus))
    nobody = np.full(count, grid.best + 1.0)
    table = scipy.sparse.csr_matrix(
        (np.r_[values, nobody], (np.r_[rows, np.arange(count)], np.r_[columns, places + np.arange(count)])),
        shape=(count, places + count),
    )
    del allowed, rows, columns, values

    def read(answer: Any) -> dict[str, int]:
        chosen = answer[1] < places
        return grid.reached_places(answer[0][chosen], answer[1][chosen])

    return lambda: min_weight_full_bipartite_matching(table), read


def prepare(runner: str, case: Case, folder: Path) -> Fresh:
    found = (sparse if runner == "scipy-sparse" else dense)(Grid(case, folder))
    return lambda: found
