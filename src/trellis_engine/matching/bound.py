"""What no plan can exceed, worked out over all pairs for the checker; with the compiler or, the same, without."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.cores import ROWS_AT_A_TIME, over_cores
from trellis_engine.matching.grid import Grid
from trellis_engine.matching.kernels import COMPILED
from trellis_engine.matching.kernels.bounds import bound_rows, highest_rows
from trellis_engine.matching.kernels.scores import bench
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.terms import Scored

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

FORBIDDEN = -(1 << 60)


class Bound:
    """All pairs of one scorer. ``taken``: pairs that a pin has settled, which nobody can take again."""

    def __init__(self, scorer: Scorer, taken: Sequence[tuple[int, int]]) -> None:
        self.scorer, self.taken = scorer, taken
        self.rows = len(scorer.encoded.mentees)
        self.scored = Scored(scorer, taken) if COMPILED else None
        self.blocks = [slice(at, min(at + ROWS_AT_A_TIME, self.rows)) for at in range(0, self.rows, ROWS_AT_A_TIME)]

    def highest(self, closed: Flags) -> Small:
        """[set, row]: the row's best score among the columns open in each set, 0 without one."""
        found = np.zeros((len(closed), self.rows), np.int32)

        def one(rows: slice) -> None:
            if self.scored is None:
                scores = self._scores(rows)
                for line, shut in zip(found, closed, strict=True):
                    line[rows] = np.where(shut, 0, scores).max(axis=1, initial=0)
            else:
                terms = self.scored.of(rows.start, rows.stop)
                highest_rows(terms, bench(), rows.start, rows.stop, closed.astype(np.uint32), found)

        over_cores(one, self.blocks)
        return found

    def worth(
        self, prices: Ints, least: Small, wants: Ints, bonus: Ints, closed: Flags, pairs: Sequence[tuple[int, int]]
    ) -> tuple[int, list[int]]:
        """The most that the rows can be worth at these prices, and the score of each of these (row, column) pairs:
        0 if it is forbidden. ``least``, ``wants``, ``bonus``: of each row."""
        order = sorted(range(len(pairs)), key=lambda at: pairs[at])
        row = np.array([pairs[at][0] for at in order], np.int64)
        column = np.array([pairs[at][1] for at in order], np.int32)
        first = np.searchsorted(row, np.arange(self.rows + 1))
        scores = np.zeros(len(pairs), np.int64)

        def one(rows: slice) -> int:
            if self.scored is None:
                return self._plain(rows, prices, least, wants, bonus, closed, first, column, scores)
            terms, shut = self.scored.of(rows.start, rows.stop), closed.astype(np.uint32)
            here = rows.start, rows.stop
            return bound_rows(terms, bench(), *here, prices, least, wants, bonus, shut, first, column, scores)

        total = sum(over_cores(one, self.blocks))
        found = [0] * len(pairs)
        for at, score in zip(order, scores.tolist(), strict=True):
            found[at] = score
        return total, found

    def _scores(self, rows: slice) -> Grid:
        scores, _ = self.scorer.judge(rows)
        for row, column in self.taken:
            if rows.start <= row < rows.stop:
                scores[row - rows.start, column] = 0
        return scores

    def _plain(
        self, rows: slice, prices: Ints, least: Small, wants: Ints, bonus: Ints, closed: Flags, first: Ints,
        column: Small, found: Ints,
    ) -> int:  # fmt: skip
        scores, settings, total = self._scores(rows), self.scorer.encoded.settings, 0
        margins = np.where((scores >= np.maximum(least[rows, None], 1)) & ~closed, scores - prices, FORBIDDEN)
        for row, at in self.scorer.encoded.places(settings.kept):
            if rows.start <= row < rows.stop and margins[row - rows.start, at] > FORBIDDEN:
                margins[row - rows.start, at] += settings.keep_bonus
        for row, line in enumerate(margins, rows.start):
            for at in range(first[row], first[row + 1]):
                found[at] = scores[row - rows.start, column[at]]
            gain = int(bonus[row])
            for margin in sorted(line[line > FORBIDDEN].tolist(), reverse=True)[: int(wants[row])]:
                total += max(margin + gain, 0)
                gain = 0
        return total
