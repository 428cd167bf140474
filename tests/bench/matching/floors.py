"""What a pass over all pairs cannot go below on this machine, told beside what it takes.

Memory: the bytes that every pair makes the processor read and write, at the speed of its second-nearest memory, where
a tile of mentors with all that is known of them lies. Arithmetic: tables, week and the comparison with the price over
one and the same few mentors, all in the nearest memory, without skills, lists and the choice of the best.
"""

import time

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled
from trellis_engine.matching.kernels.scores import Bench, Ints, Terms, _common_bits, _tables, bench
from trellis_engine.matching.terms import Scored

NEAR = 512  # mentors whose numbers lie in the nearest memory
ROWS = 4_000
STREAM = 1 << 17  # numbers of eight bytes: a megabyte, too much for the nearest memory
REPEATS = 200
A_SECOND = 1e9


@compiled
def _sum(numbers: npt.NDArray[np.uint64], repeats: int) -> int:
    total = np.uint64(0)
    for _ in range(repeats):
        for at in range(len(numbers)):
            total ^= numbers[at] + np.uint64(1)
    return int(total)


@compiled
def _leanest(terms: Terms, working: Bench, rows: int, stop: int, price: Ints) -> int:
    found = 0
    for row in range(rows):
        _tables(terms.tables, row, 0, stop, working.score)
        _common_bits(terms.bits, row, 0, stop, working)
        best = -(1 << 62)
        for column in range(stop):
            best = max(best, working.score[column] - price[column])
        found += best
    return found


def bytes_a_pair(terms: Terms) -> float:
    """Codes of the tables, words of the week, the price, and the score written and read again."""
    words = (terms.bits.stop - terms.bits.first).mean()
    return float(2 * len(terms.tables.width) + 8 * words + 8 + 2 * 4)


def floors(scored: Scored) -> dict[str, float]:
    """Nanoseconds of one core a pair."""
    terms, stop = scored.terms, min(scored.columns, NEAR)
    rows, price = min(scored.rows, ROWS), np.zeros(stop, np.int64)
    stream = np.ones(STREAM, np.uint64)
    working = bench()
    _sum(stream, 1)
    _leanest(terms, working, 1, stop, price)
    begun = time.process_time()
    _sum(stream, REPEATS)
    a_byte = (time.process_time() - begun) * A_SECOND / (8 * STREAM * REPEATS)
    begun = time.process_time()
    _leanest(terms, working, rows, stop, price)
    arithmetic = (time.process_time() - begun) * A_SECOND / (rows * stop)
    return {"memory": a_byte * bytes_a_pair(terms), "arithmetic": arithmetic}
