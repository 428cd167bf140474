"""Stable matching: no mentee and mentor would both rather have each other than somebody the plan gave them.

Everybody's order: their own ranked wishes first, then everybody else by the pair's score (a pair that stands already
counts ``keep_bonus`` more), ties by the salted order. Mentees ask, so among all stable plans this one is best for every
single mentee who wants one mentor, and none of those gains by stating false wishes (Gale & Shapley 1962; Dubins &
Freedman 1981). Pins come first and are nobody's to break.

Memory: never the matrix. Each mentee's list is held in pieces, PIECE_PAIRS pairs in all (12 bytes each, 200 MB at
most), and the next piece is scored again when somebody has come to the end of theirs.
"""

import numpy as np

from trellis_engine.matching.grid import Grid, Mask
from trellis_engine.matching.hashing import hash_inputs, hash_settings
from trellis_engine.matching.kernels.proposals import NOBODY, Asking, Holding, ask
from trellis_engine.matching.openings import Ints, Openings
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Pair, Plan
from trellis_engine.matching.settings import Settings

OBJECTIVE = "stable"
PIECE_PAIRS = 1 << 24
SHORTEST_PIECE = 64
WISHED = 1 << 21  # above any score with its bonus; the first wish is worth most
START = 1 << 62


def solve_stable(pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str) -> Plan:
    """The mentee-best stable plan. It has no prices: its certificate is the plan itself (see stable_proof).

    Raises InputRefused for unusable settings (also for a ``spread``, which no single pair can feel) and PinRefused.
    """
    market = _Market(Openings(pool, settings, taxonomy, salt))
    market.run()
    openings = market.openings
    pairs = tuple(sorted([*openings.pins, *market.pairs()]))
    return Plan(
        pairs=pairs,
        total=sum(pair.score for pair in pairs),
        matched=len({pair.mentee for pair in pairs}),
        unmatched=openings.unmatched(pairs),
        prices={},
        bonus=0,
        objective=OBJECTIVE,
        silent=openings.scorer.silent,
        settings_hash=hash_settings(settings),
        input_hash=hash_inputs(openings.pool, taxonomy),
        salt=salt,
    )


class _Market:
    def __init__(self, openings: Openings) -> None:
        self.openings = openings
        n, m = len(openings.wants), len(openings.places)
        length = min(m, max(SHORTEST_PIECE, PIECE_PAIRS // max(n, 1)))
        wants = np.clip(openings.wants, 0, m)
        self.asking = Asking(
            mentor=np.zeros((n, length), np.int32), claim=np.zeros((n, length), np.int32),
            score=np.zeros((n, length), np.int32),
            at=np.zeros(n, np.int64), size=np.zeros(n, np.int64), left=wants.copy(),
        )  # fmt: skip
        entries = int(wants.sum())
        self.hold = Holding(
            places=openings.places, load=np.zeros(m, np.int64), head=np.full(m, NOBODY, np.int64),
            after=np.full(entries, NOBODY, np.int64), mentee=np.zeros(entries, np.int32),
            claim=np.zeros(entries, np.int32), score=np.zeros(entries, np.int32), used=np.zeros(1, np.int64),
        )  # fmt: skip
        self.asked: Ints = np.full(n, START, np.int64)  # what the last one asked was worth to the mentee
        self.done: Mask = np.zeros(n, bool)  # the piece reaches to the end of the list
        self.kept: dict[int, list[int]] = {}
        for row, column in openings.kept():
            self.kept.setdefault(row, []).append(column)
        self.wished_by: dict[int, list[tuple[int, int]]] = {}  # mentee -> (mentor, worth) for each who ranked them
        rows = openings.scorer.encoded.mentee_rows
        for column, mentor in enumerate(openings.pool.mentors):
            for place, mentee in reversed(list(enumerate(mentor.ranked))):
                if mentee in rows:
                    self.wished_by.setdefault(rows[mentee], []).append((column, WISHED - place))

    def run(self) -> None:
        waiting: Mask = np.ones(len(self.done), bool)
        first = True
        while waiting.any():
            for rows in self.openings.scorer.row_blocks():
                for part in [rows] if first else _runs(waiting, rows):
                    self._fill(part, waiting, self.openings.scores(part, tally=first))
            ask(self.asking, self.hold, np.flatnonzero(waiting).astype(np.int32))
            waiting = (self.asking.left > 0) & ~self.done
            waiting &= self.asking.at == self.asking.size
            first = False

    def _fill(self, rows: slice, waiting: Mask, scores: Grid) -> None:
        """The next piece of these mentees' lists."""
        columns = self.openings.scorer.encoded.mentor_columns
        for row, line in zip(range(rows.start, rows.stop), scores.astype(np.int64), strict=True):
            if not waiting[row]:
                continue
            points = line.copy()
            line[self.kept.get(row, [])] += self.openings.settings.keep_bonus
            claim = line.copy()
            for column, worth in self.wished_by.get(row, ()):
                claim[column] = worth
            for place, mentor in reversed(list(enumerate(self.openings.pool.mentees[row].ranked))):
                if mentor in columns:
                    line[columns[mentor]] = WISHED - place
            self._take(row, points, line, claim)

    def _take(self, row: int, points: Ints, worth: Ints, claim: Ints) -> None:
        """Of those not asked yet, the best; of equal worth the mentor who stands first."""
        count, length = len(worth), self.asking.mentor.shape[1]
        order = worth * count + np.arange(count - 1, -1, -1)
        left = np.flatnonzero((points > 0) & (order < self.asked[row]))
        self.done[row] = len(left) <= length
        if len(left) > length:
            left = left[np.argpartition(order[left], -length)[-length:]]
        left = left[np.argsort(-order[left])]
        self.asking.mentor[row, : len(left)] = left
        self.asking.claim[row, : len(left)] = claim[left]
        self.asking.score[row, : len(left)] = points[left]
        self.asking.at[row], self.asking.size[row] = 0, len(left)
        if len(left):
            self.asked[row] = order[left[-1]]

    def pairs(self) -> list[Pair]:
        found = []
        for mentor, first in enumerate(self.hold.head.tolist()):
            entry = first
            while entry != NOBODY:
                found.append(self.openings.pair(int(self.hold.mentee[entry]), mentor, int(self.hold.score[entry])))
                entry = int(self.hold.after[entry])
        return found


def _runs(waiting: Mask, rows: slice) -> list[slice]:
    """The stretches of rows that wait."""
    edge = np.diff(np.concatenate([[0], waiting[rows].astype(np.int8), [0]]))
    starts, stops = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    return [slice(rows.start + int(a), rows.start + int(b)) for a, b in zip(starts, stops, strict=True)]
