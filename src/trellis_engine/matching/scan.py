"""The best pairs of every mentee at given prices, over all pairs of a pool, none of them stored.

With the compiler, blocks of rows are shared out over the cores; without it the plain scorer is asked block by block.
Both give the same pairs in the same order: best first, and of equal ones the earlier mentor.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.codes import among
from trellis_engine.matching.cores import ROWS_AT_A_TIME, over_cores
from trellis_engine.matching.kernels import COMPILED
from trellis_engine.matching.kernels.scores import (
    COLUMN_BITS,
    LOWEST,
    OUT,
    TILE,
    Rows,
    bench,
    best_margins,
    lowest_points,
    score_tile,
)
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.terms import Scored

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

FLIP = (1 << COLUMN_BITS) - 1


@dataclass(frozen=True)
class Offers:
    """Pairs found, row by row, best first; if counting was asked for: of each row, how many open columns are allowed
    and its highest score among them, and of each column how many rows that take part."""

    rows: Small
    columns: Small
    margins: Ints
    allowed: Ints
    highest: Small
    allowed_rows: Ints


class Scan:
    """All pairs of one scorer. ``taken``: pairs that are settled already and offered no more. ``pair_bonus``: what
    every pair is worth to the plan beyond its score, where pairs are counted."""

    pair_bonus = 0

    def __init__(self, scorer: Scorer, taken: tuple[tuple[int, int], ...] = ()) -> None:
        self.scorer = scorer
        self.rows, self.columns = len(scorer.encoded.mentees), len(scorer.encoded.mentors)
        self.taken = list(taken)
        self.taken_since: set[tuple[int, int]] = set()
        self.scored = Scored(scorer, taken) if COMPILED else None

    def take(self, row: int, column: int) -> None:
        """From now on this pair is offered no more."""
        self.taken_since.add((row, column))

    def give_back(self, row: int, column: int) -> None:
        self.taken_since.discard((row, column))
        if (row, column) in self.taken:
            self.taken.remove((row, column))
            self.scored = Scored(self.scorer, self.taken) if COMPILED else None

    def scores_of(self, row: int) -> Small:
        """The row's score with everybody, 0 where a rule forbids the pair or it was taken from the beginning."""
        if self.scored is None:
            plain: Small = self.scorer.judge(slice(row, row + 1))[0][0].astype(np.int32)
            return plain
        terms, working, points = self.scored.of(row, row + 1), bench(), np.zeros(self.columns, np.int32)
        for left in range(0, self.columns, TILE):
            right = min(left + TILE, self.columns)
            score_tile(terms, row, left, right, working)
            points[left:right] = working.score[: right - left]
        scores: Small = np.where(points < lowest_points(terms, 0), 0, np.maximum(points, 1)).astype(np.int32)
        return scores

    def best(self, prices: Ints, most: int, above: Ints, least: Small, closed: Flags, *, count: bool = False) -> Offers:
        """At most ``most`` pairs of each row whose margin (worth to the plan less price) is higher than ``above``
        (OUT: the row takes no part).

        ``least``: lowest score a row accepts. ``closed`` columns are not offered.
        """
        prices = prices - self.pair_bonus
        above = np.maximum(above, -OUT)  # so that margin and column fit one number
        since = np.array(sorted(row * self.columns + column for row, column in self.taken_since), np.int64)
        most = max(min(most + len(since), self.columns), 1)
        blocks = [slice(at, min(at + ROWS_AT_A_TIME, self.rows)) for at in range(0, self.rows, ROWS_AT_A_TIME)]
        shut = closed.astype(np.uint32)

        def one(rows: slice) -> Rows:
            found = Rows(
                keys=np.full((rows.stop - rows.start, most), LOWEST, np.int64),
                counts=np.zeros(rows.stop - rows.start, np.int64),
                allowed=np.zeros(rows.stop - rows.start, np.int64),
                highest=np.zeros(rows.stop - rows.start, np.int64),
                columns=np.zeros(self.columns if count else 0, np.int64),
            )
            if self.scored is None:
                self._plain(rows, prices, above, least, closed, found)
            else:
                terms = self.scored.of(rows.start, rows.stop)
                best_margins(terms, bench(), rows.start, rows.stop, prices, least, above, shut, found)
            return found

        found = over_cores(one, blocks)
        none = np.zeros(0, np.int64)
        counts = np.concatenate([none, *(each.counts for each in found)])
        keys = np.concatenate([none, *(each.keys[np.arange(most) < each.counts[:, None]] for each in found)])
        rows = np.repeat(np.arange(self.rows, dtype=np.int32), counts)
        columns = (FLIP - (keys & FLIP)).astype(np.int32)
        free = ~among(since, rows.astype(np.int64) * self.columns + columns)
        return Offers(
            rows=rows[free],
            columns=columns[free],
            margins=(keys >> COLUMN_BITS)[free],
            allowed=np.concatenate([none, *(each.allowed for each in found)]),
            highest=np.concatenate([none, *(each.highest for each in found)]).astype(np.int32),
            allowed_rows=sum((each.columns for each in found), np.zeros(self.columns if count else 0, np.int64)),
        )

    def bonus_of(self, rows: Small, columns: Small) -> Ints:
        """What these pairs are worth beyond their score, because they count or stand already."""
        settings = self.scorer.encoded.settings
        kept = {row * self.columns + column for row, column in self.scorer.encoded.places(settings.kept)}
        if not kept:
            return np.full(len(rows), self.pair_bonus, np.int64)
        codes = rows.astype(np.int64) * self.columns + columns
        return self.pair_bonus + settings.keep_bonus * among(np.array(sorted(kept), np.int64), codes)

    def _plain(self, rows: slice, prices: Ints, above: Ints, least: Small, closed: Flags, found: Rows) -> None:
        """What the compiled loop does, by the plain scorer and NumPy."""
        settings = self.scorer.encoded.settings
        scores, _ = self.scorer.judge(rows)
        for row, column in self.taken:
            if rows.start <= row < rows.stop:
                scores[row - rows.start, column] = 0
        ok = scores >= np.maximum(least[rows, None], 1)
        found.allowed[:] = (ok & ~closed).sum(axis=1)
        if len(found.columns):
            found.columns[:] = ok[above[rows] < OUT].sum(axis=0)
        found.highest[:] = np.where(closed, 0, scores).max(axis=1, initial=0)
        worth = scores - prices
        for row, column in self.scorer.encoded.places(settings.kept):
            if rows.start <= row < rows.stop:
                worth[row - rows.start, column] += settings.keep_bonus
        columns = np.arange(self.columns)
        all_keys = np.where(ok & ~closed & (worth > above[rows, None]), (worth << COLUMN_BITS) + FLIP - columns, LOWEST)
        best = -np.sort(-all_keys, axis=1)[:, : found.keys.shape[1]]
        found.keys[:, : best.shape[1]] = best
        found.counts[:] = (found.keys > LOWEST).sum(axis=1)
