"""Rank-maximal matching: most mentees matched, then most with their 1st choice, then with their 2nd, their 3rd ...,
and only then the total score.

A chain of exact matchings. Each stage is solved on the optimal face of the stages before it (kernels.faces), so nothing
won earlier is ever given up. What the face demands of a person (exactly this many, or at least one) is put into the
weights of the stage as a constant above anything the stage could add up to, and taken out of the prices again.

The choice of rank r is the r-th name that a mentee ranked, whether or not the ones before it were possible.
All numbers are below 2^60: a stage's sum is at most MOST_PAIRS x 200 000, the constant is one more, and no weight
holds more than three of them. The pairs are held whole: at most MOST_PAIRS of them (``openings``).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.assign import Assignment, Graph, assign
from trellis_engine.matching.hashing import hash_inputs, hash_settings
from trellis_engine.matching.kernels.faces import FIRST, FREE, FULL, HELD, OPEN, narrow
from trellis_engine.matching.openings import Ints, Openings, Small
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Pair
from trellis_engine.matching.settings import Settings
from trellis_engine.matching.stages import Stage, StagedPlan

Flags = npt.NDArray[np.bool_]
OBJECTIVE = "wishes"
MATCHED, CHOICE, TOTAL = "matched", "choice", "total"


def solve_wishes(pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str) -> StagedPlan:
    """The rank-maximal plan with its chain of proofs.

    Raises InputRefused for unusable settings or a pool with too many open pairs, and PinRefused.
    """
    openings = Openings(pool, settings, taxonomy, salt)
    face = _Face(openings)
    stages = [face.matched(), *face.choices(), face.total()]
    pairs = tuple(sorted(face.pairs))
    return StagedPlan(
        pairs=pairs,
        total=sum(pair.score for pair in pairs),
        matched=len({pair.mentee for pair in pairs}),
        unmatched=openings.unmatched(pairs),
        prices=stages[-1].prices,
        bonus=0,
        objective=OBJECTIVE,
        silent=openings.scorer.silent,
        settings_hash=hash_settings(settings),
        input_hash=hash_inputs(openings.pool, taxonomy),
        salt=salt,
        stages=tuple(stages),
    )


@dataclass(frozen=True)
class _Held:
    """A pair that is decided: pinned, or in every plan that is best so far."""

    pair: Pair
    rank: int
    points: int


class _Face:
    """The pairs still to decide and what they must add up to; narrowed by every stage."""

    def __init__(self, openings: Openings) -> None:
        self.openings = openings
        edges = openings.edges()
        self.row, self.column, self.score = edges.row, edges.mentor, edges.score
        n, m = len(openings.wants), len(openings.places)
        self.limits = [np.maximum(openings.wants, 0), np.maximum(openings.places, 0)]
        self.kinds = [np.full(n, FREE, np.int8), np.full(m, FREE, np.int8)]
        self.held = [_Held(pin, _rank(openings, pin), openings.points(pin)) for pin in openings.pins]
        self.pinned: Ints = np.zeros(n, np.int64)
        self.pinned[[row for row, _ in openings.pinned]] = 1
        self.rank: Small = np.zeros(len(self.row), np.int32)
        wished = _wished(openings)
        places, there = self._find(list(wished))
        self.rank[places] = np.array(list(wished.values()), np.int32)[there]
        self.points = self.score.astype(np.int64)
        self.points[self._find(openings.kept())[0]] += openings.settings.keep_bonus

    @property
    def pairs(self) -> list[Pair]:
        return [held.pair for held in self.held]

    def _find(self, cells: list[tuple[int, int]]) -> tuple[Ints, Flags]:
        """Where the cells that are open stand among the pairs, and which they are."""
        few = len(self.limits[1])
        keys = self.row.astype(np.int64) * few + self.column
        wanted = np.array([row * few + column for row, column in cells], np.int64)
        places = np.searchsorted(keys, wanted)
        there = places < len(keys)
        there[there] = keys[places[there]] == wanted[there]
        return places[there], there

    # --- the stages

    def matched(self) -> Stage:
        """One mentor for as many mentees as possible. Solved with one place a mentee, where a first mentor is all
        that counts; the same prices prove it for every further place, which adds nothing."""
        first = 1 - self.pinned
        nothing = np.zeros_like(first)
        found = self._assign(np.ones(len(self.row), np.int64), np.minimum(self.limits[0], first), nothing)
        prices = np.array(found.prices, np.int64)
        value = len(found.pairs) + int(self.pinned.sum())
        self._narrow(np.zeros(len(self.row), np.int64), prices, first)
        return self._stage(MATCHED, 0, value, prices)

    def choices(self) -> list[Stage]:
        """One for every rank that is still open to somebody."""
        stages = []
        for rank in range(1, int(self.rank.max(initial=0)) + 1):
            weight = (self.rank == rank).astype(np.int64)
            if weight.any():
                found, prices = self._best(weight)
                value = int(weight[found].sum()) + sum(held.rank == rank for held in self.held)
                self._narrow(weight, prices, np.zeros(len(self.limits[0]), np.int64))
                stages.append(self._stage(CHOICE, rank, value, prices))
        return stages

    def total(self) -> Stage:
        found, prices = self._best(self.points)
        self._hold(found)
        return self._stage(TOTAL, 0, sum(held.points for held in self.held), prices)

    def _stage(self, goal: str, rank: int, value: int, prices: Ints) -> Stage:
        ids = [mentor.id for mentor in self.openings.pool.mentors]
        priced = {name: price for name, price in zip(ids, prices.tolist(), strict=True) if price}
        return Stage(goal, rank, value, dict(sorted(priced.items())))

    # --- solving on the face

    def _best(self, weight: Ints) -> tuple[Ints, Ints]:
        """The pairs of the best plan on the face, and its prices in the terms of the face."""
        above = self._above(weight)
        full = [(kind == FULL).astype(np.int64) * above for kind in self.kinds]
        bonus = np.where(self.kinds[0] == FIRST, above, 0)
        found = self._assign(weight + full[0][self.row] + full[1][self.column], self.limits[0], bonus)
        chosen, _ = self._find([(row, column) for row, column, _ in found.pairs])
        prices = np.array(found.prices, np.int64) - full[1]
        return chosen, np.where(self.limits[1] > 0, prices, 0)

    def _first(self) -> Ints:
        counts = np.bincount(self.row, minlength=len(self.limits[0]))
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    def _above(self, weight: Ints) -> int:
        """More than the stage can add up to."""
        first = self._first()
        counts = np.diff(first)
        rows = np.flatnonzero(counts)
        heaviest = np.maximum.reduceat(weight, first[rows]) if len(rows) else np.zeros(0, np.int64)
        return 1 + int((np.minimum(self.limits[0], counts)[rows] * heaviest).sum())

    def _assign(self, weight: Ints, wants: Ints, bonus: Ints) -> Assignment:
        """Pairs that are worth nothing are left out; limits above any use are cut, so that nobody pays for them."""
        worth = (weight > 0) | (bonus[self.row] > 0)
        rows, columns = self.row[worth], self.column[worth]
        counts = [np.bincount(e, minlength=len(each)) for e, each in zip((rows, columns), self.limits, strict=True)]
        return assign(
            Graph(
                first=np.concatenate([[0], np.cumsum(counts[0])]).astype(np.int64),
                mentor=columns,
                weight=weight[worth],
                wants=tuple(np.minimum(wants, counts[0]).tolist()),
                places=tuple(np.minimum(self.limits[1], counts[1] + 1).tolist()),
                bonus=tuple(bonus.tolist()),
            )
        )

    def _narrow(self, weight: Ints, prices: Ints, bonus: Ints) -> None:
        """Leave only what every plan that is best so far may do."""
        fate = np.zeros(len(self.row), np.int8)
        narrow(self._first(), self.column, weight, prices, bonus, self.limits[0], self.kinds[0], fate)
        self.kinds[1][prices > 0] = FULL
        held = np.flatnonzero(fate == HELD)
        self._hold(held)
        for limit, ends in zip(self.limits, (self.row, self.column), strict=True):
            limit -= np.bincount(ends[held], minlength=len(limit))
        served = np.bincount(self.row[held], minlength=len(self.kinds[0])) > 0
        self.kinds[0][served & (self.kinds[0] == FIRST)] = FREE
        keep = (fate == OPEN) & (self.limits[0][self.row] > 0) & (self.limits[1][self.column] > 0)
        self.row, self.column, self.rank = self.row[keep], self.column[keep], self.rank[keep]
        self.score, self.points = self.score[keep], self.points[keep]

    def _hold(self, edges: Ints) -> None:
        for at in edges.tolist():
            pair = self.openings.pair(int(self.row[at]), int(self.column[at]), int(self.score[at]))
            self.held.append(_Held(pair, int(self.rank[at]), int(self.points[at])))


def _wished(openings: Openings) -> dict[tuple[int, int], int]:
    """Cell to the mentee's rank for the mentor; a name that is ranked twice counts where it stands first."""
    columns = openings.scorer.encoded.mentor_columns
    return {
        (row, columns[name]): rank
        for row, mentee in enumerate(openings.pool.mentees)
        for rank, name in reversed(list(enumerate(mentee.ranked, 1)))
        if name in columns
    }


def _rank(openings: Openings, pair: Pair) -> int:
    """The mentee's rank for the mentor, from 1; 0 where there is none."""
    ranked = openings.pool.mentee_by_id[pair.mentee].ranked
    return ranked.index(pair.mentor) + 1 if pair.mentor in ranked else 0
