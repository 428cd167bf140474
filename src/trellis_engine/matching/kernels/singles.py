"""The score of one pair at a time, and the question that is asked of a few pairs after an edit: does one of them pay?

`tests/engine/matching/test_reserve.py` holds the score against the tiles of scores.py.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled
from trellis_engine.matching.kernels.scores import FORBIDS, TILE, Bits, Covers, Listed, Terms, lowest_points

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]


class Doubtful(NamedTuple):
    """Rows and columns of which some pairs may pay. ``slack`` of the rows, ascending, and ``short`` of the columns: a
    pair is in doubt where the two add up to less than 0."""

    rows: Ints
    slack: Ints
    columns: Ints
    short: Ints


class Known(NamedTuple):
    """The candidates, row by row: listed[first[row]:first[row + 1]] are edges, and ``end`` their nodes."""

    first: Ints
    listed: Small
    end: Small
    rows: int  # how many: a column's node is its number and this


class Found(NamedTuple):
    """Room for the pairs that pay."""

    rows: Small
    columns: Small
    worth: Ints


@compiled
def _listed_points(listed: Listed, row: int, column: int) -> int:
    total = 0
    for at in range(listed.first[row], listed.first[row + 1]):
        if listed.column[at] == column:
            total += listed.points[at]
    return total


@compiled
def _is_listed(listed: Listed, row: int, column: int) -> bool:
    found = False
    for at in range(listed.first[row], listed.first[row + 1]):
        found |= listed.column[at] == column
    return found


@compiled
def _common(bits: Bits, row: int, column: int) -> int:
    if bits.first[row] == bits.stop[row]:
        return 0
    count = 0
    for at in range(bits.first[row], bits.stop[row]):
        word = bits.value[at] & bits.columns[bits.word[at], column]
        while word != 0:
            word &= word - np.uint64(1)
            count += 1
    return int(bits.points[min(count, len(bits.points) - 1)])


@compiled
def _level_of(covers: Covers, covering: int, where: int, column: int) -> int:
    """At what level the column offers the skill of this list, -1 if it does not; columns ascend in it."""
    low, high = covers.offer_first[covering, where], covers.offer_first[covering, where + 1]
    while low < high:
        middle = (low + high) >> 1
        if covers.offer_column[middle] < column:
            low = middle + 1
        else:
            high = middle
    if low < covers.offer_first[covering, where + 1] and covers.offer_column[low] == column:
        return int(covers.offer_level[low])
    return -1


@compiled
def _covered(covers: Covers, row: int, column: int, columns: int) -> int:
    tile, tiles, total = column // TILE, columns // TILE + 1, 0
    for covering in range(covers.first.shape[0]):
        met, hits = np.uint64(0), 0
        for step in range(covers.first[covering, row], covers.stop[covering, row]):
            if met & covers.bits[step] != 0:
                continue
            if _level_of(covers, covering, covers.skill[step] * tiles + tile, column) > covers.level[step]:
                met |= covers.bits[step]
                hits += 2 if step < covers.middle[covering, row] else 1
        if hits > 0:
            at = covers.line[covering, row] + hits * covers.classes[covering] + covers.column_class[covering, column]
            total += covers.points[at]
    return total


@compiled
def points_of(terms: Terms, row: int, column: int) -> int:
    """What `score_tile` writes for this pair."""
    if _is_listed(terms.banned, row, column):
        return FORBIDS
    tables, total = terms.tables, 0
    for table in range(len(tables.width)):
        total += tables.points[tables.start[table, row] + tables.column_class[table, column]]
    total += _common(terms.bits, row, column)
    total += _covered(terms.covers, row, column, tables.column_class.shape[1])
    if terms.dense_row[row] >= 0:
        total += terms.dense[terms.dense_row[row], column]
    return total + _listed_points(terms.extra, row, column)


@compiled
def _is_known(known: Known, row: int, column: int) -> bool:
    for at in range(known.first[row], known.first[row + 1]):
        if known.end[known.listed[at]] == column + known.rows:
            return True
    return False


@compiled
def find_paying(
    terms: Terms, doubtful: Doubtful, known: Known, worths: Ints, prices: Ints, least: Small, most: int, found: Found
) -> int:
    """Pairs in doubt that pay at these prices and are no candidates, at most ``most`` of a column; returns how many."""
    count = 0
    for at in range(len(doubtful.columns)):
        column, short, here = doubtful.columns[at], doubtful.short[at], 0
        for place in range(len(doubtful.rows)):
            if doubtful.slack[place] + short >= 0 or here == most:
                break
            row = doubtful.rows[place]
            points = points_of(terms, row, column)
            if points < lowest_points(terms, least[row]):
                continue
            worth = max(points, 1) + _listed_points(terms.kept, row, column)
            if worth <= worths[row] + prices[column] or _is_known(known, row, column):
                continue
            found.rows[count], found.columns[count], found.worth[count] = row, column, worth
            count += 1
            here += 1
    return count
