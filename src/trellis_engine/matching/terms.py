"""A pool as the compiled scorer wants it: tables, coverings, bits and lists, all made from the plain definitions.

A new factor or rule needs nothing here, as long as it says what it reads (reads.py).
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.coverings import Covering, make_coverings
from trellis_engine.matching.encode import Encoded, free
from trellis_engine.matching.factors import wish_points
from trellis_engine.matching.kernels.scores import Bits, Covers, Listed, Tables, Terms
from trellis_engine.matching.kernels.steps import Steps
from trellis_engine.matching.people import Taxonomy
from trellis_engine.matching.reads import ByPair, CommonWeek, Seeking
from trellis_engine.matching.rules import RULES
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import FEATURE_SCALE, Settings
from trellis_engine.matching.tables import Table, classes, tables
from trellis_engine.matching.week import QUARTER, shared_bits

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
TOGETHER = 4  # tables that the inner loop takes at a time
NO_WORDS = np.zeros(0, np.uint64)


@dataclass(frozen=True)
class Reading:
    """A pool once read: what its pairs are scored by, and the factors that somebody stated something for."""

    coverings: Sequence[Covering]
    terms: Terms
    banned: Sequence[tuple[int, int, int]]
    stated: Sequence[str]


def _read(scorer: Scorer) -> Reading:
    """Kept with the pool, for the next one who asks the same of it."""
    encoded = scorer.encoded
    asked = encoded.settings, encoded.taxonomy
    kept: tuple[tuple[Settings, Taxonomy], Reading] | None = encoded.pool.__dict__.get("_reading")
    if kept is None or kept[0][0] != asked[0] or kept[0][1] is not asked[1]:
        kept = asked, _fresh(scorer)
        object.__setattr__(encoded.pool, "_reading", kept)
    for factor in kept[1].stated:
        scorer.note_stated(factor)
    return kept[1]


def _fresh(scorer: Scorer) -> Reading:
    encoded, settings = scorer.encoded, scorer.encoded.settings
    rows, columns = len(encoded.mentees), len(encoded.mentors)
    made, steps = _coverings(scorer)
    banned = _banned(scorer)
    terms = Terms(
        tables=_tables(scorer, rows, columns),
        covers=_covers(made, steps, rows, columns),
        bits=_bits(scorer, encoded),
        extra=_listed(_extras(scorer), rows),
        banned=_listed(banned, rows),
        kept=_listed(_with(settings.keep_bonus, encoded.places(settings.kept)), rows),
        dense_row=np.full(rows, -1, np.int32),
        dense=np.zeros((1, columns), np.int32),
        minimum=settings.minimum_score,
    )
    silent = scorer.silent
    return Reading(made, terms, banned, [factor.name for factor in scorer.factors if factor.name not in silent])


class Scored:
    """The terms of one scorer's pool; ``taken`` pairs (row, column) count as forbidden."""

    def __init__(self, scorer: Scorer, taken: Sequence[tuple[int, int]] = ()) -> None:
        read = _read(scorer)
        self.rows, self.columns = len(scorer.encoded.mentees), len(scorer.encoded.mentors)
        self.coverings, self.terms = read.coverings, read.terms
        self.wide = np.array(sorted({row for covering in self.coverings for row in covering.wide}), np.int64)
        if taken:
            self.terms = self.terms._replace(banned=_listed([*read.banned, *_with(0, taken)], self.rows))

    def of(self, start: int, stop: int) -> Terms:
        """The terms for these rows, with whatever of them the bits have no room for."""
        wide = self.wide[(self.wide >= start) & (self.wide < stop)]
        if not len(wide):
            return self.terms
        dense_row = np.full(self.rows, -1, np.int32)
        dense_row[wide] = np.arange(len(wide))
        lines = [
            sum((c.dense_line(row) for c in self.coverings if row in c.wide), np.zeros(self.columns, np.int32))
            for row in wide.tolist()
        ]
        return self.terms._replace(dense_row=dense_row, dense=np.array(lines, np.int32))


def _coverings(scorer: Scorer) -> tuple[list[Covering], Steps]:
    encoded = scorer.encoded
    covering = [(factor, factor.reads) for factor in scorer.factors if isinstance(factor.reads, Seeking)]
    kinds = [
        (
            [reads.seeks(person, encoded.taxonomy) for person in encoded.mentees],
            [reads.offers(person, encoded.taxonomy) for person in encoded.mentors],
            scorer.weights[factor.name],
        )
        for factor, reads in covering
    ]
    made, steps = make_coverings(kinds, encoded.taxonomy)
    for (factor, _), each in zip(covering, made, strict=True):
        if each.stated():
            scorer.note_stated(factor.name)
    return made, steps


def _extras(scorer: Scorer) -> list[tuple[int, int, int]]:
    """Only wishes are listed pair by pair today."""
    found: list[tuple[int, int, int]] = []
    for factor in scorer.factors:
        if isinstance(factor.reads, ByPair):
            points = wish_points(scorer.encoded)
            found += [(row, column, scorer.weights[factor.name] * each) for row, column, each in points]
            people = (*scorer.encoded.mentees, *scorer.encoded.mentors)
            if scorer.encoded.mentees and scorer.encoded.mentors and any(person.ranked for person in people):
                scorer.note_stated(factor.name)
    return found


def _tables(scorer: Scorer, rows: int, columns: int) -> Tables:
    made = tables(scorer)
    none = Table(np.zeros(rows, np.int32), np.zeros(columns, np.int32), np.zeros((1, 1), np.int32))
    made += [none] * (-len(made) % TOGETHER if made else TOGETHER)
    starts = [0, *itertools.accumulate(table.points.size for table in made)]
    widths = [table.points.shape[1] for table in made]
    lines = [start + width * t.rows.astype(np.int64) for start, width, t in zip(starts, widths, made, strict=False)]
    return Tables(
        points=np.concatenate([table.points.reshape(-1) for table in made]),
        start=np.array(lines),
        width=np.array(widths, np.int64),
        column_class=np.array([table.columns for table in made], np.uint32),
    )


def _covers(made: Sequence[Covering], steps: Steps, rows: int, columns: int) -> Covers:
    offered = [covering.listed() for covering in made]
    points = [covering.points() for covering in made]
    offers = [0, *itertools.accumulate(len(column) for _, column, _ in offered)]
    lines = [0, *itertools.accumulate(len(table) for *_, table in points)]
    none = [np.zeros(0, np.int32)]
    return Covers(
        first=_stacked([covering.first for covering in made], rows),
        middle=_stacked([covering.middle for covering in made], rows),
        stop=_stacked([covering.stop for covering in made], rows),
        skill=steps.skill,
        level=steps.level,
        bits=steps.bits,
        offer_first=_stacked([first + at for (first, *_), at in zip(offered, offers, strict=False)], 1),
        offer_column=np.concatenate(none + [column for _, column, _ in offered]),
        offer_level=np.concatenate(none + [level for *_, level in offered]),
        line=_stacked([line + at for (line, *_), at in zip(points, lines, strict=False)], rows),
        column_class=_stacked([column for _, column, *_ in points], columns).astype(np.uint32),
        classes=np.array([count for *_, count, _ in points], np.int64),
        points=np.concatenate(none + [table for *_, table in points]),
    )


def _stacked(lines: Sequence[Ints | Small], width: int) -> Ints:
    return np.array(lines, np.int64) if lines else np.zeros((0, width), np.int64)


def _bits(scorer: Scorer, encoded: Encoded) -> Bits:
    """At most one factor reads the week."""
    for factor in scorer.factors:
        if isinstance(factor.reads, CommonWeek):
            if all(any(person.availability for person in side) for side in (encoded.mentees, encoded.mentors)):
                scorer.note_stated(factor.name)
            return _week(encoded, scorer.weights[factor.name], factor.reads.ample)
    nothing = np.zeros(len(encoded.mentees), np.int64)
    return Bits(nothing, nothing, nothing[:0].astype(np.int32), NO_WORDS, NO_WORDS.reshape(1, 0), np.zeros(1, np.int32))


def _week(encoded: Encoded, weight: int, ample: int) -> Bits:
    (row_class, rows), (column_class, columns) = (
        (codes, [free(people[at]) for at in first])
        for people in (encoded.mentees, encoded.mentors)
        for codes, first in [classes(people, free)]
    )
    week = shared_bits(rows, columns)
    at, word = np.nonzero(week.left)
    ends = np.searchsorted(at, np.arange(len(rows) + 1))
    each = QUARTER * week.quarters
    minutes = np.minimum(each * np.arange(-(-ample // each) + 1), ample)
    return Bits(
        first=ends[:-1][row_class],
        stop=ends[1:][row_class],
        word=word.astype(np.int32),
        value=week.left[at, word],
        columns=np.ascontiguousarray(week.right[column_class].T),
        points=(weight * (FEATURE_SCALE * minutes // ample)).astype(np.int32),
    )


def _banned(scorer: Scorer) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for rule in scorer.rules:
        names = RULES[rule.name].names
        if names:
            found += _with(0, scorer.encoded.places(names(scorer.encoded)))
    return found


def _with(points: int, places: Iterable[tuple[int, int]]) -> list[tuple[int, int, int]]:
    return [(row, column, points) for row, column in places]


def _listed(pairs: Sequence[tuple[int, int, int]], rows: int) -> Listed:
    """Pairs row by row."""
    row, column, points = np.array(sorted(pairs), np.int64).reshape(-1, 3).T
    return Listed(np.searchsorted(row, np.arange(rows + 1)), column.astype(np.int32), points.astype(np.int32))
