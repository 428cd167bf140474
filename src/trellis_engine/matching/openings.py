"""What a round has to give: the pool in its salted order, pins already taken, and the pairs still open.

For the objectives that look at the allowed pairs themselves (stable, wishes, rotation) and not at a few candidates.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.grid import Grid
from trellis_engine.matching.hashing import salted_order
from trellis_engine.matching.leftover import Tally
from trellis_engine.matching.people import Pool, Taxonomy
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


class Openings:
    """``wants`` and ``places``: what is left of them after the pins, in salted row order.

    Raises InputRefused for unusable settings and PinRefused for a pin that breaks a rule.
    """

    def __init__(self, pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str) -> None:
        if settings.spread:
            raise InputRefused("spread_not_here")
        self.pool = Pool(salted_order(salt, pool.mentees), salted_order(salt, pool.mentors))
        self.settings = settings
        self.scorer = Scorer(self.pool, settings, taxonomy)
        self.tally = Tally(self.pool, self.scorer.rules)
        self.pins = tuple(_pins(self.pool, settings, taxonomy))
        self.wants, self.places = (
            np.array([person.places for person in side], np.int64) for side in (self.pool.mentees, self.pool.mentors)
        )
        self.closed: dict[int, list[int]] = {}  # mentors to whom a mentee is pinned
        for pin in self.pins:
            row, column = self.at(pin.mentee, pin.mentor)
            self.wants[row] -= 1
            self.places[column] -= 1
            self.closed.setdefault(row, []).append(column)

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


def _pins(pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Pair]:
    taken: list[tuple[str, str]] = []
    for mentee, mentor in sorted(settings.pinned):
        refusal = why_not(pool, settings, taxonomy, mentee, mentor)
        people = pool.pair(mentee, mentor)
        used = sum(pin[0] == mentee for pin in taken), sum(pin[1] == mentor for pin in taken)
        if any(count >= person.places for count, person in zip(used, people, strict=True)):
            refusal = refusal or Refusal("places_taken_by_pins", {})
        if refusal:
            raise PinRefused(mentee, mentor, refusal)
        taken.append((mentee, mentor))
        yield Pair(mentee, mentor, score_of(*people, settings, taxonomy))
