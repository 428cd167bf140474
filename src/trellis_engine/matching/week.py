"""When two people are both free: labels such as "Tue am", read in each person's own clock."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.grid import Grid

QUARTER = 15
WEEK = 7 * 24 * 60
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS_OF_PART = {"am": (8, 12), "pm": (13, 17), "eve": (18, 20)}
LABEL = re.compile(rf"({'|'.join(DAYS)})[a-z]*[\s_-]+({'|'.join(HOURS_OF_PART)})[a-z]*")
# Both sides hold this in the column of a label we cannot read, so that an equal label counts
# 4 * 4 quarters: half a day, as much as one of ours.
UNREAD = 4


@dataclass(frozen=True)
class Free:
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
    return sorted({label for person in people for label in _unread(person)})


def bits_of_weeks(people: Sequence[Free], unread: Sequence[str]) -> npt.NDArray[np.uint64]:
    """One bit a quarter-hour, a row of 64-bit words a person; as many bits for an unread label as it counts."""
    places = {label: WEEK // QUARTER + at * UNREAD**2 for at, label in enumerate(unread)}
    width = WEEK // QUARTER + len(unread) * UNREAD**2
    bits = np.zeros((len(people), -(-width // 64) * 64), bool)
    for row, person in zip(bits, people, strict=True):
        for label in person.labels:
            row[quarters(label, person.utc_offset_minutes)] = True
            if label in places:
                row[places[label] : places[label] + UNREAD**2] = True
    return np.packbits(bits, axis=1).view(np.uint64)


def _unread(person: Free) -> Iterable[str]:
    return (label for label in person.labels if not quarters(label, 0))


def _weeks(side: Sequence[Free], column: dict[str, int], width: int) -> npt.NDArray[np.float32]:
    weeks = np.zeros((len(side), width), np.float32)
    for row, person in zip(weeks, side, strict=True):
        for label in person.labels:
            row[quarters(label, person.utc_offset_minutes)] = 1
            if label in column:
                row[column[label]] = UNREAD
    return weeks
