"""An auction for the first prices: near enough to the true ones that little is left to settle.

Whoever has no place takes their best one, and where somebody holds it, outbids them: by what it is better than their
second best, and ``LEAST_RAISE`` more, so that two who want the same two places do not go on for ever (Bertsekas 1979).
Nobody has to keep what the bids led to: only the prices are taken over, and `kernels.paths` makes them exact.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled
from trellis_engine.matching.kernels.paths import FAR, Network

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

LEAST_RAISE = 125  # an eighth of a percent of the highest score: less takes longer to bid, more is longer to settle


class Lots(NamedTuple):
    """The places of each node of side b, as a heap by price: its cheapest is at ``first[column]``."""

    first: Ints
    price: Ints
    holder: Small  # the row that bid last, -1 for nobody


@compiled
def _sell(lots: Lots, column: int, raised: int, row: int) -> int:
    """Give the column's cheapest place to the row, for so much more if somebody holds it; returns who did."""
    start, size = lots.first[column], lots.first[column + 1] - lots.first[column]
    price, holder = lots.price[start : start + size], lots.holder[start : start + size]
    before = holder[0]
    dearer = price[0] if before < 0 else price[0] + raised
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and price[below + 1] < price[below]:
            below += 1
        if price[below] >= dearer:
            break
        price[at], holder[at] = price[below], holder[below]
        at = below
    price[at], holder[at] = dearer, row
    return int(before)


@compiled
def bid(net: Network, n: int, lots: Lots, without: int) -> None:
    """Let rows 0..n-1 bid for a place each, until everybody has one or is better off ``without``."""
    seeking = np.empty(n, np.int32)
    size = 0
    for row in range(n - 1, -1, -1):
        if net.limit[row] > 0:
            seeking[size] = row
            size += 1
    while size > 0:
        size -= 1
        row = seeking[size]
        best, second, chosen = -FAR, without, -1
        for at in range(net.first[row], net.first[row + 1]):
            edge = net.listed[at]
            column = net.end_b[edge] - n
            if lots.first[column] == lots.first[column + 1]:
                continue
            margin = net.weight[edge] - lots.price[lots.first[column]]
            if margin > best:
                best, second, chosen = margin, max(best, second), column
            else:
                second = max(second, margin)
        if best > without:
            before = _sell(lots, chosen, best - second + LEAST_RAISE, row)
            if before >= 0:
                seeking[size] = before
                size += 1
