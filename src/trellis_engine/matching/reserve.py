"""Column generation: an exact optimum over all pairs from a few of them, and why not all need be asked again.

Solve on some candidates, ask which other pairs would pay at the prices found, add those, go on from where the solver
stood, until no pair pays. Then the prices prove the plan best over every pair, candidate or not (Lübbecke & Desrosiers
2005).

Two sets of levels, U of rows and V of columns, are kept beside the prices: every pair that is no candidate is worth at
most U + V. As long as the worth u of a row and the price v of a column have not come down to them, that is

    (u - U) + (v - V) >= 0,

the pair cannot pay. Everybody has more candidates than they need, so that U lies well below u: near the end, and
after an edit, only a handful of pairs is left in doubt, and those are scored one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.codes import among
from trellis_engine.matching.kernels.scores import OUT
from trellis_engine.matching.kernels.singles import Doubtful, Found, Known, find_paying
from trellis_engine.matching.program import NEVER, Program
from trellis_engine.matching.scan import Offers, Scan
from trellis_engine.matching.terms import Scored

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

KEPT = 48  # candidates of each row beyond what it wants
MOST = 64  # pairs of one column that come in at a time
SINGLE = 128  # as long as one pair takes alone, so many take in a row
LETS_GO = 8  # looks after which no candidate is let go any more, so that it comes to an end
NOTHING = -(1 << 61)  # level of a row all of whose pairs are candidates
ANYTHING = 1 << 62  # level of a column that nobody was asked about


Step = Callable[[int], None]  # told after every look how many pairs came in


def unwatched(came_in: int) -> None:
    """Nobody wants to know how far it is."""


@dataclass(frozen=True)
class Levels:
    """What no pair but a candidate exceeds, for as long as candidates only come in."""

    rows: Ints
    columns: Ints


class Reserve:
    """Brings in what pays, and knows what need not be asked.

    ``levels`` may be put back together with the program they were found for.
    """

    def __init__(self, scan: Scan) -> None:
        self.scan, self.least = scan, np.zeros(scan.rows, np.int32)
        self.scored = scan.scored or Scored(scan.scorer, scan.taken)
        self.levels = Levels(np.full(scan.rows, ANYTHING), np.zeros(scan.columns, np.int64))
        self.looks = 0

    def accept(self, least: Small) -> None:
        """From now on a row accepts scores from its ``least``; where that is lower than before, nothing is known."""
        lower = least < self.least
        self.levels = Levels(np.where(lower, ANYTHING, self.levels.rows), self.levels.columns)
        self.least = least

    def solve(self, program: Program, closed: Flags, step: Step = unwatched) -> None:
        """Make the program's plan the best over all acceptable pairs that are not taken."""
        program.solve()
        while came_in := self._bring_in(program, closed):
            step(came_in)
            program.solve()
        step(0)

    def _bring_in(self, program: Program, closed: Flags) -> int:
        doubtful, pairs = self._doubtful(program, closed)
        if pairs * SINGLE > self.scan.rows * self.scan.columns:  # a look at all of them is quicker
            self.look(program, closed)
            return pairs
        wide = among(self.scored.wide, doubtful.rows)
        found = self._score(program, doubtful, ~wide, slice(0, 0))
        for row in doubtful.rows[wide].tolist():  # of people who seek too much for the bits
            found += self._score(program, doubtful, doubtful.rows == row, slice(row, row + 1))
        return found

    def _doubtful(self, program: Program, closed: Flags) -> tuple[Doubtful, int]:
        """Where pairs may pay, and how many of them."""
        slack, short = program.worths - self.levels.rows, program.prices - self.levels.columns
        takes_part = program.limit[: program.n] > 0
        least = slack[takes_part].min(initial=ANYTHING)
        columns = np.flatnonzero((short + least < 0) & ~closed)
        deepest = short[columns].min(initial=0)
        rows = np.flatnonzero((slack + deepest < 0) & takes_part)
        rows = rows[np.argsort(slack[rows], kind="stable")]
        doubtful = Doubtful(rows, slack[rows], columns, short[columns])
        return doubtful, int(np.searchsorted(doubtful.slack, -doubtful.short).sum())

    def _score(self, program: Program, doubtful: Doubtful, these: Flags, dense: slice) -> int:
        rows, slack = doubtful.rows[these], doubtful.slack[these]
        room = min(MOST, len(rows)) * len(doubtful.columns)
        found = Found(np.zeros(room, np.int32), np.zeros(room, np.int32), np.zeros(room, np.int64))
        known = Known(program.first, program.listed, program.end_b, program.n)
        terms = self.scored.of(dense.start, dense.stop)
        asked = Doubtful(rows, slack, doubtful.columns, doubtful.short)
        each = self.scan.pair_bonus
        count = find_paying(terms, asked, known, program.worths, program.prices - each, self.least, MOST, found)
        if count:
            program.add_edges(found.rows[:count], found.columns[:count], found.worth[:count] + each)
        return int(count)

    def look(self, program: Program, closed: Flags, kept: int | None = None, *, count: bool = False) -> Offers:
        """Look at all pairs, keep the best candidates at these prices and those in use, and let the others go."""
        most = (KEPT if kept is None else kept) + int(program.limit[: program.n].max(initial=0))
        everybody = np.full(program.n, -OUT, np.int64)
        found = self.scan.best(program.prices, most, everybody, self.least, closed, count=count)
        best = found.rows.astype(np.int64) * program.m + found.columns
        taken = np.array([row * program.m + column for row, column in self.scan.taken], np.int64)  # never found again
        stays = among(np.sort(np.concatenate([best, taken])), program.codes)
        self.looks += 1
        if self.looks <= LETS_GO:
            program.drop_edges(~(stays | program.used | (program.weight == NEVER)))
        new = ~among(np.sort(program.codes), best)
        columns = found.columns[new]
        program.add_edges(found.rows[new], columns, found.margins[new] + program.prices[columns])
        counts = np.bincount(found.rows, minlength=program.n)
        rows = np.full(program.n, NOTHING)
        more = counts >= most  # there may be others, worth no more than the last
        rows[more] = found.margins[np.cumsum(counts)[more] - 1]
        self.levels = Levels(rows, np.where(closed, ANYTHING, program.prices))
        return found
