"""One pass over all pairs: the scores and the best of each row, nothing kept. The floor under any proof."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from trellis_engine.matching.score import Scorer

BEST = 24  # pairs of each row that the pass finds
NOTHING = -(1 << 41)


def one_pass(scorer: Scorer) -> Callable[[], int]:
    """Ready to go: encoded and compiled. Returns how many pairs it has scored."""
    rows, columns = len(scorer.encoded.mentees), len(scorer.encoded.mentors)
    if find_spec("trellis_engine.matching.scan") is None:
        return lambda: sum(scorer.judge(block)[0].size for block in scorer.row_blocks())
    from trellis_engine.matching.scan import Scan  # noqa: PLC0415  # only where the engine is compiled

    scan = Scan(scorer)
    prices, above = np.zeros(columns, np.int64), np.full(rows, NOTHING, np.int64)
    least, closed = np.ones(rows, np.int32), np.zeros(columns, bool)

    def work() -> int:
        scan.best(prices, BEST, above, least, closed)
        return rows * columns

    return work
