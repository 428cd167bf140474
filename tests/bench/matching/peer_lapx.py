"""lapx, the shortest augmenting paths of Jonker and Volgenant in C++."""

from pathlib import Path
from typing import Any

import lap
import numpy as np

from tests.bench.matching.cases import Case
from tests.bench.matching.given import Fresh, Grid


def prepare(runner: str, case: Case, folder: Path) -> Fresh:
    grid = Grid(case, folder)
    costs = grid.costs()

    def read(answer: Any) -> dict[str, int]:
        rows = np.flatnonzero(answer[1] >= 0)
        return grid.reached_places(rows, answer[1][rows])

    return lambda: (lambda: lap.lapjv(costs, extend_cost=True), read)
