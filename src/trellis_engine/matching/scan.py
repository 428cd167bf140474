"""The best pairs of every mentee at given prices, over all pairs of a pool, none of them stored.

With the compiler, blocks of rows are shared out over the cores; without it the plain scorer is asked block by block.
Both give the same pairs in the same order: best first, and of equal ones the earlier mentor.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import COMPILED
from trellis_engine.matching.kernels.scores import COLUMN_BITS, LOWEST, bench, best_margins
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.terms import Scored

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Found = TypeVar("Found")

ROWS_AT_A_TIME = 256
FLIP = (1 << COLUMN_BITS) - 1
FURTHEST = 1 << 41  # margins beyond it are cut to it, so that margin and column fit one number


@dataclass(frozen=True)
class Offers:
    """Pairs found, row by row, best first; and how many allowed columns each row has."""

    rows: Small
    columns: Small
    margins: Ints
    allowed: Ints


class Scan:
    """All pairs of one scorer. ``taken``: pairs that are settled already and offered no more."""

    def __init__(self, scorer: Scorer, taken: tuple[tuple[int, int], ...] = ()) -> None:
        self.scorer = scorer
        self.rows, self.columns = len(scorer.encoded.mentees), len(scorer.encoded.mentors)
        self.taken = taken
        self.scored = Scored(scorer, taken) if COMPILED else None

    def best(self, prices: Ints, most: int, above: Ints, least: Small, closed: npt.NDArray[np.bool_]) -> Offers:
        """At most ``most`` pairs of each row whose margin (worth to the plan less price) is higher than ``above``.

        ``least``: lowest score a row accepts. ``closed`` columns are not offered, but counted as allowed.
        """
        above = np.maximum(above, -FURTHEST)
        most = max(min(most, self.columns), 1)
        blocks = [slice(at, min(at + ROWS_AT_A_TIME, self.rows)) for at in range(0, self.rows, ROWS_AT_A_TIME)]
        shut = closed.astype(np.uint32)

        def one(rows: slice) -> tuple[Ints, Small, Ints]:
            keys = np.full((rows.stop - rows.start, most), LOWEST, np.int64)
            counts, allowed = np.zeros(len(keys), np.int32), np.zeros(len(keys), np.int64)
            if self.scored is None:
                self._plain(rows, prices, above, least, closed, keys, counts, allowed)
            else:
                terms = self.scored.of(rows.start, rows.stop)
                best_margins(
                    terms, bench(), rows.start, rows.stop, prices, least, above, shut, keys, counts, allowed
                )  # fmt: skip
            return keys[np.arange(most) < counts[:, None]], counts, allowed

        found = over_cores(one, blocks)
        none = np.zeros(0, np.int64)
        keys = np.concatenate([none, *(keys for keys, _, _ in found)])
        counts = np.concatenate([none, *(counts for _, counts, _ in found)])
        return Offers(
            rows=np.repeat(np.arange(self.rows, dtype=np.int32), counts),
            columns=(FLIP - (keys & FLIP)).astype(np.int32),
            margins=keys >> COLUMN_BITS,
            allowed=np.concatenate([none, *(allowed for *_, allowed in found)]),
        )

    def _plain(
        self, rows: slice, prices: Ints, above: Ints, least: Small, closed: npt.NDArray[np.bool_],
        keys: Ints, counts: Small, allowed: Ints,
    ) -> None:  # fmt: skip
        """What the compiled loop does, by the plain scorer and NumPy."""
        settings = self.scorer.encoded.settings
        scores, _ = self.scorer.judge(rows)
        for row, column in self.taken:
            if rows.start <= row < rows.stop:
                scores[row - rows.start, column] = 0
        ok = scores >= np.maximum(least[rows, None], 1)
        allowed[:] = ok.sum(axis=1)
        worth = scores - prices
        for row, column in self.scorer.encoded.places(settings.kept):
            if rows.start <= row < rows.stop:
                worth[row - rows.start, column] += settings.keep_bonus
        columns = np.arange(self.columns)
        all_keys = np.where(ok & ~closed & (worth > above[rows, None]), (worth << COLUMN_BITS) + FLIP - columns, LOWEST)
        best = -np.sort(-all_keys, axis=1)[:, : keys.shape[1]]
        keys[:, : best.shape[1]] = best
        counts[:] = (keys > LOWEST).sum(axis=1)


def over_cores(one: Callable[[slice], Found], blocks: Sequence[slice]) -> list[Found]:
    """One call a block, answers in the order of the blocks, whichever core is faster."""
    if len(blocks) < 2 or not COMPILED:
        return [one(block) for block in blocks]
    with ThreadPoolExecutor(os.cpu_count() or 1) as cores:
        return list(cores.map(one, blocks))
