"""Scores that are given instead of worked out, so that a plan can be checked by somebody who may not see what people
stated: nobody has an answer, everybody has a score with everybody else.

Solvers and checkers do not notice: to the scorer it is one more factor, and the only one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.encode import Encoded
from trellis_engine.matching.factors import Factor, untold
from trellis_engine.matching.grid import Grid
from trellis_engine.matching.people import Participant
from trellis_engine.matching.reads import ByClass
from trellis_engine.matching.reasons import InputRefused
from trellis_engine.matching.settings import HIGHEST_SCORE, OBJECTIVES, Settings

NAME = "given"


@dataclass(frozen=True)
class GivenScores(Settings):
    """``scores``: a line for each of ``rows`` (mentees) with a number for each of ``columns`` (mentors), 0 where the
    two may not be a pair. ``weights``, ``rules`` and ``minimum_score`` are settled by that, and not for choosing.
    """

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    scores: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.objective not in OBJECTIVES:
            raise InputRefused("objective_unknown", objective=self.objective)
        numbers = {"spread": self.spread, "keep_bonus": self.keep_bonus, "scores": self._highest()}
        for name, number in numbers.items():
            if not 0 <= number <= HIGHEST_SCORE:
                raise InputRefused("number_out_of_range", id="settings", field=name)

    def _highest(self) -> int:
        """-1 where the lines do not fit the people, or say less than nothing."""
        fits = len(self.scores) == len(self.rows) and all(len(line) == len(self.columns) for line in self.scores)
        if not fits or min((min(line, default=0) for line in self.scores), default=0) < 0:
            return -1
        return max((max(line, default=0) for line in self.scores), default=0)

    @cached_property
    def table(self) -> npt.NDArray[np.int64]:
        return np.array(self.scores, np.int64).reshape(len(self.rows), len(self.columns))

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        return {name: at for at, name in enumerate(self.rows)}

    @cached_property
    def column_of(self) -> Mapping[str, int]:
        return {name: at for at, name in enumerate(self.columns)}


def given(encoded: Encoded, rows: slice) -> Grid:
    settings = encoded.settings
    assert isinstance(settings, GivenScores)  # or the scorer would not know the factor
    mine = [settings.row_of[person.id] for person in encoded.mentees[rows]]
    theirs = [settings.column_of[person.id] for person in encoded.mentors]
    return settings.table[np.ix_(mine, theirs)]


def _who(person: Participant) -> str:
    return person.id


GIVEN = Factor(NAME, given, ByClass(_who, _who), untold, None)


def given_scores(
    rows: Sequence[str], columns: Sequence[str], scores: Sequence[Sequence[int]], **others: object
) -> GivenScores:
    """The settings that make the scorer say just these scores. ``others``: objective, spread, pinned, kept ...

    Raises InputRefused where the scores do not fit the people or are out of range.
    """
    fixed = {"weights": {NAME: 1}, "rules": (), "minimum_score": 1}  # below 1 point: not a pair
    lines = tuple(tuple(line) for line in scores)
    return GivenScores(**fixed, rows=tuple(rows), columns=tuple(columns), scores=lines, **others)  # type: ignore[arg-type]
