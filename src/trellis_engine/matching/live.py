"""A solved plan that is changed one thing at a time, each time exactly: the board's own solver.

After every edit the plan is again the best over all pairs for the same floor. An edit touches few people: whoever lost
something looks for something else along one shortest path, and only pairs whose price fell are looked at again.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Pair, Plan
from trellis_engine.matching.pricing import solve_all_pairs
from trellis_engine.matching.reasons import InputRefused, Refusal
from trellis_engine.matching.score import score_of, why_not
from trellis_engine.matching.settings import Settings
from trellis_engine.matching.solve import Solving, unwatched
from trellis_engine.matching.standing import Forcing, best_of

Ints = npt.NDArray[np.int64]

NEVER = -(1 << 50)  # the weight of a pair that is blocked: no price makes it pay


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


@dataclass(frozen=True)
class Answer:
    """What a question would change, and the whole plan it would lead to."""

    change: Change
    pairs: tuple[Pair, ...]


class Live:
    """The state of one plan. Raises InputRefused for objectives that are not solved by prices."""

    def __init__(self, pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str) -> None:
        if settings.objective in ("wishes", "stable"):
            raise InputRefused("objective_unknown", objective=settings.objective)
        self.solving = Solving(pool, settings, taxonomy, salt)
        self.plan: Plan = self.solving.run(unwatched)
        self.first_floor = self.solving.floor
        encoded = self.solving.openings.scorer.encoded
        self.rows, self.columns = encoded.mentee_rows, encoded.mentor_columns
        self.pinned = {(pair.mentee, pair.mentor): pair.score for pair in self.solving.openings.pins}
        self.blocked: set[tuple[str, str]] = set()

    @property
    def lowered(self) -> bool:
        """Whether an edit has led to another floor than the plan began with; undoing that edit would not raise it."""
        return self.solving.floor is not self.first_floor

    def pairs(self) -> tuple[Pair, ...]:
        """The plan as it stands now."""
        rows, columns, worth = self.solving.program.pairs()
        scores = worth - self.solving.scan.bonus_of(rows, columns)
        found = zip(rows.tolist(), columns.tolist(), scores.tolist(), strict=True)
        pins = (Pair(*both, score) for both, score in self.pinned.items())
        return tuple(sorted([*pins, *(self.solving.openings.pair(*each) for each in found)]))

    def pin(self, mentee: str, mentor: str) -> Change | Refusal:
        """Put these two together, whatever it costs the others; the Refusal if a rule forbids it or no place is left.

        For the present floor: `ask` and `hold` look for a lower one where somebody would go without for its sake.
        """
        before = self.pairs()
        return self._pin(mentee, mentor) or self._again(before)

    def _pin(self, mentee: str, mentor: str) -> Refusal | None:
        solving = self.solving
        program = solving.program
        refusal = why_not(solving.pool, solving.settings, solving.taxonomy, mentee, mentor)
        row, column = self.rows[mentee], self.columns[mentor] + program.n
        if refusal or (mentee, mentor) in self.blocked:
            return refusal or Refusal("forbidden_pair", {})
        if (mentee, mentor) in self.pinned:
            return None
        if min(program.limit[row], program.limit[column]) < 1:
            return Refusal("places_taken_by_pins", {})
        self._close(mentee, mentor)
        for node in (row, column):
            program.set_limit(node, int(program.limit[node]) - 1)
        program.set_bonus(row, 0)
        program.set_base(self.columns[mentor], int(program.base[column]) + 1)
        people = solving.pool.pair(mentee, mentor)
        self.pinned[mentee, mentor] = score_of(*people, solving.settings, solving.taxonomy)
        return None

    def unpin(self, mentee: str, mentor: str) -> Change:
        """Let the two go wherever the best plan puts them, together or not."""
        before = self.pairs()
        self._unpin(mentee, mentor)
        return self._again(before)

    def _unpin(self, mentee: str, mentor: str) -> None:
        program = self.solving.program
        row, column = self.rows[mentee], self.columns[mentor] + program.n
        del self.pinned[mentee, mentor]
        program.set_base(self.columns[mentor], int(program.base[column]) - 1)
        for node in (row, column):
            program.set_limit(node, int(program.limit[node]) + 1)
        if not any(pin[0] == mentee for pin in self.pinned):
            program.set_bonus(row, self.solving.bonus)
        self._open(mentee, mentor)

    def block(self, mentee: str, mentor: str) -> Change:
        """Never these two."""
        before = self.pairs()
        self.blocked.add((mentee, mentor))
        self._close(mentee, mentor)
        return self._again(before)

    def unblock(self, mentee: str, mentor: str) -> Change:
        """These two are possible again."""
        before = self.pairs()
        self.blocked.discard((mentee, mentor))
        self._open(mentee, mentor)
        return self._again(before)

    def set_places(self, mentor: str, places: int) -> Change:
        """The mentor has this many places in all, pinned ones among them."""
        before, program = self.pairs(), self.solving.program
        column = self.columns[mentor]
        left = places - sum(pin[1] == mentor for pin in self.pinned)
        if left < 0:
            raise InputRefused("number_out_of_range", id=mentor, field="places")
        program.set_limit(column + program.n, min(left, program.n))
        return self._again(before)

    def hold(self, pinned: Sequence[tuple[str, str]], blocked: Collection[tuple[str, str]]) -> Refusal | None:
        """Pin exactly these pairs and block exactly those, all at once; the first Refusal, where one of them cannot be.

        Where that matches fewer people than before, the floor is looked for anew.
        """
        before = self.pairs()
        for pair in sorted(set(blocked) ^ self.blocked):
            (self._close if pair in blocked else self._open)(*pair)
        self.blocked = set(blocked)
        for pair in sorted(set(self.pinned) - set(pinned)):
            self._unpin(*pair)
        for pair in pinned:
            if refusal := self._pin(*pair):
                return refusal
        self._again(before, may_lower=True)
        return None

    def ask(self, mentee: str, mentor: str) -> Answer | Refusal:
        """What pinning these two would do, were they blocked or not; nothing is changed.

        Where it would match fewer people at the present floor, the floor is looked for anew.
        """
        with self._as_it_was():
            before = self.pairs()
            if (mentee, mentor) in self.blocked:
                self.blocked.discard((mentee, mentor))
                self._open(mentee, mentor)
            refusal = self._pin(mentee, mentor)
            return refusal or Answer(self._again(before, may_lower=True), self.pairs())

    def forcings(self, mentee: str) -> dict[str, Forcing]:
        """The least that each mentor this mentee could have would cost, from the prices alone; cheapest first.

        Mentors of whom a rule, a pin or a block deprives them are left out, and those they are pinned to already.
        """
        solving, row = self.solving, self.rows[mentee]
        limits, least = solving.program.limit, int(solving.floor.least[row])
        wants = int(limits[row])
        if wants < 1:
            return {}
        scores = solving.openings.scorer.judge(slice(row, row + 1))[0][0]
        allowed = (scores > 0) & (limits[solving.program.n :] > 0)
        for person, column in self.columns.items():
            if allowed[column] and not self._is_open(mentee, person):
                allowed[column] = False
        columns = np.flatnonzero(allowed).astype(np.int32)
        worth = scores[columns] + solving.scan.bonus_of(np.full(len(columns), row, np.int32), columns)
        margins = dict(zip(columns.tolist(), (worth - solving.program.prices[columns]).tolist(), strict=True))
        bonus = int(solving.program.bonus[row])
        usual = {column: margin for column, margin in margins.items() if scores[column] >= least}
        found = {}
        for column, margin in margins.items():
            others = [each for at, each in usual.items() if at != column]
            loss = best_of(usual.values(), wants, bonus) - margin - bonus - best_of(others, wants - 1, 0)
            found[solving.pool.mentors[column].id] = Forcing.of(max(loss, 0), solving.bonus)
        return dict(sorted(found.items(), key=lambda item: (item[1].loss, item[0])))

    def come_near(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Of all plans that are as good, take one with as many of these pairs as this can bring about.

        The potentials prove any plan best that uses no pair they price out: so pairs that cost nothing are given up
        for those of ``pairs`` that cost nothing, and whoever is left over looks along shortest paths as ever.
        """
        wanted = [
            (self.rows[mentee], self.columns[mentor]) for mentee, mentor in pairs if self._is_open(mentee, mentor)
        ]
        self._offer(wanted)
        self.solving.program.prefer({row * self.solving.program.m + column for row, column in wanted})
        self._again(())

    def _is_open(self, mentee: str, mentor: str) -> bool:
        return (mentee, mentor) not in self.blocked and (mentee, mentor) not in self.pinned

    def _offer(self, wanted: Iterable[tuple[int, int]]) -> None:
        """Make candidates of these open pairs, as far as the floor lets them."""
        program, solving = self.solving.program, self.solving
        known = set((program.end_a.astype(np.int64) * program.m + program.end_b - program.n).tolist())
        for row, column in wanted:
            if row * program.m + column in known:
                continue
            people = solving.pool.mentees[row], solving.pool.mentors[column]
            score = score_of(*people, solving.settings, solving.taxonomy)
            if score < max(int(solving.floor.least[row]), 1):
                continue
            one, other = np.array([row], np.int32), np.array([column], np.int32)
            program.add_edges(one, other, score + solving.scan.bonus_of(one, other))

    @contextmanager
    def _as_it_was(self) -> Iterator[None]:
        """Whatever is edited inside is taken back."""
        solving, scan = self.solving, self.solving.scan
        kept = deepcopy(solving.program), solving.closed, solving.floor, scan.scored
        sets = dict(self.pinned), set(self.blocked), list(scan.taken), set(scan.taken_since)
        try:
            yield
        finally:
            solving.program, solving.closed, solving.floor, scan.scored = kept
            self.pinned, self.blocked, scan.taken, scan.taken_since = sets

    def _close(self, mentee: str, mentor: str) -> None:
        """The program may not make this pair."""
        row, column = self.rows[mentee], self.columns[mentor]
        self.solving.scan.take(row, column)
        self.solving.program.set_weight(row, column, NEVER)

    def _open(self, mentee: str, mentor: str) -> None:
        row, column = self.rows[mentee], self.columns[mentor]
        self.solving.scan.give_back(row, column)
        self.solving.program.forget(row, column)

    def _again(self, before: tuple[Pair, ...], *, may_lower: bool = False) -> Change:
        solving = self.solving
        solving.closed = solving.program.limit[solving.program.n :] < 1
        solve_all_pairs(solving.scan, solving.program, solving.floor.least, solving.closed, unwatched)
        after = self.pairs()
        if may_lower and solving.floor.score and _matched(after) < _matched(before):
            solving.find_floor()
            after = self.pairs()
        return Change(
            matched=_matched(after) - _matched(before),
            points=sum(pair.score for pair in after) - sum(pair.score for pair in before),
            moved=tuple(_moved(before, after)),
        )


def _matched(pairs: Iterable[Pair]) -> int:
    return len({pair.mentee for pair in pairs})


def _moved(before: Iterable[Pair], after: Iterable[Pair]) -> Iterable[Moved]:
    mentors: dict[str, tuple[list[str], list[str]]] = {}
    for at, pairs in enumerate((before, after)):
        for pair in pairs:
            mentors.setdefault(pair.mentee, ([], []))[at].append(pair.mentor)
    for mentee, (old, new) in sorted(mentors.items()):
        if old != new:
            yield Moved(mentee, tuple(old), tuple(new))
