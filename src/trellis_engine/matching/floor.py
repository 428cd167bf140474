"""The highest floor: how well the worst-off can be served without taking a mentor from anybody.

Under a floor T every pair has a score of at least min(T, the last of the best scores that anybody could give the
mentee, as many as they want): whoever has no good mentor in the whole pool gets the best there are and does not drag
the floor down for others. The highest T that still matches as many mentees and makes as many pairs as possible is found
on the candidates and proven over all pairs: at T + 1 a set of mentors and mentees covers every pair good enough, and
has too few places (König 1931, Hall 1935).

Both counts reach their highest together: whoever is given a further mentor along an augmenting path takes nobody's
only one. So neither has to be paid for with the other.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.codes import among, distinct
from trellis_engine.matching.kernels.cover import DEAD, Goal, Pairing, augment, let_go
from trellis_engine.matching.kernels.scores import OUT
from trellis_engine.matching.program import Program
from trellis_engine.matching.scan import Scan
from trellis_engine.matching.settings import HIGHEST_SCORE

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

CANDIDATES = 12  # uncovered pairs of a row that are added at a time

Step = Callable[[int], None]


@dataclass(frozen=True)
class Floor:
    """``least``: the lowest score each row accepts under it. ``most``, ``further`` and ``beyond``: the columns of three
    covers, proving that no more mentees can be matched, that no further pair can be made, and that no higher floor
    can be kept."""

    score: int
    least: Small
    most: Flags
    further: Flags
    beyond: Flags

    @classmethod
    def none(cls, rows: int, columns: int) -> "Floor":
        nothing = np.zeros(columns, bool)
        return cls(0, np.zeros(rows, np.int32), nothing, nothing, nothing)


def least_under(floor: int, highest: Small) -> Small:
    """The lowest score each mentee accepts: the floor, or their highest where that is lower."""
    return np.minimum(highest, floor).astype(np.int32)


def last_of_best(scan: Scan, limit: Ints, closed: Flags, highest: Small) -> Small:
    """Of each row the last of its best scores, as many as its ``limit``; 0 where fewer are open to it.

    ``highest``: each row's best score with any open column."""
    found = np.where(limit == 1, highest, 0).astype(np.int32)
    anything, nothing = np.zeros(scan.rows, np.int32), np.zeros(scan.columns, np.int64)
    kept = scan.scorer.encoded.places(scan.scorer.encoded.settings.kept)
    aside = int(np.bincount([row for row, _ in kept], minlength=1).max())  # may stand above better scores
    for count in np.unique(limit[limit > 1]).tolist():
        offers = scan.best(nothing, count + aside, np.where(limit == count, -OUT, OUT), anything, closed)
        scores = offers.margins - scan.bonus_of(offers.rows, offers.columns)
        order = np.lexsort((-scores, offers.rows))
        ends = np.searchsorted(offers.rows, np.arange(scan.rows + 1))
        enough = np.flatnonzero(np.diff(ends) >= count)
        found[enough] = scores[order][ends[enough] + count - 1]
    return found


def highest_floor(scan: Scan, program: Program, highest: Small, closed: Flags, step: Step) -> Floor:
    """The highest floor for the program's solution, which must match as many mentees, and make as many pairs where
    somebody wants several, as possible.

    ``highest``: see `last_of_best`.
    """
    search = _Search(scan, program, highest, closed, step)
    most = search.cover(search.people, 0, search.matched + 1)
    further = search.cover(search.pairs, 0, search.made + 1) if search.several else most
    assert most is not None, "the program's plan does not match as many as possible"
    assert further is not None, "the program's plan does not make as many pairs as possible"
    low = 0
    while True:
        low = search.highest_on_candidates(low)
        if low >= highest.max(initial=0):  # everybody has the best there is for them: no floor is too high
            return Floor(HIGHEST_SCORE, highest, most, further, np.zeros(program.m, bool))
        beyond = search.cover(search.pairs, low + 1, search.made) if search.several else None
        if beyond is None:
            beyond = search.cover(search.people, low + 1, search.matched)
        if beyond is not None:
            return Floor(low, least_under(low, highest), most, further, beyond)


class _Search:
    """Pairs mentees with mentors on the candidates, under one floor after another."""

    def __init__(self, scan: Scan, program: Program, highest: Small, closed: Flags, step: Step) -> None:
        self.scan, self.highest, self.closed, self.step = scan, highest, closed, step
        n, m = program.n, program.m
        limit = program.limit[:n]
        self.first_counts = (program.bonus[:n] > 0) & (limit > 0)  # whom a pin has matched is served already
        one = self.first_counts.astype(np.int64)
        self.several = bool((limit > self.first_counts).any())  # otherwise pairs and people are the same
        self.pairs, self.people = Goal(upto=limit, keep=limit), Goal(upto=one, keep=one)
        self.matched = int(((program.load[:n] > 0) & self.first_counts).sum())
        self.made = int(program.load[:n].sum())
        self.rows = program.end_a
        self.columns = program.end_b - np.int32(n)
        self.scores = program.weight - scan.bonus_of(self.rows, self.columns)
        self.used = program.used.copy()  # the plan without a floor: most of it stays
        self.count, self.load = program.load[:n].copy(), program.load[n:].copy()
        self.places = program.limit[n:].copy()
        self.slots = np.zeros(int(self.places.sum()) + 1, np.int32)
        self.slot_first = np.concatenate([[0], np.cumsum(self.places)]).astype(np.int64)
        held = np.flatnonzero(self.used)[np.argsort(self.columns[self.used], kind="stable")]
        before = np.cumsum(self.load) - self.load
        at = np.arange(len(held)) - before[self.columns[held]] + self.slot_first[self.columns[held]]
        self.slots[at] = self.rows[held]
        self.seen_row, self.seen_column = np.zeros(n, np.int32), np.zeros(m, np.int32)
        self._order()

    def highest_on_candidates(self, low: int) -> int:
        """The highest floor from ``low``, which is feasible, that the candidates allow."""
        steps = distinct(self.scores[self.scores > low])
        below, above = -1, len(steps)  # steps[below] is feasible, steps[above] is not
        stride = 1
        while above - below > 1:  # in growing strides while it goes well, because what is too high undoes much
            middle = min(below + stride, (below + above) // 2)
            if self._costs_nothing(int(steps[middle])):
                below, stride = middle, 4 * stride
            else:
                above, stride = middle, len(steps)
        return int(steps[below]) if below >= 0 else low

    def _costs_nothing(self, floor: int) -> bool:
        pairs = not self.several or self._reach(self.pairs, floor, self.made, hopeless=False)
        return pairs and self._reach(self.people, floor, self.matched, hopeless=False)

    def cover(self, goal: Goal, floor: int, wanted: int) -> Flags | None:
        """Columns of a cover that proves over all pairs that ``wanted`` cannot be reached; None if they can."""
        least = least_under(floor, self.highest)
        most = CANDIDATES + int(goal.upto.max(initial=0))  # a row's own pairs may stand outside
        nothing = np.zeros(self.scan.columns, np.int64)
        while not self._reach(goal, floor, wanted):
            columns: Flags = self.seen_column == DEAD
            above = np.where(self.seen_row == DEAD, -1, OUT)
            found = self.scan.best(nothing, most, above, least, self.closed | columns)
            codes = found.rows.astype(np.int64) * self.scan.columns + found.columns
            new = ~among(np.sort(self.rows.astype(np.int64) * self.scan.columns + self.columns), codes)
            self.step(int(new.sum()))
            if not new.any():
                return columns
            scores = found.margins - self.scan.bonus_of(found.rows, found.columns)
            self.rows = np.concatenate([self.rows, found.rows[new]])
            self.columns = np.concatenate([self.columns, found.columns[new]])
            self.scores = np.concatenate([self.scores, scores[new]])
            self.used = np.concatenate([self.used, np.zeros(int(new.sum()), bool)])
            self._order()
        return None

    def _reach(self, goal: Goal, floor: int, wanted: int, *, hopeless: bool = True) -> bool:
        least = least_under(floor, self.highest)
        pairing = Pairing(
            self.first, self.columns, self.scores, self.used, self.count, self.places, self.load, self.slot_first,
            self.slots,
        )  # fmt: skip
        let_go(pairing, least)
        reached = np.minimum(self.count, goal.upto).sum()
        missing = wanted - int(reached)
        return missing <= augment(pairing, least, goal, missing, hopeless, self.seen_row, self.seen_column)

    def _order(self) -> None:
        """Edges row by row; rows keep those they have."""
        order = np.argsort(self.rows, kind="stable")
        self.rows, self.columns, self.scores = self.rows[order], self.columns[order], self.scores[order]
        self.used = self.used[order]
        self.first = np.searchsorted(self.rows, np.arange(len(self.count) + 1)).astype(np.int64)
