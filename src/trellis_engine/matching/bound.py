"""What no plan can exceed, worked out over all pairs for the checker; with the compiler or, the same, without."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.cores import ROWS_AT_A_TIME, over_cores
from trellis_engine.matching.grid import Grid
from trellis_engine.matching.kernels import COMPILED
from trellis_engine.matching.kernels.bounds import best_rows, bound_rows
from trellis_engine.matching.kernels.scores import bench
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.terms import Scored

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

FORBIDDEN = -(1 << 60)


@dataclass(frozen=True)
class Best:
    """Each row's best scores in each set of columns, greatest first, 0 where there are no more."""

    first: Ints  # where each row's begin
    scores: Small  # [set, row by row]

    def last(self, chosen: int) -> Small:
        """Of each row the last one, 0 for rows that want none."""
        found = np.zeros(len(self.first) - 1, np.int32)
        some = np.diff(self.first) > 0
        found[some] = self.scores[chosen][self.first[1:][some] - 1]
        return found

    def reaching(self, chosen: int, least: Small) -> Ints:
        """Of each row how many are at least so high, up to as many as it wants."""
        enough = self.scores[chosen] >= np.repeat(np.maximum(least, 1), np.diff(self.first))
        return np.diff(np.concatenate([[0], np.cumsum(enough)])[self.first])


class Bound:
    """All pairs of one scorer. ``taken``: pairs that a pin has settled, which nobody can take again."""

    def __init__(self, scorer: Scorer, taken: Sequence[tuple[int, int]]) -> None:
        self.scorer, self.taken = scorer, taken
        self.rows = len(scorer.encoded.mentees)
        self.scored = Scored(scorer, taken) if COMPILED else None
        self.blocks = [slice(at, min(at + ROWS_AT_A_TIME, self.rows)) for at in range(0, self.rows, ROWS_AT_A_TIME)]

    def best(self, closed: Flags, wants: Ints) -> "Best":
        """Each row's best scores among the columns open in each set, as many as it wants."""
        first = np.concatenate([[0], np.cumsum(wants)]).astype(np.int64)
        found = np.zeros((len(closed), int(first[-1])), np.int32)

        def one(rows: slice) -> None:
            if self.scored is None:
                scores = self._scores(rows)
                for line, shut in zip(found, closed, strict=True):
                    ordered = -np.sort(-np.where(shut, 0, scores), axis=1)
                    for row, best in enumerate(ordered, rows.start):
                        line[first[row] : first[row + 1]] = best[: wants[row]]
            else:
                terms = self.scored.of(rows.start, rows.stop)
                best_rows(terms, bench(), rows.start, rows.stop, closed.astype(np.uint32), first, found)

        over_cores(one, self.blocks)
        return Best(first, found)

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
