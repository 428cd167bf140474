"""Factors and rules that read little, as tables over classes of people; made by their own plain definitions."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.encode import Encoded
from trellis_engine.matching.factors import Factor
from trellis_engine.matching.kernels.scores import FORBIDS
from trellis_engine.matching.people import Participant, Pool
from trellis_engine.matching.reads import ByClass
from trellis_engine.matching.rules import RULES, Block
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import Rule

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

MOST_CLASSES = 4096  # of mentors in a table that was added up: a line of it stays in the fastest memory
MOST_CELLS = 1 << 22


@dataclass(frozen=True)
class Table:
    """Points by (class of row, class of column)."""

    rows: Small
    columns: Small
    points: Small

    def plus(self, other: "Table", most_cells: int) -> "Table | None":
        """Both in one table, or None where that would be too large."""
        rows, of_rows = _joint(self.rows, other.rows)
        columns, of_columns = _joint(self.columns, other.columns)
        if len(of_columns[0]) > MOST_CLASSES or len(of_rows[0]) * len(of_columns[0]) > most_cells:
            return None
        mine = self.points[np.ix_(of_rows[0], of_columns[0])]
        return Table(rows, columns, mine + other.points[np.ix_(of_rows[1], of_columns[1])])


def _joint(one: Small, two: Small) -> tuple[Small, tuple[Ints, Ints]]:
    """Classes told apart by either, and for each of them its class in both."""
    both, codes = np.unique(one.astype(np.int64) << 32 | two, return_inverse=True)
    return codes.reshape(-1).astype(np.int32), (both >> 32, both & 0xFFFFFFFF)


def classes(people: Sequence[Participant], of: Callable[[Participant], Hashable]) -> tuple[Small, list[int]]:
    """The class of each person, numbered as they appear, and who stands for each class."""
    keys = list(map(of, people))
    codes = {key: code for code, key in enumerate(dict.fromkeys(keys))}
    found = np.fromiter(map(codes.__getitem__, keys), np.int32, len(keys))
    first = np.zeros(len(codes), np.int64)
    first[found[::-1]] = np.arange(len(keys))[::-1]  # whoever is written last came first
    return found, first.tolist()


def tables(scorer: Scorer) -> list[Table]:
    """One for each factor and rule that reads classes; small ones are added up into one."""
    made = [_of_factor(scorer, factor, factor.reads) for factor in scorer.factors if isinstance(factor.reads, ByClass)]
    ruled = [(rule, RULES[rule.name].reads) for rule in scorer.rules]
    made += [_of_rule(scorer, rule, reads) for rule, reads in ruled if reads]
    made.sort(key=lambda table: table.points.size)
    most_cells = min(MOST_CELLS, len(scorer.encoded.mentees) * len(scorer.encoded.mentors) // 8)
    kept: list[Table] = []
    for table in made:
        joint = kept[-1].plus(table, most_cells) if kept else None
        kept[-1:] = [joint] if joint else [*kept[-1:], table]
    return kept


def _of_factor(scorer: Scorer, factor: Factor, reads: ByClass) -> Table:
    rows, columns, few = _alone(scorer, reads)
    feature = factor.feature(few, _all(few))
    if (feature >= 0).any():
        scorer.note_stated(factor.name)
    return Table(rows, columns, (scorer.weights[factor.name] * np.maximum(feature, 0)).astype(np.int32))


def _of_rule(scorer: Scorer, rule: Rule, reads: ByClass) -> Table:
    rows, columns, few = _alone(scorer, reads)
    nothing = np.zeros((len(few.mentees), len(few.mentors)), np.int64)
    forbidden = RULES[rule.name].forbids(Block(few, _all(few), nothing), rule)
    return Table(rows, columns, np.where(forbidden, FORBIDS, 0).astype(np.int32))


def _alone(scorer: Scorer, reads: ByClass) -> tuple[Small, Small, Encoded]:
    """Classes of both sides, and one person of each class encoded by themselves."""
    encoded = scorer.encoded
    rows, first_rows = classes(encoded.mentees, reads.mentee)
    columns, first_columns = classes(encoded.mentors, reads.mentor)
    few = Pool(tuple(encoded.mentees[at] for at in first_rows), tuple(encoded.mentors[at] for at in first_columns))
    return rows, columns, Encoded(few, encoded.settings, encoded.taxonomy)


def _all(few: Encoded) -> slice:
    return slice(0, len(few.mentees))
