"""Most rows that can have a column each, and the König cover that proves that no more can."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

DEAD = -1  # seen by a search that failed: nothing can be gained through it any more


class Pairing(NamedTuple):
    """Edges row by row, and who has whom. ``edge_of``: each row's edge, -1 without one."""

    first: Ints
    column: Small
    score: Ints
    places: Ints
    edge_of: Ints
    load: Ints
    slot_first: Ints
    slots: Small  # rows that hold a place of the column


@compiled
def let_go(pairing: Pairing, least: Small) -> None:
    """Rows whose edge is below what they must have lose it."""
    for row in range(len(pairing.edge_of)):
        edge = pairing.edge_of[row]
        if edge >= 0 and pairing.score[edge] < least[row]:
            column = pairing.column[edge]
            start, last = pairing.slot_first[column], pairing.slot_first[column] + pairing.load[column] - 1
            at = start
            while pairing.slots[at] != row:
                at += 1
            pairing.slots[at] = pairing.slots[last]
            pairing.load[column] -= 1
            pairing.edge_of[row] = -1


@compiled
def _hand_on(pairing: Pairing, through: Ints, owner: Small, column: int) -> None:
    """Give the column's free place to whoever reached it, and so on back along the way."""
    while True:
        edge = through[column]
        row = owner[column]
        before = pairing.edge_of[row]
        pairing.edge_of[row] = edge
        pairing.slots[pairing.slot_first[column] + pairing.load[column]] = row
        pairing.load[column] += 1
        if before < 0:
            return
        column = pairing.column[before]
        last = pairing.slot_first[column] + pairing.load[column] - 1
        at = pairing.slot_first[column]
        while pairing.slots[at] != row:
            at += 1
        pairing.slots[at] = pairing.slots[last]
        pairing.load[column] -= 1


@compiled
def match_most(pairing: Pairing, least: Small, active: Small, enough: int, seen_row: Small, seen_column: Small) -> int:
    """Augment until ``enough`` of the active rows are matched or no more can be; returns how many are.

    A row takes only edges of at least ``least``. After a failure, rows and columns marked DEAD are what the
    unmatched rows can reach: the other rows and those columns cover every edge (König).
    """
    rows, columns = len(pairing.edge_of), len(pairing.places)
    through, owner = np.empty(columns, np.int64), np.empty(columns, np.int32)
    queue = np.empty(rows, np.int32)
    seen_row[:] = 0
    seen_column[:] = 0
    matched = 0
    for row in range(rows):
        if pairing.edge_of[row] >= 0:
            matched += 1
    stamp = 0
    for root in range(rows):
        if matched >= enough:
            return matched
        if active[root] == 0 or pairing.edge_of[root] >= 0 or seen_row[root] == DEAD:
            continue
        stamp += 1
        seen_row[root] = stamp
        queue[0] = root
        head, tail, found = 0, 1, -1
        while head < tail and found < 0:
            row = queue[head]
            head += 1
            for edge in range(pairing.first[row], pairing.first[row + 1]):
                column = pairing.column[edge]
                if pairing.score[edge] < least[row] or seen_column[column] == stamp or seen_column[column] == DEAD:
                    continue
                seen_column[column] = stamp
                through[column] = edge
                owner[column] = row
                if pairing.load[column] < pairing.places[column]:
                    found = column
                    break
                for at in range(pairing.slot_first[column], pairing.slot_first[column] + pairing.load[column]):
                    holder = pairing.slots[at]
                    if seen_row[holder] != stamp and seen_row[holder] != DEAD:
                        seen_row[holder] = stamp
                        queue[tail] = holder
                        tail += 1
        if found >= 0:
            _hand_on(pairing, through, owner, found)
            matched += 1
            continue
        for at in range(tail):
            row = queue[at]
            seen_row[row] = DEAD
            for edge in range(pairing.first[row], pairing.first[row + 1]):
                if seen_column[pairing.column[edge]] == stamp:
                    seen_column[pairing.column[edge]] = DEAD
    return matched
