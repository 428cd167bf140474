"""When two people are both free: labels such as "Tue am", read in each person's own clock."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.grid import Grid

Words = npt.NDArray[np.uint64]

QUARTER = 15
WEEK = 7 * 24 * 60
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS_OF_PART = {"am": (8, 12), "pm": (13, 17), "eve": (18, 20)}
LABEL = re.compile(rf"({'|'.join(DAYS)})[a-z]*[\s_-]+({'|'.join(HOURS_OF_PART)})[a-z]*")
# Both sides hold this in the column of a label we cannot read, so that an equal label counts
# 4 * 4 quarters: half a day, as much as one of ours.
UNREAD = 4
NO_LABELS: frozenset[str] = frozenset()


class Free(NamedTuple):
    """One person's labels and how far their clock is ahead of UTC."""

    labels: frozenset[str]
    utc_offset_minutes: int


@lru_cache(maxsize=4096)  # few labels and few clocks, asked for by everybody
def quarters(label: str, utc_offset_minutes: int) -> list[int]:
    """The quarter-hours of the UTC week the label covers; empty if it is not one of ours."""
    found = LABEL.fullmatch(label.strip().casefold())
    if not found:
        return []
    first, last = (60 * hour for hour in HOURS_OF_PART[found[2]])
    start = DAYS.index(found[1]) * 24 * 60 - utc_offset_minutes
    return [(start + at) % WEEK // QUARTER for at in range(first, last, QUARTER)]


class CommonTime:
    """Minutes a week both are free, every person of ``left`` against all of ``right``."""

    def __init__(self, left: Sequence[Free], right: Sequence[Free]) -> None:
        unread = unread_labels((*left, *right))
        column = {label: WEEK // QUARTER + at for at, label in enumerate(unread)}
        width = WEEK // QUARTER + len(unread)
        self._left, self._right = (_weeks(side, column, width) for side in (left, right))

    def minutes(self, rows: slice) -> Grid:
        # float32 counts whole numbers exactly up to 2**24, and its product is fast
        return QUARTER * (self._left[rows] @ self._right.T).astype(np.int64)


def unread_labels(people: Iterable[Free]) -> list[str]:
    """Labels that are none of ours, which count as one thing each."""
    labels = NO_LABELS.union(*(each.labels for each in people))
    return sorted(label for label in labels if not quarters(label, 0))


@dataclass(frozen=True)
class SharedBits:
    """Words of 64 bits, a row a person: two people share ``quarters`` quarter-hours for every bit that both have."""

    left: Words
    right: Words
    quarters: int


def shared_bits(left: Sequence[Free], right: Sequence[Free]) -> SharedBits:
    """The week in as few bits as tell the same: what everybody has or lacks together is counted together."""
    number: dict[tuple[str, int], int] = {}
    people = (*left, *right)
    held = [
        number.setdefault((label, each.utc_offset_minutes), len(number)) for each in people for label in each.labels
    ]
    table = _quarters_of(number)
    alike = Counter(column.tobytes() for column in table.T if column.any())
    step = math.gcd(*alike.values()) or 1
    kept = [column for column, count in alike.items() for _ in range(count // step)]
    bits = np.zeros((len(table), 64 * (len(kept) // 64 + 1)), bool)
    bits[:, : len(kept)] = np.frombuffer(b"".join(kept), bool).reshape(len(kept), len(table)).T
    of_label = np.packbits(bits, axis=1).view(np.uint64)
    words = np.zeros((len(people), of_label.shape[1]), np.uint64)
    sizes = np.array([len(each.labels) for each in people], np.int64)
    if held:
        firsts = (np.cumsum(sizes) - sizes)[sizes > 0]
        words[sizes > 0] = np.bitwise_or.reduceat(of_label[held], firsts)
    return SharedBits(words[: len(left)], words[len(left) :], step)


def _quarters_of(labels: Collection[tuple[str, int]]) -> npt.NDArray[np.bool_]:
    """The quarter-hours of each label by each clock, and as many more for an unread label as it counts."""
    unread = unread_labels(Free(frozenset({label}), 0) for label, _ in labels)
    places = {label: WEEK // QUARTER + at * UNREAD**2 for at, label in enumerate(unread)}
    table = np.zeros((len(labels), WEEK // QUARTER + len(unread) * UNREAD**2), bool)
    for row, (label, offset) in zip(table, labels, strict=True):
        row[quarters(label, offset)] = True
        if label in places:
            row[places[label] : places[label] + UNREAD**2] = True
    return table


def _weeks(side: Sequence[Free], column: dict[str, int], width: int) -> npt.NDArray[np.float32]:
    weeks = np.zeros((len(side), width), np.float32)
    for row, person in zip(weeks, side, strict=True):
        for label in person.labels:
            row[quarters(label, person.utc_offset_minutes)] = 1
            if label in column:
                row[column[label]] = UNREAD
    return weeks
