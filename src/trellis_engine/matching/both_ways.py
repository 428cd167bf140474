"""Scores of people who all stand on one side, in both directions: the scorer of peers, for their solver and checker."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.cores import ROWS_AT_A_TIME, over_cores
from trellis_engine.matching.grid import Grid
from trellis_engine.matching.kernels import COMPILED
from trellis_engine.matching.kernels.scores import TILE, bench
from trellis_engine.matching.kernels.whole import write_scores
from trellis_engine.matching.people import Pool
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.terms import Scored

Small = npt.NDArray[np.int32]

PEOPLE_AT_A_TIME = TILE  # whose scores from everybody are held together


class BothWays:
    """The scorer's rows and columns must be the same people in the same order."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer
        self.count = len(scorer.encoded.mentees)
        self.scored = Scored(scorer) if COMPILED else None

    def blocks(self) -> Iterator[tuple[slice, Grid, Grid]]:
        """Blocks of people with their scores for everybody, and everybody's for them."""
        everybody = slice(0, self.count)
        for few in _parts(everybody, PEOPLE_AT_A_TIME):
            back = self._scores(everybody, few)
            for rows in _parts(few, ROWS_AT_A_TIME):
                there = back[rows] if few == everybody else self._scores(rows, everybody)
                yield rows, there, back[:, rows.start - few.start : rows.stop - few.start].T

    def line(self, row: int) -> tuple[Grid, Grid]:
        """The same for one person, by the plain scorer."""
        one = slice(row, row + 1)
        return self.scorer.judge(one)[0][0], self._back(one)[:, 0]

    def _scores(self, rows: slice, columns: slice) -> Grid:
        """Either all rows or all columns are asked for."""
        if self.scored is None:
            return self._plain(rows) if columns == slice(0, self.count) else self._back(columns)
        found = np.empty((rows.stop - rows.start, columns.stop - columns.start), np.int32)
        scored = self.scored

        def one(part: slice) -> None:
            terms, lines = scored.of(part.start, part.stop), found[part.start - rows.start : part.stop - rows.start]
            write_scores(terms, bench(), part.start, part.stop, columns.start, columns.stop, lines)

        over_cores(one, list(_parts(rows, ROWS_AT_A_TIME)))
        return found

    def _plain(self, rows: slice) -> Grid:
        """The scorer's rows as they are: it notes what was stated."""
        none = np.zeros((0, self.count), np.int32)
        steps = (part for part in self.scorer.row_blocks() if part.start < rows.stop and part.stop > rows.start)
        parts = (slice(max(part.start, rows.start), min(part.stop, rows.stop)) for part in steps)
        return np.concatenate([none, *(self.scorer.judge(part)[0].astype(np.int32) for part in parts)])

    def _back(self, columns: slice) -> Grid:
        encoded = self.scorer.encoded
        few = Pool(encoded.mentees, encoded.mentors[columns])
        turned = Scorer(few, encoded.settings, encoded.taxonomy)
        none = np.zeros((0, len(few.mentors)), np.int32)
        return np.concatenate([none, *(turned.judge(part)[0].astype(np.int32) for part in turned.row_blocks())])


def _parts(whole: slice, step: int) -> Iterator[slice]:
    for start in range(whole.start, whole.stop, step):
        yield slice(start, min(start + step, whole.stop))
