"""Where one more place would help most: the exact gain of every mentor's next place, and what such mentors offer.

In a best plan one more place with mentor j is worth the longest path of moves that ends in it: somebody without a
mentor takes the place, or somebody moves there and frees another, and so on (the residual network of Ahuja, Magnanti
& Orlin 1993, chapter 9). With R_j the best move into j, f_j what a freed place is worth, o_i what mentee i can bring:

    R_j = max over allowed pairs not in the plan of  w_ij + o_i
    o_i = max(bonus, if i has no mentor and wants one;  f_j' - w_ij' for each mentor j' that i holds)
    f_j = max(R_j, what the last mentee of j costs in spread)
    gain_j = max(0, R_j - what one more mentee of j costs in spread)

which is the smallest price that could prove the plan, so never more than the price that does. All gains come from one
fixed point instead of one solve for each mentor.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.plan import Plan
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import Settings
from trellis_engine.matching.solve import first_mentor_bonus

ADDS_UP = ("matched_total", "total")  # objectives under which a place has one price
NONE = -(1 << 60)  # a move that cannot be made
KEPT_IN_MEMORY = 1 << 24  # pairs; larger pools are scored again at every pass
FEW = 2  # mentors behind a statement about mentors "like" them

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, order=True)
class Gain:
    """What one more place adds to the best plan, in units of its ``value`` and its prices, and the same read apart:
    mentees matched, and points: total score, less what load costs, plus what kept pairs are worth (negative at times
    where somebody more is matched). Where the total alone counts, nobody counts mentees: ``matched`` is 0."""

    value: int
    matched: int
    points: int


@dataclass(frozen=True)
class Advice:
    """One sort of mentor worth looking for, ``kind`` "skill", "unit" or "level" with its ``name`` and ``level``
    (0: any; otherwise at least this one). ``middle``: the lower median gain over the ``mentors`` of that sort who
    are here already, so at least half of them would bring that much; ``best`` with the mentor it is like."""

    kind: str
    name: str
    level: int
    mentors: int
    middle: Gain
    best: Gain
    like: str


@dataclass(frozen=True)
class Recruiting:
    """``gains``: mentor id to the exact gain of one more place, only where there is one. ``wanted``: skill to the
    number of mentees without a mentor who want to grow it."""

    gains: Mapping[str, Gain]
    advice: tuple[Advice, ...]
    wanted: Mapping[str, int]


def recruit_here(plan: Plan, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Recruiting:
    """Whom to look for. ``plan`` must be the best plan of these inputs under an objective of ADDS_UP, because a place
    has one price only where all that counts is a sum. (Who could be matched at all is the same under
    "matched_floor_total", so solve once more with "matched_total" for such a round.)"""
    gains = gains_of_places(plan, pool, settings, taxonomy)
    placed = {pair.mentee for pair in plan.pairs}
    waiting = [person for person in pool.mentees if person.places and person.id not in placed]
    wanted = Counter(skill for person in waiting for skill, _ in person.skills)
    return Recruiting(gains, tuple(_advice(gains, pool)), dict(sorted(wanted.items(), key=lambda s: (-s[1], s[0]))))


def gains_of_places(plan: Plan, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> dict[str, Gain]:
    """The exact gain of one more place with each mentor, at today's scores (the factor ``balance`` looks at places
    and would see one more); mentors whose next place adds nothing are left out."""
    moves = _Moves(plan, pool, settings, taxonomy)
    found = zip(pool.mentors, moves.gains().tolist(), strict=True)
    return {person.id: _read(value, moves.bonus, plan.bonus) for person, value in found if value > 0}


def _read(value: int, bonus: int, of_plan: int) -> Gain:
    """A value apart as mentees and points: the bonus is more than twice any total, so the nearest count is meant."""
    matched = (value + bonus // 2) // bonus if bonus else 0
    points = value - matched * bonus
    return Gain(matched * of_plan + points, matched, points)


class _Moves:
    """The moves that are open in a plan, by row and column of the pool."""

    def __init__(self, plan: Plan, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> None:
        self.pool, self.settings = pool, settings
        self.scorer = Scorer(pool, settings, taxonomy)
        rows, columns = self.scorer.encoded.mentee_rows, self.scorer.encoded.mentor_columns
        self.taken: dict[int, list[int]] = {}
        self.load = np.zeros(len(pool.mentors), np.int64)
        self.held: list[tuple[int, int, int]] = []  # row, column, worth; pinned pairs cannot be moved
        for pair in plan.pairs:
            row, column = rows[pair.mentee], columns[pair.mentor]
            self.taken.setdefault(row, []).append(column)
            self.load[column] += 1
            if (pair.mentee, pair.mentor) not in settings.pinned:
                kept = settings.keep_bonus if (pair.mentee, pair.mentor) in settings.kept else 0
                self.held.append((row, column, pair.score + kept))
        larger = tuple(replace(person, places=person.places + 1) for person in pool.mentors)
        self.bonus = first_mentor_bonus(Pool(pool.mentees, larger), settings)  # enough for one place more
        self.kept = [(rows[e], columns[o]) for e, o in settings.kept if e in rows and o in columns]
        self.brings = np.full(len(pool.mentees), NONE, np.int64)
        for row, person in enumerate(pool.mentees):
            if len(self.taken.get(row, ())) < person.places:
                self.brings[row] = 0 if row in self.taken else self.bonus
        self.blocks = [*self._scored()] if len(pool.mentees) * len(pool.mentors) <= KEPT_IN_MEMORY else None

    def gains(self) -> Ints:
        busy = np.array([person.busy for person in self.pool.mentors], np.int64)
        before = np.maximum(self.load + busy - 1, 0) * (self.load > 0)
        freed = self.settings.spread * before
        move = np.full(len(self.pool.mentors), NONE, np.int64)
        fresh = self.brings > NONE
        for row, column, worth in self.held:
            fresh[row] |= self._offer(row, int(freed[column]) - worth)
        for _ in range(len(self.pool.mentors) + 1):
            if not fresh.any():
                break
            move = np.maximum(move, self._best_moves(fresh))
            fresh = np.zeros(len(self.pool.mentees), bool)
            for row, column, worth in self.held:
                fresh[row] |= self._offer(row, int(max(freed[column], move[column])) - worth)
        gain = move - self.settings.spread * (self.load + busy)
        places = np.array([person.places for person in self.pool.mentors], np.int64)
        return np.where(self.load < places, 0, np.maximum(gain, 0))

    def _offer(self, row: int, brought: int) -> bool:
        if brought <= self.brings[row]:
            return False
        self.brings[row] = brought
        return True

    def _best_moves(self, fresh: npt.NDArray[np.bool_]) -> Ints:
        """For each mentor the best move by a mentee whose offer has risen."""
        best = np.full(len(self.pool.mentors), NONE, np.int64)
        for rows, worth in self.blocks or self._scored():
            of_block = np.flatnonzero(fresh[rows])
            if len(of_block):
                moves = worth[of_block] + self.brings[rows][of_block, None]
                best = np.maximum(best, np.where(worth[of_block] > 0, moves, NONE).max(axis=0))
        return best

    def _scored(self) -> Iterator[tuple[slice, Ints]]:
        """Worth of every pair that could be made and is not, 0 for the others."""
        for rows in self.scorer.row_blocks():
            scores, _ = self.scorer.judge(rows)
            worth = scores.astype(np.int64)
            for row, column in self.kept:
                if rows.start <= row < rows.stop and worth[row - rows.start, column]:
                    worth[row - rows.start, column] += self.settings.keep_bonus
            for row in range(rows.start, rows.stop):
                worth[row - rows.start, self.taken.get(row, [])] = 0
            yield rows, worth


# --- what those mentors have in common


def _advice(gains: Mapping[str, Gain], pool: Pool) -> Iterator[Advice]:
    """The sorts of mentor whose next place adds something for at least half of them, most worth first."""
    groups: dict[tuple[str, str], list[Participant]] = {}
    for person in pool.mentors:
        for skill, _ in person.skills:
            groups.setdefault(("skill", skill), []).append(person)
        if person.unit:
            groups.setdefault(("unit", person.unit), []).append(person)
        if person.level:
            groups.setdefault(("level", ""), []).append(person)
    found = [best for key, members in sorted(groups.items()) if (best := _best_of(key, members, gains))]
    yield from sorted(found, key=lambda each: (-each.middle.value, -each.best.value, each.kind, each.name))


def _best_of(key: tuple[str, str], members: list[Participant], gains: Mapping[str, Gain]) -> Advice | None:
    """The group from the level upward at which its middle gain is highest; None where that is nothing."""
    levels = sorted({person.level for person in members})
    tries = [_at_least(key, level if at else 0, members, gains) for at, level in enumerate(levels)]
    likely = [each for each in tries if each and each.middle.value > 0]
    return max(likely, key=lambda each: (each.middle.value, -each.level), default=None)


def _at_least(key: tuple[str, str], level: int, members: list[Participant], gains: Mapping[str, Gain]) -> Advice | None:
    chosen = sorted((gains.get(p.id, Gain(0, 0, 0)), p.id) for p in members if p.level >= level)
    if len(chosen) < FEW or (key[0] == "level" and not level):  # "of any level" says nothing
        return None
    best, like = chosen[-1]
    return Advice(*key, level, len(chosen), chosen[(len(chosen) - 1) // 2][0], best, like)
