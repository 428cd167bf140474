"""Mentor-led circles: a mentor takes nobody, or at least the smallest number that makes a circle.

Most mentees placed first, then the highest total score. The smallest size makes it NP-hard (which mentors should
open?), so mentors are chosen by a bounded search and the gap to a proven ceiling is told: what is best without the
smallest size is never less. For the mentors who open, the assignment itself is exact. Where the search reaches the
ceiling, the plan is proven best.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.assign import Assignment, Graph, assign
from trellis_engine.matching.circle_plan import CirclePlan
from trellis_engine.matching.hashing import hash_inputs, hash_settings
from trellis_engine.matching.openings import Openings
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Pair
from trellis_engine.matching.reasons import InputRefused, Unmatched
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
TRIES = 300  # sets of mentors looked at, beyond the first that works


def solve_circles(pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, *, smallest: int) -> CirclePlan:
    """Circles of at least ``smallest`` mentees, at most the mentor's places; the same bytes in any row order.

    Raises InputRefused for unusable input and PinRefused for a pin that breaks a rule.
    """
    if smallest < 1:
        raise InputRefused("number_out_of_range", id="settings", field="smallest")
    openings = Openings(pool, settings, taxonomy, salt)
    search = _Search(openings, smallest)
    pairs = tuple(sorted([*openings.pins, *search.pairs()]))
    matched = len({pair.mentee for pair in pairs})
    total = sum(pair.score for pair in pairs)
    return CirclePlan(
        pairs=pairs, smallest=smallest, total=total, matched=matched,
        unmatched=_left(openings, pairs, search), prices=search.prices(), bonus=search.bonus, bound=search.ceiling(),
        silent=openings.scorer.silent, settings_hash=hash_settings(settings), input_hash=hash_inputs(pool, taxonomy),
        salt=salt,
    )  # fmt: skip


class _Search:
    """Which mentors open. Closing the one whose circle is emptiest until the rest fill, then trying single changes."""

    def __init__(self, openings: Openings, smallest: int) -> None:
        self.openings = openings
        self.edges = openings.edges()
        pinned = np.bincount([column for _, column in openings.pinned], minlength=len(openings.places))
        held = np.bincount([row for row, _ in openings.pinned], minlength=len(openings.wants))
        self.wants = np.where(held > 0, 0, np.minimum(openings.wants, 1))
        self.places = np.minimum(openings.places, len(self.wants))
        self.least = np.where(pinned > 0, 0, smallest)
        self.bonus = 2 * HIGHEST_SCORE * max(len(openings.wants), 1) + 1
        self.relaxed = self._assign(np.zeros_like(self.places), self.places, 0)
        could = (self.places >= self.least) & (np.bincount(self.edges.mentor, minlength=len(self.places)) >= self.least)
        self.best = self._first(could)
        self._improve(could)

    def _assign(self, core: Ints, rest: Ints, fill: int) -> Assignment:
        """Exact for these places: each mentor has ``core`` places that count ``fill`` more, and ``rest`` others."""
        edges, count = self.edges, len(core)
        usable = (core + rest > 0)[edges.mentor] & (self.wants > 0)[edges.row]
        row, mentor, score = edges.row[usable], edges.mentor[usable], edges.score[usable].astype(np.int64)
        order = np.lexsort((np.concatenate([mentor, mentor + count]), np.concatenate([row, row])))
        rows = np.concatenate([row, row])[order]
        first = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(self.wants)))])
        return assign(
            Graph(
                first=first.astype(np.int64),
                mentor=np.concatenate([mentor, mentor + count])[order].astype(np.int32),
                weight=np.concatenate([score + fill, score])[order],
                wants=tuple(self.wants.tolist()),
                places=(*core.tolist(), *rest.tolist()),
                bonus=(self.bonus,) * len(self.wants),
            )
        )

    def _fill(self, opened: Flags) -> tuple[Assignment, Ints]:
        """The best assignment to these mentors, circles filled first, and how many places each circle still lacks."""
        core = np.where(opened, self.least, 0)
        rest = np.where(opened, self.places - core, 0)
        found = self._assign(core, rest, (self.bonus + HIGHEST_SCORE) * (len(self.wants) + 1))
        used = np.bincount([mentor for _, mentor, _ in found.pairs], minlength=2 * len(core))[: len(core)]
        return found, core - used

    def _worth(self, found: Assignment) -> int:
        """``fill`` is taken off again by counting the scores themselves."""
        return sum(self.bonus + score for _, _, score in self._made(found))

    def _made(self, found: Assignment) -> list[tuple[int, int, int]]:
        fill, count = (self.bonus + HIGHEST_SCORE) * (len(self.wants) + 1), len(self.places)
        return [(row, at % count, score - fill if at < count else score) for row, at, score in found.pairs]

    def _first(self, could: Flags) -> tuple[int, Flags, Assignment]:
        opened = could.copy()
        while True:
            found, lacking = self._fill(opened)
            if not lacking.any():
                return self._worth(found), opened, found
            opened[int(np.argmax(lacking))] = False

    def _improve(self, could: Flags) -> None:
        """Take the first single change that is worth more, until none is or the tries are used up."""
        tries = TRIES
        improved = True
        while improved and tries > 0 and self.best[0] < self._most():
            improved = False
            for opened in self._near(self.best[1], could):
                found, lacking = self._fill(opened)
                tries -= 1
                if not lacking.any() and self._worth(found) > self.best[0]:
                    self.best, improved = (self._worth(found), opened, found), True
                if improved or tries <= 0:
                    break

    def _near(self, opened: Flags, could: Flags) -> Iterator[Flags]:
        """One mentor more, one fewer, or one for another."""
        more = np.flatnonzero(could & ~opened).tolist()
        fewer = np.flatnonzero(opened & (self.least > 0)).tolist()
        changes: list[tuple[list[int], list[int]]] = [([], [each]) for each in more]
        changes += [([each], []) for each in fewer]
        changes += [([old], [new]) for new in more for old in fewer]
        for close, add in changes:
            changed = opened.copy()
            changed[close], changed[add] = False, True
            yield changed

    def _most(self) -> int:
        return sum(self.bonus + score for _, _, score in self.relaxed.pairs)

    def pairs(self) -> list[Pair]:
        return [self.openings.pair(*each) for each in self._made(self.best[2])]

    def ceiling(self) -> int:
        """What is best without the smallest size, pins included."""
        held = {pin.mentee for pin in self.openings.pins}
        return self._most() + self.bonus * len(held) + sum(pin.score for pin in self.openings.pins)

    def prices(self) -> Mapping[str, int]:
        count = len(self.places)
        named = zip((person.id for person in self.openings.pool.mentors), self.relaxed.prices[count:], strict=True)
        return dict(sorted(named))

    def opened(self) -> set[str]:
        mentors = self.openings.pool.mentors
        return {mentors[column].id for column in np.flatnonzero(self.best[1]).tolist()}


def _left(openings: Openings, pairs: tuple[Pair, ...], search: _Search) -> tuple[Unmatched, ...]:
    """As for pairs, but where circles stayed closed that is the reason."""
    opened = search.opened()
    left = []
    for each in openings.unmatched(pairs):
        allowed = each.params.get("allowed", 0)
        if each.reason == "allowed_mentors_full":
            left.append(Unmatched(each.id, "circle_too_small", {"allowed": allowed}, each.side))
        elif each.reason == "allowed_mentees_placed" and each.id not in opened:
            left.append(Unmatched(each.id, "circle_not_filled", {"allowed": allowed}, each.side))
        else:
            left.append(each)
    return tuple(left)
