"""The highest floor: how well the worst-off can be served without leaving anybody out.

Under a floor T every mentee gets a score of at least min(T, the best score anybody could give them): whoever has no
good mentor in the whole pool gets their very best one and does not drag the floor down for others. The highest T that
still matches as many mentees as possible is found on the candidates and proven over all pairs: at T + 1 a set of
mentors and mentees covers every pair good enough, and has too few places (König 1931, Hall 1935).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels.cover import DEAD, Pairing, let_go, match_most
from trellis_engine.matching.kernels.scores import OUT
from trellis_engine.matching.program import Program
from trellis_engine.matching.scan import Scan
from trellis_engine.matching.settings import HIGHEST_SCORE

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

CANDIDATES = 12  # uncovered pairs of a row that are added at a time
COVERED = 1 << 30  # a price above any score: the column is not looked at

Step = Callable[[int], None]


@dataclass(frozen=True)
class Floor:
    """``least``: the lowest score each row accepts under it. ``most`` and ``beyond``: the columns of two covers, one
    proving that no more mentees can be matched, one that no higher floor can be kept."""

    score: int
    least: Small
    most: Flags
    beyond: Flags


def least_under(floor: int, highest: Small) -> Small:
    """The lowest score each mentee accepts: the floor, or their highest where that is lower."""
    return np.minimum(highest, floor).astype(np.int32)


def highest_floor(scan: Scan, program: Program, highest: Small, closed: Flags, step: Step) -> Floor:
    """The highest floor for the program's solution, which must match as many mentees as possible.

    ``highest``: each row's best score with any open column.
    """
    search = _Search(scan, program, highest, closed, step)
    most = search.cover(0, search.matched + 1)
    assert most is not None, "the program's plan does not match as many as possible"
    low = 0
    while True:
        low = search.highest_on_candidates(low)
        if low >= highest[search.active > 0].max(
            initial=0
        ):  # everybody has the best there is for them: no floor is too high
            return Floor(HIGHEST_SCORE, highest, most, np.zeros(program.m, bool))
        beyond = search.cover(low + 1, search.matched)
        if beyond is not None:
            return Floor(low, least_under(low, highest), most, beyond)


class _Search:
    """Pairs each mentee with one mentor on the candidates, under one floor after another."""

    def __init__(self, scan: Scan, program: Program, highest: Small, closed: Flags, step: Step) -> None:
        self.scan, self.highest, self.closed, self.step = scan, highest, closed, step
        n, m = program.n, program.m
        # whom a pin has matched is served already
        self.active = ((program.bonus[:n] > 0) & (program.limit[:n] > 0)).astype(np.int32)
        self.matched = int(((program.load[:n] > 0) & (self.active > 0)).sum())
        self.rows = program.end_a
        self.columns = program.end_b - np.int32(n)
        self.scores = program.weight - scan.bonus_of(self.rows, self.columns)
        self.places = program.limit[n:].copy()
        self.edge_of = np.full(n, -1, np.int64)
        self.load = np.zeros(m, np.int64)
        self.slots = np.zeros(int(self.places.sum()) + 1, np.int32)
        self.slot_first = np.concatenate([[0], np.cumsum(self.places)]).astype(np.int64)
        self.seen_row, self.seen_column = np.zeros(n, np.int32), np.zeros(m, np.int32)
        self._order()

    def highest_on_candidates(self, low: int) -> int:
        """The highest floor from ``low``, which is feasible, that the candidates allow."""
        steps = np.unique(self.scores[self.scores > low])
        below, above = -1, len(steps)  # steps[below] is feasible, steps[above] is not
        while above - below > 1:
            middle = (below + above) // 2
            if self._match(int(steps[middle]), self.matched) == self.matched:
                below = middle
            else:
                above = middle
        return int(steps[below]) if below >= 0 else low

    def cover(self, floor: int, wanted: int) -> Flags | None:
        """Columns of a cover that proves over all pairs that ``wanted`` rows cannot be matched; None if they can."""
        least = least_under(floor, self.highest)
        while self._match(floor, wanted) < wanted:
            columns: Flags = self.seen_column == DEAD
            above = np.where(self.seen_row == DEAD, -1, OUT)
            prices = np.where(columns, COVERED, 0)
            found = self.scan.best(prices, CANDIDATES, above, least, self.closed)
            self.step(len(found.rows))
            if not len(found.rows):
                return columns
            self.rows = np.concatenate([self.rows, found.rows])
            self.columns = np.concatenate([self.columns, found.columns])
            scores = found.margins - self.scan.bonus_of(found.rows, found.columns)
            self.scores = np.concatenate([self.scores, scores])
            self._order()
        return None

    def _match(self, floor: int, wanted: int) -> int:
        least = least_under(floor, self.highest)
        pairing = Pairing(
            self.first, self.columns, self.scores, self.places, self.edge_of, self.load, self.slot_first, self.slots
        )
        let_go(pairing, least)
        return match_most(pairing, least, self.active, wanted, self.seen_row, self.seen_column)

    def _order(self) -> None:
        """Edges row by row; rows keep the edge they have."""
        order = np.argsort(self.rows, kind="stable")
        now = np.empty(len(order), np.int64)
        now[order] = np.arange(len(order))
        held = self.edge_of >= 0
        self.edge_of[held] = now[self.edge_of[held]]
        self.rows, self.columns, self.scores = self.rows[order], self.columns[order], self.scores[order]
        self.first = np.searchsorted(self.rows, np.arange(len(self.edge_of) + 1)).astype(np.int64)
