"""A solved plan that is changed one thing at a time, each time exactly: the board's own solver.

After every edit the plan is again the best over all pairs for the same floor. An edit touches few people: whoever lost
something looks for something else along one shortest path, and only pairs whose price fell are looked at again.
"""

from collections.abc import Iterable
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


class Live:
    """The state of one plan. Raises InputRefused for objectives that are not solved by prices."""

    def __init__(self, pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str) -> None:
        if settings.objective in ("wishes", "stable"):
            raise InputRefused("objective_unknown", objective=settings.objective)
        self.solving = Solving(pool, settings, taxonomy, salt)
        self.plan: Plan = self.solving.run(unwatched)
        encoded = self.solving.openings.scorer.encoded
        self.rows, self.columns = encoded.mentee_rows, encoded.mentor_columns
        self.pinned = {(pair.mentee, pair.mentor): pair.score for pair in self.solving.openings.pins}
        self.blocked: set[tuple[str, str]] = set()

    def pairs(self) -> tuple[Pair, ...]:
        """The plan as it stands now."""
        rows, columns, worth = self.solving.program.pairs()
        scores = worth - self.solving.scan.bonus_of(rows, columns)
        found = zip(rows.tolist(), columns.tolist(), scores.tolist(), strict=True)
        pins = (Pair(*both, score) for both, score in self.pinned.items())
        return tuple(sorted([*pins, *(self.solving.openings.pair(*each) for each in found)]))

    def pin(self, mentee: str, mentor: str) -> Change | Refusal:
        """Put these two together, whatever it costs the others; the Refusal if a rule forbids it or no place is left."""
        solving = self.solving
        refusal = why_not(solving.pool, solving.settings, solving.taxonomy, mentee, mentor)
        row, column = self.rows[mentee], self.columns[mentor] + solving.program.n
        if refusal or (mentee, mentor) in self.blocked:
            return refusal or Refusal("forbidden_pair", {})
        if (mentee, mentor) in self.pinned:
            return Change(0, 0, ())
        if min(solving.program.limit[row], solving.program.limit[column]) < 1:
            return Refusal("places_taken_by_pins", {})
        before = self.pairs()
        self._close(mentee, mentor)
        program = solving.program
        for node in (row, column):
            program.set_limit(node, int(program.limit[node]) - 1)
        program.set_bonus(row, 0)
        program.set_base(self.columns[mentor], int(program.base[column]) + 1)
        people = solving.pool.pair(mentee, mentor)
        self.pinned[mentee, mentor] = score_of(*people, solving.settings, solving.taxonomy)
        return self._again(before)

    def unpin(self, mentee: str, mentor: str) -> Change:
        """Let the two go wherever the best plan puts them, together or not."""
        before, program = self.pairs(), self.solving.program
        row, column = self.rows[mentee], self.columns[mentor] + program.n
        del self.pinned[mentee, mentor]
        program.set_base(self.columns[mentor], int(program.base[column]) - 1)
        for node in (row, column):
            program.set_limit(node, int(program.limit[node]) + 1)
        if not any(pin[0] == mentee for pin in self.pinned):
            program.set_bonus(row, self.solving.bonus)
        self._open(mentee, mentor)
        return self._again(before)

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

    def _close(self, mentee: str, mentor: str) -> None:
        """The program may not make this pair."""
        row, column = self.rows[mentee], self.columns[mentor]
        self.solving.scan.take(row, column)
        self.solving.program.set_weight(row, column, NEVER)

    def _open(self, mentee: str, mentor: str) -> None:
        row, column = self.rows[mentee], self.columns[mentor]
        self.solving.scan.give_back(row, column)
        self.solving.program.forget(row, column)

    def _again(self, before: tuple[Pair, ...]) -> Change:
        solving = self.solving
        solving.closed = solving.program.limit[solving.program.n :] < 1
        solve_all_pairs(solving.scan, solving.program, solving.floor.least, solving.closed, unwatched)
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
