"""Scores of pairs: weight x feature over all factors, whole numbers only, in blocks of rows.

A score is 0 for a forbidden pair and 1..100 000 for an allowed one. It depends on the two people,
the settings and the taxonomy alone, never on who else is in the pool.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trellis_engine.matching.encode import Encoded
from trellis_engine.matching.factors import FACTORS, Factor
from trellis_engine.matching.given import GIVEN, GivenScores
from trellis_engine.matching.grid import Grid
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.reasons import InputRefused, Refusal
from trellis_engine.matching.rules import Block, first_failing, refusal, rules_in_force
from trellis_engine.matching.settings import Settings

# A block of about this many pairs keeps every working array within a few megabytes.
PAIRS_PER_BLOCK = 1 << 18
FLOOR = "floor"  # the single point that tells an allowed pair with nothing in common from a forbidden


@dataclass(frozen=True)
class Part:
    """What one factor adds: points = weight x feature (feature -1: not stated, no points)."""

    factor: str
    weight: int
    feature: int
    points: int


def _known(settings: Settings) -> tuple[Factor, ...]:
    """The factors there are; one alone where scores are given instead of worked out."""
    known = (GIVEN,) if isinstance(settings, GivenScores) else FACTORS
    names = {factor.name for factor in known}
    for name in settings.weights:
        if name not in names:
            raise InputRefused("factor_unknown", factor=name)
    return known


class Scorer:
    """Scores one pool; rows are the pool's mentees, columns its mentors, in their given order."""

    def __init__(self, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> None:
        self.encoded = Encoded(pool, settings, taxonomy)
        self.factors = [factor for factor in _known(settings) if settings.weights.get(factor.name)]
        self.weights = settings.weights
        self.rules = rules_in_force(settings)
        self._stated: set[str] = set()

    @property
    def silent(self) -> tuple[str, ...]:
        """Factors with a weight for which no pair scored so far had anything stated."""
        return tuple(f.name for f in self.factors if f.name not in self._stated)

    def note_stated(self, factor: str) -> None:
        self._stated.add(factor)

    def features(self, rows: slice) -> Mapping[str, Grid]:
        return {factor.name: factor.feature(self.encoded, rows) for factor in self.factors}

    def block(self, rows: slice, features: Mapping[str, Grid] | None = None) -> Block:
        points = np.zeros((rows.stop - rows.start, len(self.encoded.mentors)), np.int64)
        for name, feature in (self.features(rows) if features is None else features).items():
            points += self.weights[name] * np.maximum(feature, 0)
            if (feature >= 0).any():
                self.note_stated(name)
        return Block(self.encoded, rows, points)

    def judge(self, rows: slice, features: Mapping[str, Grid] | None = None) -> tuple[Grid, Grid]:
        """Scores, and for every pair the index into ``rules`` of the first it fails (-1: allowed); ``features`` of
        these rows, where they are at hand."""
        block = self.block(rows, features)
        failing = first_failing(block, self.rules)
        return np.where(failing < 0, np.maximum(block.points, 1), 0), failing

    def row_blocks(self) -> Iterator[slice]:
        """All rows, a bounded number of pairs at a time."""
        count = len(self.encoded.mentees)
        step = max(PAIRS_PER_BLOCK // max(len(self.encoded.mentors), 1), 1)
        for start in range(0, count, step):
            yield slice(start, min(start + step, count))


def pair_scorer(mentee: Participant, mentor: Participant, settings: Settings, taxonomy: Taxonomy) -> Scorer:
    return Scorer(Pool((mentee,), (mentor,)), settings, taxonomy)


ONLY = slice(0, 1)


def parts(mentee: Participant, mentor: Participant, settings: Settings, taxonomy: Taxonomy) -> tuple[Part, ...]:
    """The exact additive parts of an allowed pair's score, or what they would be if it were allowed."""
    return parts_of(pair_scorer(mentee, mentor, settings, taxonomy))


def parts_of(scorer: Scorer) -> tuple[Part, ...]:
    """The same for a scorer of one pair."""
    return parts_at(scorer.features(ONLY), scorer.weights, 0, 0)


def parts_at(features: Mapping[str, Grid], weights: Mapping[str, int], row: int, column: int) -> tuple[Part, ...]:
    """The same for one of many pairs."""
    stated = ((name, weights[name], int(grid[row, column])) for name, grid in features.items())
    found = tuple(Part(name, weight, feature, weight * max(feature, 0)) for name, weight, feature in stated)
    return found if any(part.points for part in found) else (*found, Part(FLOOR, 0, 0, 1))


def score_of(mentee: Participant, mentor: Participant, settings: Settings, taxonomy: Taxonomy) -> int:
    """The pair's score, 0 if a rule forbids it."""
    return int(pair_scorer(mentee, mentor, settings, taxonomy).judge(ONLY)[0][0, 0])


def why_not(pool: Pool, settings: Settings, taxonomy: Taxonomy, mentee_id: str, mentor_id: str) -> Refusal | None:
    """The first hard rule that forbids the pair, or None if it is allowed."""
    mentee, mentor = pool.pair(mentee_id, mentor_id)
    scorer = pair_scorer(mentee, mentor, settings, taxonomy)
    index = int(scorer.judge(ONLY)[1][0, 0])
    return None if index < 0 else refusal(scorer.rules[index], mentee, mentor)
