"""The proof that a plan is stable, and its checker. Imports nothing from the solver and shares no code with it.

The certificate is the plan. The checker goes over ALL allowed pairs and looks for one that blocks: two who are not
matched with each other, each of whom has a place left or would rather have the other than somebody they have. Pinned
pairs are nobody's to break, so they count neither as a place left nor as somebody to give up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.checking import (
    PAIR_FIELDS,
    Certificate,
    Fault,
    Form,
    Row,
    figure_faults,
    figures_of,
    pair_faults,
    place_faults,
    rows_of,
    score_faults,
)
from trellis_engine.matching.grid import Grid, Mask
from trellis_engine.matching.hashing import salted
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.plan import Plan
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

Ints = npt.NDArray[np.int64]
FORM = Form("stable", ("matched", "total"), {"pairs": PAIR_FIELDS})
MOST_NAMED = 20  # blocking pairs that a verdict names; one is enough to refuse

# Whoever is wished for comes before whoever is not, in the order of the wishes.
BEFORE_ALL = 4 * HIGHEST_SCORE
ANYBODY, NOBODY = -1, 1 << 62  # whom a person would have: with a place left anybody, with none ever given nobody


def certificate_of(plan: Plan) -> Certificate:
    """The plan as JSON-able data, sealed."""
    return FORM.of(plan, pairs=rows_of(plan.pairs))


def verify(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: valid and proven stable."""
    return FORM.faults(proof, pool, settings, taxonomy) or tuple(_content(proof, pool, settings, taxonomy))


def _content(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
    rows: list[Row] = proof["pairs"]
    faults = [*pair_faults(rows, "pairs", pool, settings)]
    if not faults:
        faults += place_faults(rows, "pairs", pool)
        faults += figure_faults(proof, figures_of(rows))
    if not faults:
        faults += _blocking(proof, pool, settings, taxonomy)
    return iter(faults)


def _blocking(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
    scan = BlockingScan(
        {(row["mentee"], row["mentor"]): row["score"] for row in proof["pairs"]},
        pool,
        settings,
        taxonomy,
        proof["salt"],
    )
    where = {(row["mentee"], row["mentor"]): (f"pairs/{at}", row) for at, row in enumerate(proof["pairs"])}
    said = {scan.at(pair): row for pair, row in where.items()}
    named = 0
    for block, scores, blocking in scan.blocks():
        yield from score_faults(said, block, scores)
        for row, column in np.argwhere(blocking)[: MOST_NAMED - named].tolist():
            mentee, mentor = scan.pool.mentees[block.start + row].id, scan.pool.mentors[column].id
            yield Fault("blocking_pair", "pairs", {"mentee": mentee, "mentor": mentor})
            named += 1


class BlockingScan:
    """All allowed pairs of any plan, block by block, with those that block it; ``plan``: pair to score."""

    def __init__(
        self, plan: Mapping[tuple[str, str], int], pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str
    ) -> None:
        self.pool = salted(pool, salt)
        self.settings = settings
        self.scorer = Scorer(self.pool, settings, taxonomy)
        self.mentees = [_Order(person, self.scorer.encoded.mentor_columns) for person in self.pool.mentees]
        self.mentors = [_Order(person, self.scorer.encoded.mentee_rows) for person in self.pool.mentors]
        self.plan = {self.at(pair) for pair in plan}
        self.kept = {self.at(pair) for pair in settings.kept if self._here(pair)}
        pinned = {self.at(pair) for pair in settings.pinned}
        held: tuple[dict[int, list[int]], dict[int, list[int]]] = ({}, {})
        for pair, score in plan.items():
            row, column = self.at(pair)
            points = self.points(row, column, score)
            if (row, column) not in pinned:
                held[0].setdefault(row, []).append(self.mentees[row].worth(column, points))
                held[1].setdefault(column, []).append(self.mentors[column].worth(row, points))
        taken = [[at[side] for at in pinned] for side in (0, 1)]
        self.least_mentee = _least(self.pool.mentees, taken[0], held[0])
        self.least_mentor = _least(self.pool.mentors, taken[1], held[1])

    def at(self, pair: tuple[str, str]) -> tuple[int, int]:
        encoded = self.scorer.encoded
        return encoded.mentee_rows[pair[0]], encoded.mentor_columns[pair[1]]

    def _here(self, pair: tuple[str, str]) -> bool:
        return pair[0] in self.pool.mentee_by_id and pair[1] in self.pool.mentor_by_id

    def points(self, row: int, column: int, score: int) -> int:
        return score + (self.settings.keep_bonus if (row, column) in self.kept else 0)

    def blocks(self) -> Iterator[tuple[slice, Grid, Mask]]:
        """Each block of rows, its scores, and where a pair blocks."""
        for block in self.scorer.row_blocks():
            scores, _ = self.scorer.judge(block)
            points = scores.astype(np.int64)
            for row, column in self.kept:
                if block.start <= row < block.stop and scores[row - block.start, column]:
                    points[row - block.start, column] += self.settings.keep_bonus
            mine = self._mine(block, points) > self.least_mentee[block, None]
            theirs = self._theirs(block, points) > self.least_mentor
            blocking: Mask = (scores > 0) & mine & theirs
            for row, column in self.plan:
                if block.start <= row < block.stop:
                    blocking[row - block.start, column] = False
            yield block, scores, blocking

    def _mine(self, block: slice, points: Ints) -> Ints:
        """What each mentor is worth to each mentee of the block: one number for wish, points and tie together."""
        count = len(self.mentors)
        worth: Ints = points * count + (count - 1 - np.arange(count))
        for row in range(block.start, block.stop):
            for column, wish in self.mentees[row].wishes.items():
                worth[row - block.start, column] = wish
        return worth

    def _theirs(self, block: slice, points: Ints) -> Ints:
        count = len(self.mentees)
        worth: Ints = points * count + (count - 1 - np.arange(block.start, block.stop))[:, None]
        for column, order in enumerate(self.mentors):
            for row, wish in order.wishes.items():
                if block.start <= row < block.stop:
                    worth[row - block.start, column] = wish
        return worth


class _Order:
    """One person's order of everybody on the other side, as numbers: more is better, never two equal."""

    def __init__(self, person: Participant, others: Mapping[str, int]) -> None:
        self.count = len(others)
        ranked = [others[each] for each in dict.fromkeys(person.ranked) if each in others]
        above = BEFORE_ALL * max(self.count, 1)
        self.wishes = {other: above + len(ranked) - place for place, other in enumerate(ranked)}

    def worth(self, other: int, points: int) -> int:
        return self.wishes.get(other, points * self.count + self.count - 1 - other)


def _least(side: tuple[Participant, ...], taken: list[int], held: Mapping[int, list[int]]) -> Ints:
    """What somebody new must be worth more than, for each person."""
    places = [person.places for person in side]
    for at in taken:
        places[at] -= 1
    least = []
    for at, left in enumerate(places):
        have = held.get(at, [])
        full = NOBODY if left <= 0 else min(have, default=ANYBODY)
        least.append(full if len(have) >= left else ANYBODY)
    return np.array(least, np.int64)


@dataclass(frozen=True)
class Blocking:
    """How unstable a plan is: pairs who would both rather have each other, and mentees who are in one."""

    pairs: int
    mentees: int


def blocking_of(
    plan: Mapping[tuple[str, str], int], pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str
) -> Blocking:
    """For any legal plan, however it was made."""
    pairs = mentees = 0
    for _, _, blocking in BlockingScan(plan, pool, settings, taxonomy, salt).blocks():
        pairs += int(blocking.sum())
        mentees += int(blocking.any(axis=1).sum())
    return Blocking(pairs, mentees)
