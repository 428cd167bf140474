"""What a round has to give: the pool in its salted order, pins already taken, and the pairs still open.

For the objectives that look at the allowed pairs themselves (stable, wishes, rotation) and not at a few candidates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.grid import Grid
from trellis_engine.matching.hashing import salted
from trellis_engine.matching.leftover import Tally
from trellis_engine.matching.people import HIGHEST_NUMBER, Pool, Taxonomy
from trellis_engine.matching.plan import Pair
from trellis_engine.matching.reasons import InputRefused, PinRefused, Refusal, Unmatched
from trellis_engine.matching.score import Scorer, score_of, why_not
from trellis_engine.matching.settings import Settings

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

MOST_PAIRS = 10_000_000  # of an explicit graph: with its working arrays about a gigabyte


@dataclass(frozen=True)
class Edges:
    """Open pairs row by row: mentee i owns first[i]..first[i + 1], mentors ascending."""

    first: Ints
    mentor: Small
    score: Small

    @property
    def row(self) -> Small:
        return np.repeat(np.arange(len(self.first) - 1, dtype=np.int32), np.diff(self.first))

    def cells(self, columns: int) -> Ints:
        """One number for each pair: row x columns + column, ascending."""
        return self.row.astype(np.int64) * columns + self.mentor


class Openings:
    """``wants`` and ``places``: what is left of them after the pins, in salted row order. With ``weeks`` they are those
    of a rotation: each week one mentor for whoever takes part, each week all places of a mentor.

    Raises InputRefused for unusable settings and PinRefused for a pin that breaks a rule.
    """

    def __init__(
        self, pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, weeks: int = 0, *, spreads: bool = False
    ) -> None:
        if settings.spread and not spreads:
            raise InputRefused("spread_not_here")
        self.pool = salted(pool, salt)
        self.settings = settings
        self.scorer = Scorer(self.pool, settings, taxonomy)
        self.wants = np.array([_limit(person.places, weeks, 1) for person in self.pool.mentees], np.int64)
        self.places = np.array([_limit(person.places, weeks) for person in self.pool.mentors], np.int64)
        self.pins = tuple(self._pin(*pin, taxonomy) for pin in sorted(settings.pinned))
        self.pinned = [self.at(pin.mentee, pin.mentor) for pin in self.pins]
        self.closed: dict[int, list[int]] = {}  # mentors to whom a mentee is pinned
        for row, column in self.pinned:
            self.closed.setdefault(row, []).append(column)

    @cached_property
    def tally(self) -> Tally:
        """Made by those who count while they look at every pair."""
        return Tally(self.pool, self.scorer.rules)

    def _pin(self, mentee: str, mentor: str, taxonomy: Taxonomy) -> Pair:
        people = self.pool.pair(mentee, mentor)
        row, column = self.at(mentee, mentor)
        refusal = why_not(self.pool, self.settings, taxonomy, mentee, mentor)
        if min(self.wants[row], self.places[column]) < 1:
            refusal = refusal or Refusal("places_taken_by_pins", {})
        if refusal:
            raise PinRefused(mentee, mentor, refusal)
        self.wants[row] -= 1
        self.places[column] -= 1
        return Pair(mentee, mentor, score_of(*people, self.settings, taxonomy))

    def at(self, mentee: str, mentor: str) -> tuple[int, int]:
        encoded = self.scorer.encoded
        return encoded.mentee_rows[mentee], encoded.mentor_columns[mentor]

    def pair(self, row: int, column: int, score: int) -> Pair:
        return Pair(self.pool.mentees[row].id, self.pool.mentors[column].id, score)

    def scores(self, rows: slice, *, tally: bool = False) -> Grid:
        """The scores of these rows, 0 for every pair that is forbidden, pinned, or without a place left.

        With ``tally`` the rows are counted for the reasons of those who are left: once for each row.
        """
        scores, failing = self.scorer.judge(rows)
        if tally:
            self.tally.add(rows, failing)
        scores[:, self.places <= 0] = 0
        scores[self.wants[rows] <= 0] = 0
        for row, columns in self.closed.items():
            if rows.start <= row < rows.stop:
                scores[row - rows.start, columns] = 0
        return scores

    def edges(self) -> Edges:
        """Every open pair. Raises InputRefused where there are too many to hold."""
        mentors, scores, counts = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)], [np.zeros(1, np.int64)]
        total = 0
        for rows in self.scorer.row_blocks():
            block = self.scores(rows, tally=True)
            at, columns = np.nonzero(block)
            total += len(at)
            if total > MOST_PAIRS:
                raise InputRefused("pool_too_large", pairs=total, most=MOST_PAIRS)
            mentors.append(columns.astype(np.int32))
            scores.append(block[at, columns].astype(np.int32))
            counts.append(np.bincount(at, minlength=len(block)).astype(np.int64))
        return Edges(np.cumsum(np.concatenate(counts)), np.concatenate(mentors), np.concatenate(scores))

    def unmatched(self, pairs: Iterable[Pair]) -> tuple[Unmatched, ...]:
        return self.tally.unmatched(pairs)

    def kept(self) -> list[tuple[int, int]]:
        """Where the pairs stand that are worth keeping, as far as both are here."""
        mentees, mentors = self.pool.mentee_by_id, self.pool.mentor_by_id
        return [self.at(*pair) for pair in self.settings.kept if pair[0] in mentees and pair[1] in mentors]

    def points(self, pair: Pair) -> int:
        """The score, and more if the pair stands already."""
        kept = (pair.mentee, pair.mentor) in self.settings.kept
        return pair.score + (self.settings.keep_bonus if kept else 0)


def _limit(places: int, weeks: int, each_week: int = HIGHEST_NUMBER) -> int:
    return weeks * min(places, each_week) if weeks else places
