"""A solved plan that is changed one thing at a time, each time exactly: the board's own solver.

After every edit the plan is again the best over all pairs for the same floor. An edit touches few people: whoever lost
something looks for something else along one shortest path, and only pairs that the prices leave in doubt are looked at
again (see reserve.py). It is worth as much as a plan solved anew; which of several equal ones it is, the edits decide.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.codes import among
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Pair, Plan
from trellis_engine.matching.program import NEVER
from trellis_engine.matching.reasons import InputRefused, Refusal
from trellis_engine.matching.reserve import Reserve, unwatched
from trellis_engine.matching.score import score_of, why_not
from trellis_engine.matching.settings import Settings
from trellis_engine.matching.solve import Solving, first_mentor_bonus
from trellis_engine.matching.standing import Forcing, best_of

Ints = npt.NDArray[np.int64]
NOBODY = -1


@dataclass(frozen=True)
class Moved:
    """A mentee who would have other mentors than before."""

    mentee: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What an edit does to the whole plan: mentees matched and points won or lost, and everybody who moves."""

    matched: int
    points: int
    moved: tuple[Moved, ...]

    @property
    def gone(self) -> set[tuple[str, str]]:
        return {(each.mentee, mentor) for each in self.moved for mentor in each.before if mentor not in each.after}

    @property
    def new(self) -> set[tuple[str, str]]:
        return {(each.mentee, mentor) for each in self.moved for mentor in each.after if mentor not in each.before}


@dataclass(frozen=True)
class _Laid:
    """A plan as arrays, pins among its pairs: row x columns + column, ascending, and the scores."""

    codes: Ints
    scores: Ints


class Live:
    """The state of one plan. Raises InputRefused for objectives that are not solved by prices."""

    def __init__(self, pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str) -> None:
        if settings.objective in ("wishes", "stable"):
            raise InputRefused("objective_unknown", objective=settings.objective)
        self.solving = Solving(pool, settings, taxonomy, salt)
        self._make_roomy()
        self.solving.count_first_mentors()  # at prices that this has lifted, the searches of edits are half as long
        self.plan: Plan = self.solving.run(unwatched)
        self.first_floor = self.solving.floor
        encoded = self.solving.openings.scorer.encoded
        self.rows, self.columns = encoded.mentee_rows, encoded.mentor_columns
        self.pinned = {(pair.mentee, pair.mentor): pair.score for pair in self.solving.openings.pins}
        self._places = {person.id: person.places for person in pool.mentors}
        self.blocked: set[tuple[str, str]] = set()
        self._opened: set[tuple[int, int]] = set()  # candidates that were pinned or blocked, and that no scan offers
        self._reserve = self._reserved()
        self._laid = self._lay()

    def _make_roomy(self) -> None:
        """A first mentor is worth so much that it stays more than all points however many places there will be; where
        that is more than the numbers hold (load spread over very many), what the places of today ask for has to do."""
        pool = self.solving.pool
        anybody = tuple(replace(mentor, places=len(pool.mentees)) for mentor in pool.mentors)
        with suppress(InputRefused):
            self.solving.bonus = first_mentor_bonus(Pool(pool.mentees, anybody), self.solving.settings)

    @property
    def lowered(self) -> bool:
        """Whether an edit has led to another floor than the plan began with; undoing that edit would not raise it."""
        return self.solving.floor is not self.first_floor

    def pairs(self) -> tuple[Pair, ...]:
        """The plan as it stands now."""
        rows, columns = np.divmod(self._laid.codes, self.solving.program.m)
        found = zip(rows.tolist(), columns.tolist(), self._laid.scores.tolist(), strict=True)
        return tuple(sorted(self.solving.openings.pair(*each) for each in found))

    @property
    def matched(self) -> int:
        return self._matched(self._laid)

    @property
    def points(self) -> int:
        return int(self._laid.scores.sum())

    def code_of(self, mentee: str, mentor: str) -> int:
        """One number for two people of the pool, NOBODY for others."""
        row, column = self.rows.get(mentee), self.columns.get(mentor)
        return NOBODY if row is None or column is None else row * self.solving.program.m + column

    def apart_from(self, codes: Ints) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """The pairs of the plan that are not among these, and those of these that are not in the plan."""
        mine = self._laid.codes[~among(np.sort(codes), self._laid.codes)]
        return self._named(mine), self._named(codes[~among(self._laid.codes, codes)])

    def _named(self, codes: Ints) -> set[tuple[str, str]]:
        pool, m = self.solving.pool, self.solving.program.m
        return {(pool.mentees[code // m].id, pool.mentors[code % m].id) for code in codes.tolist()}

    def pin(self, mentee: str, mentor: str) -> Change | Refusal:
        """Put these two together, whatever it costs the others; the Refusal if a rule forbids it or no place is left.

        For the present floor: `ask` and `hold` look for a lower one where somebody would go without for its sake.
        """
        return self._pin(mentee, mentor) or self._again()

    def _pin(self, mentee: str, mentor: str) -> Refusal | None:
        solving = self.solving
        program = solving.program
        if (mentee, mentor) in self.pinned:
            return None
        refusal = why_not(solving.pool, solving.settings, solving.taxonomy, mentee, mentor)
        row, column = self.rows[mentee], self.columns[mentor] + program.n
        if refusal or (mentee, mentor) in self.blocked:
            return refusal or Refusal("forbidden_pair", {})
        if min(program.limit[row], program.limit[column]) < 1:
            return Refusal("places_taken_by_pins", {})
        self._close(mentee, mentor)
        people = solving.pool.pair(mentee, mentor)
        self.pinned[mentee, mentor] = score_of(*people, solving.settings, solving.taxonomy)
        program.set_limit(row, int(program.limit[row]) - 1)
        program.set_bonus(row, 0)
        self._fit(mentor)
        program.set_base(self.columns[mentor], int(program.base[column]) + 1)
        return None

    def unpin(self, mentee: str, mentor: str) -> Change:
        """Let the two go wherever the best plan puts them, together or not."""
        self._unpin(mentee, mentor)
        return self._again()

    def _unpin(self, mentee: str, mentor: str) -> None:
        program = self.solving.program
        row, column = self.rows[mentee], self.columns[mentor] + program.n
        del self.pinned[mentee, mentor]
        program.set_base(self.columns[mentor], int(program.base[column]) - 1)
        program.set_limit(row, int(program.limit[row]) + 1)
        self._fit(mentor)
        if not any(pin[0] == mentee for pin in self.pinned):
            program.set_bonus(row, self.solving.bonus)
        self._open(mentee, mentor)

    def block(self, mentee: str, mentor: str) -> Change:
        """Never these two."""
        self.blocked.add((mentee, mentor))
        self._close(mentee, mentor)
        return self._again()

    def unblock(self, mentee: str, mentor: str) -> Change:
        """These two are possible again."""
        self.blocked.discard((mentee, mentor))
        self._open(mentee, mentor)
        return self._again()

    def set_places(self, mentor: str, places: int) -> Change:
        """The mentor has this many places in all, pinned ones among them."""
        if places < sum(pin[1] == mentor for pin in self.pinned):
            raise InputRefused("number_out_of_range", id=mentor, field="places")
        self._places[mentor] = places
        self._fit(mentor)
        return self._again()

    def _fit(self, mentor: str) -> None:
        """As many places as the pins leave, and no more than there are mentees."""
        program = self.solving.program
        left = self._places[mentor] - sum(pin[1] == mentor for pin in self.pinned)
        program.set_limit(self.columns[mentor] + program.n, min(left, program.n))

    def hold(self, pinned: Sequence[tuple[str, str]], blocked: Collection[tuple[str, str]]) -> Refusal | None:
        """Pin exactly these pairs and block exactly those, all at once; the first Refusal, where one of them cannot be.

        Where that matches fewer people than before, the floor is looked for anew.
        """
        for pair in sorted(set(blocked) ^ self.blocked):
            (self._close if pair in blocked else self._open)(*pair)
        self.blocked = set(blocked)
        for pair in sorted(set(self.pinned) - set(pinned)):
            self._unpin(*pair)
        for pair in pinned:
            if refusal := self._pin(*pair):
                return refusal
        self._again(may_lower=True)
        return None

    def ask(self, mentee: str, mentor: str) -> Change | Refusal:
        """What pinning these two would do, were they blocked or not; nothing is changed.

        Where it would match fewer people at the present floor, the floor is looked for anew.
        """
        with self._as_it_was():
            if (mentee, mentor) in self.blocked:
                self.blocked.discard((mentee, mentor))
                self._open(mentee, mentor)
            return self._pin(mentee, mentor) or self._again(may_lower=True)

    def forcings(self, mentee: str) -> dict[str, Forcing]:
        """The least that each mentor this mentee could have would cost, from the prices alone; cheapest first.

        Mentors of whom a rule, a pin or a block deprives them are left out, and those they are pinned to already.
        """
        solving, row = self.solving, self.rows[mentee]
        limits, least = solving.program.limit, int(solving.floor.least[row])
        wants = int(limits[row])
        if wants < 1:
            return {}
        scores = solving.scan.scores_of(row)
        allowed = (scores > 0) & (limits[solving.program.n :] > 0)
        for person, column in self.columns.items():
            if allowed[column] and not self._is_open(mentee, person):
                allowed[column] = False
        columns = np.flatnonzero(allowed).astype(np.int32)
        worth = scores[columns] + solving.scan.bonus_of(np.full(len(columns), row, np.int32), columns)
        margins = dict(zip(columns.tolist(), (worth - solving.program.prices[columns]).tolist(), strict=True))
        bonus = int(solving.program.bonus[row])
        usual = sorted(((margin, at) for at, margin in margins.items() if scores[at] >= least), reverse=True)
        best, free = usual[:wants], best_of((margin for margin, _ in usual), wants, bonus)
        found = {}
        for column, margin in margins.items():
            others = [each for each, at in best if at != column]
            loss = free - margin - bonus - best_of(others, wants - 1, 0)
            found[solving.pool.mentors[column].id] = Forcing.of(max(loss, 0), solving.bonus)
        return dict(sorted(found.items(), key=lambda item: (item[1].loss, item[0])))

    def come_near(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Of all plans that are as good, take one with as many of these pairs as this can bring about.

        The potentials prove any plan best that uses no pair they price out: so pairs that cost nothing are given up
        for those of ``pairs`` that cost nothing, and whoever is left over looks along shortest paths as ever.
        """
        m = self.solving.program.m
        wanted = [self.rows[e] * m + self.columns[o] for e, o in pairs if self._is_open(e, o)]
        codes = np.sort(np.array(wanted, np.int64))
        if not among(self._laid.codes, codes).all():
            self._offer(codes)
            self.solving.program.prefer(codes)
            self._again()

    def _is_open(self, mentee: str, mentor: str) -> bool:
        return (mentee, mentor) not in self.blocked and (mentee, mentor) not in self.pinned

    def _offer(self, codes: Ints) -> None:
        """Make candidates of these open pairs, as far as the floor lets them."""
        program = self.solving.program
        for code in codes[~among(np.sort(program.codes), codes)].tolist():
            row, column = divmod(code, program.m)
            worth = self._worth(row, column)
            if worth > NEVER:
                program.put(row, column, worth)

    def _worth(self, row: int, column: int) -> int:
        """What an open pair is worth to the plan under its floor."""
        solving = self.solving
        people = solving.pool.mentees[row], solving.pool.mentors[column]
        score = score_of(*people, solving.settings, solving.taxonomy)
        if score < max(int(solving.floor.least[row]), 1):
            return NEVER
        return score + int(solving.scan.bonus_of(np.array([row], np.int32), np.array([column], np.int32))[0])

    @contextmanager
    def _as_it_was(self) -> Iterator[None]:
        """Whatever is edited inside is taken back."""
        solving, scan, reserve = self.solving, self.solving.scan, self._reserve
        kept = solving.program, solving.closed, solving.floor, scan.scored
        sets = dict(self.pinned), set(self.blocked), set(self._opened), list(scan.taken), set(scan.taken_since)
        laid, levels = self._laid, reserve.levels
        solving.program = solving.program.copy()
        try:
            yield
        finally:
            solving.program, solving.closed, solving.floor, scan.scored = kept
            self.pinned, self.blocked, self._opened, scan.taken, scan.taken_since = sets
            self._laid, self._reserve, reserve.levels = laid, reserve, levels

    def _close(self, mentee: str, mentor: str) -> None:
        """The program may not make this pair."""
        row, column = self.rows[mentee], self.columns[mentor]
        self.solving.scan.take(row, column)
        self._opened.discard((row, column))
        self.solving.program.put(row, column, NEVER)

    def _open(self, mentee: str, mentor: str) -> None:
        """The pair stays a candidate, so that no scan need offer it."""
        row, column = self.rows[mentee], self.columns[mentor]
        self.solving.scan.taken_since.discard((row, column))
        self._opened.add((row, column))
        self.solving.program.put(row, column, self._worth(row, column))

    def _again(self, *, may_lower: bool = False) -> Change:
        solving, before = self.solving, self._laid
        solving.closed = solving.program.limit[solving.program.n :] < 1
        self._reserve.solve(solving.program, solving.closed)
        self._laid = self._lay()
        fewer = self._matched(self._laid) < self._matched(before) or len(self._laid.codes) < len(before.codes)
        if may_lower and solving.floor.score and fewer:
            self._find_floor()
            self._laid = self._lay()
        return self._change(before, self._laid)

    def _find_floor(self) -> None:
        """All pairs anew, those among them that were opened."""
        solving = self.solving
        for row, column in sorted(self._opened):
            solving.program.forget(row, column)
            solving.scan.give_back(row, column)
        self._opened.clear()
        solving.find_floor()
        self._reserve = self._reserved()
        self._reserve.solve(solving.program, solving.closed)

    def _reserved(self) -> Reserve:
        solving = self.solving
        for row, column in sorted(solving.scan.taken_since):
            solving.program.put(row, column, NEVER)
        reserve = Reserve(solving.scan)
        reserve.accept(solving.floor.least)
        reserve.look(solving.program, solving.closed)
        return reserve

    def _lay(self) -> _Laid:
        solving, m = self.solving, self.solving.program.m
        rows, columns, worth = solving.program.pairs()
        pins = np.array(
            [(self.rows[e] * m + self.columns[o], score) for (e, o), score in self.pinned.items()], np.int64
        )
        codes, scores = pins.reshape(-1, 2).T
        codes = np.concatenate([codes, rows.astype(np.int64) * m + columns])
        scores = np.concatenate([scores, worth - solving.scan.bonus_of(rows, columns)])
        order = np.argsort(codes)
        return _Laid(codes[order], scores[order])

    def _matched(self, laid: _Laid) -> int:
        rows = laid.codes // self.solving.program.m
        return int((np.diff(rows, prepend=-1) > 0).sum())

    def _change(self, before: _Laid, after: _Laid) -> Change:
        rows = np.setxor1d(before.codes, after.codes, assume_unique=True) // self.solving.program.m
        moved = [
            Moved(self.solving.pool.mentees[row].id, *self._mentors(row, before, after)) for row in set(rows.tolist())
        ]
        return Change(
            matched=self._matched(after) - self._matched(before),
            points=int(after.scores.sum() - before.scores.sum()),
            moved=tuple(sorted(moved, key=lambda each: each.mentee)),
        )

    def _mentors(self, row: int, *plans: _Laid) -> Iterator[tuple[str, ...]]:
        m, mentors = self.solving.program.m, self.solving.pool.mentors
        for laid in plans:
            first, last = np.searchsorted(laid.codes, [row * m, (row + 1) * m])
            yield tuple(sorted(mentors[code - row * m].id for code in laid.codes[first:last].tolist()))
