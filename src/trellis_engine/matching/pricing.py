"""Column generation: an exact optimum over all pairs from a few of them.

Solve on some candidates, ask all pairs which of them would pay at the prices found, add those, go on from where the
solver stood, until no pair pays. Then the prices prove the plan best over every pair, candidate or not (Lübbecke &
Desrosiers 2005).
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels.scores import OUT
from trellis_engine.matching.program import Program
from trellis_engine.matching.scan import Offers, Scan

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

FIRST_CANDIDATES = 24  # pairs of each mentee to begin with
MORE_CANDIDATES = 12  # that pay, added at a time

Step = Callable[[int], None]  # told after every look at all pairs how many of them still pay


def first_look(scan: Scan, program: Program, closed: Flags) -> Offers:
    """Every row's best pairs at the prices of empty places, which become the first candidates."""
    anything = np.where(program.limit[: scan.rows] > 0, -OUT, OUT)
    least = np.zeros(scan.rows, np.int32)
    found = scan.best(program.prices, FIRST_CANDIDATES, anything, least, closed, count=True)
    program.add_edges(found.rows, found.columns, found.margins + program.prices[found.columns])
    return found


def solve_all_pairs(scan: Scan, program: Program, least: Small, closed: Flags, step: Step) -> None:
    """Make the program's plan the best over all pairs that reach ``least`` of their row."""
    while True:
        program.solve()
        most = MORE_CANDIDATES + int(program.limit[: scan.rows].max(initial=0))
        above = np.where(program.limit[: scan.rows] > 0, program.worths, OUT)
        found = scan.best(program.prices, most, above, least, closed)
        step(len(found.rows))
        if not _add(program, found):
            return


def _add(program: Program, found: Offers) -> bool:
    """Add the pairs that are not candidates yet; those in use may well pay more than their holder's last place."""
    known = np.sort(program.end_a.astype(np.int64) * program.m + program.end_b - program.n)
    codes = found.rows.astype(np.int64) * program.m + found.columns
    new = np.searchsorted(known, codes, "right") == np.searchsorted(known, codes, "left")
    if not new.any():
        return False
    columns = found.columns[new]
    program.add_edges(found.rows[new], columns, found.margins[new] + program.prices[columns])
    return True
