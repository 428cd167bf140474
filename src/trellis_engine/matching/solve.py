"""From people to a plan: pins first, then the best plan over all pairs, then a reason for everyone left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.floor import Floor, highest_floor, last_of_best
from trellis_engine.matching.hashing import hash_inputs, hash_settings
from trellis_engine.matching.kernels.scores import OUT
from trellis_engine.matching.leftover import why_left
from trellis_engine.matching.openings import Openings
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import PAIRS_IN_A_FIRST, Pair, Plan
from trellis_engine.matching.program import NEVER, Program
from trellis_engine.matching.reasons import InputRefused, Unmatched
from trellis_engine.matching.reserve import Reserve, Step, unwatched
from trellis_engine.matching.scan import Offers, Scan
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings
from trellis_engine.matching.stable import solve_stable
from trellis_engine.matching.wishes import solve_wishes

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
WITH_FLOOR = "matched_floor_total"
FIRST_CANDIDATES = 24  # pairs of each mentee to begin with, and one more
MENTORS_FOR_ONE_MORE = 2_000  # for every so many: the best of many are alike


def solve(pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, step: Step = unwatched) -> Plan:
    """The best plan for the objective of the settings.

    Exact; the same facts and salt give the same bytes in any row order, because rows are first put in an order made
    from ``salt``, which also decides between equal plans. ``step`` is called after every look at all pairs with the
    number of pairs that still pay, and may raise to stop. Raises InputRefused for unusable settings and PinRefused
    for a pin that breaks a rule.
    """
    if settings.objective == "stable":
        return solve_stable(pool, settings, taxonomy, salt)
    if settings.objective == "wishes":
        return solve_wishes(pool, settings, taxonomy, salt)
    return Solving(pool, settings, taxonomy, salt).run(step)


@dataclass
class Solving:
    """One run over all pairs; afterwards it can be asked for its plan and gone on with."""

    pool: Pool
    settings: Settings
    taxonomy: Taxonomy
    salt: str

    def __post_init__(self) -> None:
        self.openings = Openings(self.pool, self.settings, self.taxonomy, self.salt, spreads=True)
        self.pool = self.openings.pool
        self.scan = Scan(self.openings.scorer, tuple(self.openings.pinned))
        self.bonus = first_mentor_bonus(self.pool, self.settings)
        self.reserve = Reserve(self.scan)
        places = self.openings.places
        self.closed: Flags = places < 1
        self.base = self._busy()
        spread = np.full(len(places), self.settings.spread, np.int64)
        # nobody takes the same partner twice, however many they would have
        wants = np.minimum(self.openings.wants, len(places))
        self.program = Program(wants, np.minimum(places, len(wants)), np.zeros_like(wants), spread, self.base)
        self.floor = Floor.none(len(wants), len(places))

    @property
    def bonus(self) -> int:
        """What a mentee's first mentor is worth."""
        return self._bonus

    @bonus.setter
    def bonus(self, bonus: int) -> None:
        """Each pair is worth a part of it, where pairs are counted."""
        self._bonus = bonus
        self.scan.pair_bonus = bonus // PAIRS_IN_A_FIRST if counts_pairs(self.pool, self.settings) else 0

    def run(self, step: Step) -> Plan:
        first = FIRST_CANDIDATES + self.scan.columns // MENTORS_FOR_ONE_MORE
        look = self.reserve.look(self.program, self.closed, first, count=True)
        self.program.bid(self.scan.pair_bonus)
        self.reserve.solve(self.program, self.closed, step)
        self.count_first_mentors()
        if self.program.somebody_without:
            self.reserve.solve(self.program, self.closed, step)
        if self.settings.objective == WITH_FLOOR:
            self._raise_floor(look.highest, step)
        return self.plan(look)

    def count_first_mentors(self) -> None:
        """From now on a first mentor is worth more than all scores.

        Not from the beginning, although the plan would be the same: whomever the best total matches is matched as well
        as can be, and at prices of the size of scores the searches for them stay short. Whoever edits the plan calls it
        earlier (live.py).
        """
        bonuses = np.full(self.program.n, self.bonus, np.int64)
        bonuses[[row for row, _ in self.openings.pinned]] = 0  # the pin already is their first mentor
        self.program.bonus[: self.program.n] = bonuses

    def find_floor(self) -> None:
        """Solve on without a floor, then raise it again: after edits a lower one may be all that is left."""
        anything = np.zeros(self.scan.rows, np.int32)
        self.reserve = Reserve(self.scan)  # pairs may be possible that were not before
        self.reserve.solve(self.program, self.closed)
        rows = np.where(self.program.limit[: self.scan.rows] > 0, -OUT, OUT)
        look = self.scan.best(self.program.prices, 1, rows, anything, self.closed, count=True)
        self._raise_floor(look.highest, unwatched)

    def _raise_floor(self, highest: Small, step: Step) -> None:
        """Nobody worse off than need be: forbid what is below the highest floor, and solve on."""
        highest = last_of_best(self.scan, self.program.limit[: self.scan.rows], self.closed, highest)
        self.floor = highest_floor(self.scan, self.program, highest, self.closed, step)
        rows, columns = self.program.end_a, self.program.end_b - np.int32(self.program.n)
        scores = self.program.weight - self.scan.bonus_of(rows, columns)
        self.program.drop_edges((scores < self.floor.least[rows]) & (self.program.weight != NEVER))
        self.reserve.accept(self.floor.least)
        self.reserve.solve(self.program, self.closed, step)

    def plan(self, look: Offers) -> Plan:
        """What the program says, in people."""
        rows, columns, worth = self.program.pairs()
        scores = worth - self.scan.bonus_of(rows, columns)
        found = zip(rows.tolist(), columns.tolist(), scores.tolist(), strict=True)
        unsorted = [*self.openings.pins, *(self.openings.pair(*each) for each in found)]
        pairs = tuple(sorted(unsorted, key=attrgetter("mentee", "mentor")))
        mentors = [person.id for person in self.pool.mentors]
        matched = len({pair.mentee for pair in pairs})
        return Plan(
            pairs=pairs,
            total=sum(pair.score for pair in pairs),
            matched=matched,
            unmatched=self._left(look, pairs),
            prices=dict(sorted(zip(mentors, self.program.prices.tolist(), strict=True))),
            bonus=self.bonus,
            pair_bonus=self.scan.pair_bonus,
            objective=self.settings.objective,
            silent=self.openings.scorer.silent,
            settings_hash=hash_settings(self.settings),
            input_hash=hash_inputs(self.pool, self.taxonomy),
            salt=self.salt,
            floor=self.floor.score,
            most=_named(mentors, self.floor.most),
            further=_named(mentors, self.floor.further) if self.scan.pair_bonus else (),
            beyond=_named(mentors, self.floor.beyond),
            extra=self.beyond_scores(pairs),
        )

    def _left(self, look: Offers, pairs: Sequence[Pair]) -> tuple[Unmatched, ...]:
        mentees, mentors = self.pool.mentees, self.pool.mentors
        allowed = dict(zip((p.id for p in mentees), look.allowed.tolist(), strict=True))
        allowed_mentees = dict(zip((p.id for p in mentors), look.allowed_rows.tolist(), strict=True))
        return why_left(self.openings.scorer, pairs, allowed, allowed_mentees)

    def _busy(self) -> Ints:
        """What each mentor carries before any pair that is still open."""
        busy = np.array([person.busy for person in self.pool.mentors], np.int64)
        np.add.at(busy, [column for _, column in self.openings.pinned], 1)
        return busy

    def beyond_scores(self, pairs: Sequence[Pair]) -> int:
        """What standing pairs are worth more, less what it costs that mentors take on several."""
        kept = sum((pair.mentee, pair.mentor) in self.settings.kept for pair in pairs)
        load = Counter(pair.mentor for pair in pairs)
        busy = {person.id: person.busy for person in self.pool.mentors}
        units = sum(taken * busy[mentor] + taken * (taken - 1) // 2 for mentor, taken in load.items())
        return self.settings.keep_bonus * kept - self.settings.spread * units


def counts_pairs(pool: Pool, settings: Settings) -> bool:
    """Whether a floor could take somebody's second mentor away, if every pair did not count by itself."""
    return settings.objective == WITH_FLOOR and any(person.places > 1 for person in pool.mentees)


def first_mentor_bonus(pool: Pool, settings: Settings) -> int:
    """So much that counts and totals can be read back apart: a part of it, which is what each pair counts where pairs
    are counted, is more than twice anything that scores could add or spread loads cost. Nothing where the total alone
    counts. Raises InputRefused where the numbers would not fit."""
    if settings.objective == "total":
        return 0
    m, n = len(pool.mentees), len(pool.mentors)
    wanted = sum(min(person.places, n) for person in pool.mentees)
    offered = sum(min(person.places, m) for person in pool.mentors)
    heaviest = max((person.busy + min(person.places, m) for person in pool.mentors), default=0)
    each = HIGHEST_SCORE + settings.keep_bonus + settings.spread * heaviest
    bonus = PAIRS_IN_A_FIRST * (2 * each * min(wanted, offered) + 1)
    if 2 * bonus >= OUT:
        raise InputRefused("pool_too_large", pairs=m * n, most=OUT // each)
    return bonus


def _named(mentors: list[str], chosen: Flags) -> tuple[str, ...]:
    return tuple(sorted(mentors[column] for column in np.flatnonzero(chosen).tolist()))
