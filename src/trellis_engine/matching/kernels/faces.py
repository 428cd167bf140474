"""The optimal face of one stage: which pairs every best plan has, which none has, and what is left to decide.

Given prices v that prove a stage best, with margins m = w - v of a mentee's pairs, largest first, let p be the LOWEST
worth of one more unit to the mentee at which no more pairs lie above p than the mentee may have at p:

    #{m > p}  <=  [p >= first unit's threshold] + (k - 1) [p >= further units' threshold].

By complementary slackness the best plans are then exactly those that hold every pair with m > p, none with m < p, any
with m = p, as many units as ``p`` says, and no free place with a mentor whose price is not 0.
"""

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]

LEAST = -(1 << 61)  # below every margin
FREE, FIRST, FULL = 0, 1, 2  # a node may have any number up to its limit; at least one; exactly its limit
OPEN, OUT, HELD = 0, 1, 2  # what becomes of a pair


@compiled
def narrow(
    first: Ints, mentor: Small, weight: Ints, prices: Ints, bonus: Ints, limit: Ints, kind: Bytes, fate: Bytes
) -> None:
    """Write the fate of every pair, and each mentee's limit and kind on the face, held pairs still counted."""
    for row in range(len(limit)):
        start, stop = first[row], first[row + 1]
        count, wants = stop - start, limit[row]
        if wants <= 0 or count == 0:
            limit[row] = 0
            kind[row] = FREE
            fate[start:stop] = OUT
            continue
        margins = weight[start:stop] - prices[mentor[start:stop]]
        falling = -np.sort(-margins)
        one = -bonus[row] if kind[row] == FREE else LEAST
        more = LEAST if kind[row] == FULL else 0
        second = falling[1] if count > 1 else LEAST
        single = wants == 1 or second < more
        if falling[0] < one:
            worth = falling[0]
        elif single:
            worth = max(one, second)
        else:
            worth = max(more, falling[wants] if count > wants else LEAST)
        if worth < one:
            limit[row] = 0
            kind[row] = FREE
            fate[start:stop] = OUT
            continue
        if single:
            limit[row] = 1
            kind[row] = FULL if worth > one or one == LEAST else FREE
        elif worth > more or more == LEAST:
            kind[row] = FULL
        else:
            kind[row] = FIRST if one < worth else FREE
        for at in range(count):
            if margins[at] > worth:
                fate[start + at] = HELD
            elif margins[at] < worth:
                fate[start + at] = OUT
            else:
                fate[start + at] = OPEN
