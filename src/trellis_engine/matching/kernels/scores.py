"""Scores of one mentee against a tile of mentors, and the three questions that are asked of all pairs.

Nothing here knows a factor by name: factors and rules arrive as tables, coverings, bits and lists (see terms.py), and
the full matrix of scores is never stored. `tests/engine/matching/test_terms.py` holds every number against the plain
scorer in score.py.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Codes = npt.NDArray[np.uint32]
Classes = npt.NDArray[np.uint16]
Words = npt.NDArray[np.uint64]

TILE = 2048  # mentors at a time: their working arrays stay in the fastest memory
FORBIDS = -(1 << 26)  # in a table: sixteen of them still fit beside every score
LOWEST = -(1 << 62)
OUT = 1 << 41  # no margin is above it: for a row that takes no part


class Tables(NamedTuple):
    """Points by (class of the row, class of the column); four tables are taken at a time."""

    points: Small  # all tables, end to end
    start: Ints  # [table, row]: where the row's line begins
    width: Ints  # [table]
    column_class: Classes  # [table, column]


class Covers(NamedTuple):
    """Steps of a row: whoever offers this skill above this level, if none of these bits is set yet."""

    first: Ints  # [covering, row]: steps first..middle ask for the skill itself, middle..stop for a neighbour
    middle: Ints
    stop: Ints
    skill: Small
    level: Small
    bits: Words
    offer_first: Ints  # [covering, skill x tiles + tile]; columns ascend
    offer_column: Small
    offer_level: Small
    line: Ints  # [covering, row]: where the row's part of the points begins; then [half-hits, column's class]
    column_class: Codes  # [covering, column]
    classes: Ints  # [covering]
    points: Small


class Bits(NamedTuple):
    """Points by how many bits two people share."""

    first: Ints  # [row]: its words are first..stop
    stop: Ints
    word: Small
    value: Words
    columns: Words  # [word, column]
    points: Small


class Listed(NamedTuple):
    """Single pairs, row by row."""

    first: Ints
    column: Small
    points: Small


class Terms(NamedTuple):
    """A pool ready to be scored. Rows are mentees, columns mentors."""

    tables: Tables
    covers: Covers
    bits: Bits
    extra: Listed  # points added
    banned: Listed
    kept: Listed  # worth more to the plan, not to the score
    dense_row: Small  # [row]: its line in `dense`, where a row has more steps than bits, or -1
    dense: Small
    minimum: int


class Bench(NamedTuple):
    """Working arrays of one thread."""

    score: Small
    bits: Words
    hits: Small
    touched: Small


class Rows(NamedTuple):
    """What is found for some rows: margin and column in one number, best first; how many of them; and, if there is
    room for every column: how many open columns are allowed, the highest score among them, and how many of the rows a
    column may have."""

    keys: Ints
    counts: Ints
    allowed: Ints
    highest: Ints
    columns: Ints


def bench() -> Bench:
    return Bench(
        np.zeros(TILE, np.int32), np.zeros(TILE, np.uint64), np.zeros(TILE, np.int32), np.zeros(TILE, np.int32)
    )


@compiled
def _ones(word: np.uint64) -> np.uint64:
    """How many bits are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@compiled
def _tables(tables: Tables, row: int, start: int, stop: int, score: Small) -> None:
    begin, width = tables.start, tables.width
    for table in range(0, len(width), 4):
        one = tables.points[begin[table, row] : begin[table, row] + width[table]]
        two = tables.points[begin[table + 1, row] : begin[table + 1, row] + width[table + 1]]
        three = tables.points[begin[table + 2, row] : begin[table + 2, row] + width[table + 2]]
        four = tables.points[begin[table + 3, row] : begin[table + 3, row] + width[table + 3]]
        class_one = tables.column_class[table, start:stop]
        class_two = tables.column_class[table + 1, start:stop]
        class_three = tables.column_class[table + 2, start:stop]
        class_four = tables.column_class[table + 3, start:stop]
        if table == 0:
            for at in range(stop - start):
                score[at] = one[class_one[at]] + two[class_two[at]] + three[class_three[at]] + four[class_four[at]]
        else:
            for at in range(stop - start):
                score[at] += one[class_one[at]] + two[class_two[at]] + three[class_three[at]] + four[class_four[at]]


@compiled
def _coverings(covers: Covers, row: int, start: int, columns: int, bench: Bench) -> None:
    tile, tiles = start // TILE, columns // TILE + 1
    bits, hits, touched, score = bench.bits, bench.hits, bench.touched, bench.score
    for covering in range(covers.first.shape[0]):
        count = 0
        middle, stop = covers.middle[covering, row], covers.stop[covering, row]
        for step in range(covers.first[covering, row], middle):
            where = covers.skill[step] * tiles + tile
            level, mask = covers.level[step], covers.bits[step]
            for entry in range(covers.offer_first[covering, where], covers.offer_first[covering, where + 1]):
                if covers.offer_level[entry] <= level:
                    continue
                at = np.uint32(covers.offer_column[entry] - start)
                if hits[at] == 0:
                    touched[count] = at
                    count += 1
                bits[at] |= mask
                hits[at] += np.int32(2)
        for step in range(middle, stop):
            where = covers.skill[step] * tiles + tile
            level, mask = covers.level[step], covers.bits[step]
            for entry in range(covers.offer_first[covering, where], covers.offer_first[covering, where + 1]):
                if covers.offer_level[entry] <= level:
                    continue
                at = np.uint32(covers.offer_column[entry] - start)
                if bits[at] & mask == 0:
                    if hits[at] == 0:
                        touched[count] = at
                        count += 1
                    bits[at] |= mask
                    hits[at] += np.int32(1)
        line, classes = covers.line[covering, row], covers.classes[covering]
        for each in range(count):
            at = np.uint32(touched[each])
            score[at] += covers.points[line + hits[at] * classes + covers.column_class[covering, start + at]]
            bits[at] = 0
            hits[at] = 0


@compiled
def _lists(terms: Terms, row: int, start: int, stop: int, score: Small) -> None:
    if terms.dense_row[row] >= 0:
        line = terms.dense[terms.dense_row[row]]
        for at in range(stop - start):
            score[at] += line[start + at]
    for at in range(terms.extra.first[row], terms.extra.first[row + 1]):
        if start <= terms.extra.column[at] < stop:
            score[terms.extra.column[at] - start] += terms.extra.points[at]
    for at in range(terms.banned.first[row], terms.banned.first[row + 1]):
        if start <= terms.banned.column[at] < stop:
            score[terms.banned.column[at] - start] = FORBIDS


@compiled
def _common_bits(common: Bits, row: int, start: int, stop: int, bench: Bench) -> None:
    at, last = common.first[row], common.stop[row]
    if at == last:
        return
    size, count, score = stop - start, bench.hits, bench.score
    while at < last:
        # four words at a time: a quarter of the reading and writing; what is missing at the end is taken with nothing
        two, three, four = min(at + 1, last - 1), min(at + 2, last - 1), min(at + 3, last - 1)
        mine_one = common.value[at]
        mine_two = common.value[two] if at + 1 < last else np.uint64(0)
        mine_three = common.value[three] if at + 2 < last else np.uint64(0)
        mine_four = common.value[four] if at + 3 < last else np.uint64(0)
        theirs_one = common.columns[common.word[at], start:stop]
        theirs_two = common.columns[common.word[two], start:stop]
        theirs_three = common.columns[common.word[three], start:stop]
        theirs_four = common.columns[common.word[four], start:stop]
        for column in range(size):
            count[column] += np.int32(
                _ones(mine_one & theirs_one[column])
                + _ones(mine_two & theirs_two[column])
                + _ones(mine_three & theirs_three[column])
                + _ones(mine_four & theirs_four[column])
            )
        at += 4
    most = np.int32(len(common.points) - 1)
    for column in range(size):
        score[column] += common.points[np.uint32(min(count[column], most))]
        count[column] = 0


@compiled
def score_tile(terms: Terms, row: int, start: int, stop: int, bench: Bench) -> None:
    """bench.score[0:stop - start] = points of the row's pairs before the least of 1; far below 0 where forbidden."""
    score = bench.score
    _tables(terms.tables, row, start, stop, score)
    _common_bits(terms.bits, row, start, stop, bench)
    _coverings(terms.covers, row, start, terms.tables.column_class.shape[1], bench)
    _lists(terms, row, start, stop, score)


@compiled
def lowest_points(terms: Terms, least: int) -> int:
    """The fewest points that count, for a row that accepts scores from ``least``; a score of 1 may have none."""
    return max(terms.minimum, least if least > 1 else 0)


@compiled
def _sink(heap: Ints, size: int, key: int) -> None:
    """Replace the least of the heap by the key."""
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= key:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = key


@compiled
def _rise(heap: Ints, size: int, key: int) -> None:
    """Add the key to a heap of this size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= key:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = key


@compiled
def _best_first(heap: Ints, size: int) -> None:
    """Order a heap from the greatest to the least."""
    for last in range(size - 1, 0, -1):
        least, key = heap[0], heap[last]
        _sink(heap, last, key)
        heap[last] = least


CHUNK = 16  # columns looked at together before one by one
COLUMN_BITS = 20  # room for a million mentors below the margin in one key


@compiled
def best_margins(
    terms: Terms,
    bench: Bench,
    start: int,
    stop: int,
    price: Ints,
    least: Small,
    above: Ints,
    closed: Codes,
    found: Rows,
) -> None:
    """For rows start..stop the best columns by (worth to the plan - price), better than ``above`` of the row.

    ``least``: lowest score that a row accepts. ``closed``: 1 for columns not to be offered. Among equal margins the
    lower column wins, so the answer is one and the same everywhere.
    """
    keys, counts, allowed, highest, of_columns = found
    columns = len(price)
    floor = np.empty(stop - start, np.int64)
    for row in range(start, stop):
        floor[row - start] = ((above[row] + 1) << COLUMN_BITS) - 1  # the highest key not good enough
        counts[row - start] = 0
        allowed[row - start] = 0
        highest[row - start] = -1
    for left in range(0, columns, TILE):
        right = min(left + TILE, columns)
        for row in range(start, stop):
            if above[row] >= OUT and len(of_columns) == 0:
                continue
            score_tile(terms, row, left, right, bench)
            lowest = lowest_points(terms, least[row])
            if len(of_columns) > 0:
                _count(bench.score, closed[left:right], lowest, above[row] < OUT, row - start, left, found)
            for at in range(terms.kept.first[row], terms.kept.first[row + 1]):
                column = terms.kept.column[at] - left
                if 0 <= column < right - left and bench.score[column] >= lowest:
                    bench.score[column] = max(bench.score[column], 1) + terms.kept.points[at]
            at = row - start
            counts[at], floor[at] = _gather(
                bench.score, price[left:right], closed[left:right], left, lowest, keys[at], counts[at], floor[at]
            )
    for at in range(stop - start):
        _best_first(keys[at], counts[at])
        # an allowed pair with nothing in common has a single point
        highest[at] = max(highest[at], 1) if highest[at] >= lowest_points(terms, 0) else 0


@compiled
def _count(score: Small, closed: Codes, lowest: int, takes_part: bool, at: int, left: int, found: Rows) -> None:
    """Count the tile's allowed pairs of a row and of its columns, and keep the row's highest points."""
    seen, top, bar = 0, np.int32(found.highest[at]), np.int32(lowest)
    for column in range(len(closed)):
        seen += (score[column] >= bar) & (closed[column] == 0)
        top = max(top, score[column] if closed[column] == 0 else np.int32(-1))
    found.allowed[at] += seen
    found.highest[at] = top
    if takes_part:
        for column in range(len(closed)):
            found.columns[left + column] += score[column] >= bar


@compiled
def _gather(
    score: Small, price: Ints, closed: Codes, left: int, lowest: int, heap: Ints, count: int, bar: int
) -> tuple[int, int]:
    """Put the tile's keys above the bar into the heap; returns its size and the new bar."""
    most, flip = len(heap), (1 << COLUMN_BITS) - 1
    for start in range(0, len(price), CHUNK):
        stop = min(start + CHUNK, len(price))
        if stop - start == CHUNK:  # so many at once are one step of the processor
            best = LOWEST
            for at in range(CHUNK):
                best = max(best, score[start + at] - price[start + at])
            if best < bar >> COLUMN_BITS:
                continue
        for at in range(start, stop):
            if score[at] < lowest:
                continue
            key = ((max(score[at], 1) - price[at]) << COLUMN_BITS) + (flip - left - at)
            if key <= bar or closed[at] != 0:
                continue
            if count < most:
                _rise(heap, count, key)
                count += 1
            else:
                _sink(heap, count, key)
            if count == most:
                bar = max(bar, heap[0])
    return count, bar
