"""Most pairs that can be made, or most rows that can have one, and the König cover that proves that no more can."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

DEAD = -1  # seen by a search that failed: nothing can be gained through it any more


class Pairing(NamedTuple):
    """Edges row by row, and who has whom. ``made``, ``load``: how many each row and each column has."""

    first: Ints
    column: Small
    score: Ints
    used: Flags
    made: Ints
    places: Ints
    load: Ints
    slot_first: Ints
    slots: Small  # rows that hold a place of the column


class Goal(NamedTuple):
    """Rows look for one more while they have fewer than ``upto``; whoever has more than ``keep`` may give one up."""

    upto: Ints
    keep: Ints


@compiled
def _give_up(pairing: Pairing, row: int, edge: int) -> None:
    column = pairing.column[edge]
    last = pairing.slot_first[column] + pairing.load[column] - 1
    at = pairing.slot_first[column]
    while pairing.slots[at] != row:
        at += 1
    pairing.slots[at] = pairing.slots[last]
    pairing.load[column] -= 1
    pairing.made[row] -= 1
    pairing.used[edge] = False


@compiled
def _take(pairing: Pairing, row: int, edge: int) -> None:
    column = pairing.column[edge]
    pairing.slots[pairing.slot_first[column] + pairing.load[column]] = row
    pairing.load[column] += 1
    pairing.made[row] += 1
    pairing.used[edge] = True


@compiled
def _held(pairing: Pairing, row: int, column: int) -> int:
    """The edge by which the row holds a place of the column."""
    edge = int(pairing.first[row])
    while pairing.column[edge] != column or not pairing.used[edge]:
        edge += 1
    return edge


@compiled
def let_go(pairing: Pairing, least: Small) -> None:
    """Rows lose what is below what they must have."""
    for row in range(len(pairing.made)):
        if pairing.made[row] > 0:
            for edge in range(pairing.first[row], pairing.first[row + 1]):
                if pairing.used[edge] and pairing.score[edge] < least[row]:
                    _give_up(pairing, row, edge)


@compiled
def _hand_on(pairing: Pairing, through: Ints, owner: Small, reached: Small, column: int) -> None:
    """Give the column's free place to whoever reached it, and so on back along the way."""
    while column >= 0:
        row = owner[column]
        before = reached[row]
        if before >= 0:
            _give_up(pairing, row, _held(pairing, row, before))
        _take(pairing, row, through[column])
        column = before


@compiled
def augment(
    pairing: Pairing, least: Small, goal: Goal, wanted: int, hopeless: bool, seen_row: Small, seen_column: Small
) -> int:
    """Give rows that look for one more another column, one row at a time, until ``wanted`` have been given one or
    nobody else can be; returns how many were.

    A row takes only edges of at least ``least``. With ``hopeless`` it goes on when ``wanted`` can no longer be
    reached: after such a failure, rows and columns marked DEAD are what the rows
    still looking can reach: those columns and the pairs that the other rows may have cover every edge (König).
    """
    rows, columns = len(pairing.made), len(pairing.places)
    through, owner = np.empty(columns, np.int64), np.empty(columns, np.int32)
    reached = np.empty(rows, np.int32)  # the column whose place a row would have to give up
    queue = np.empty(rows, np.int32)
    seen_row[:] = 0
    seen_column[:] = 0
    given, stamp, root, short = 0, 0, 0, -wanted
    for row in range(rows):
        short += max(goal.upto[row] - pairing.made[row], 0)  # how many may be left without
    while root < rows and given < wanted and (hopeless or short >= 0):
        if pairing.made[root] >= goal.upto[root] or seen_row[root] == DEAD:
            root += 1
            continue
        stamp += 1
        seen_row[root] = stamp
        reached[root] = -1
        queue[0] = root
        head, tail, found = 0, 1, -1
        while head < tail and found < 0:
            row = queue[head]
            head += 1
            for edge in range(pairing.first[row], pairing.first[row + 1]):
                column = pairing.column[edge]
                if pairing.used[edge] or pairing.score[edge] < least[row]:
                    continue
                if seen_column[column] == stamp or seen_column[column] == DEAD:
                    continue
                seen_column[column] = stamp
                through[column] = edge
                owner[column] = row
                if pairing.load[column] < pairing.places[column]:
                    found = column
                    break
                for at in range(pairing.slot_first[column], pairing.slot_first[column] + pairing.load[column]):
                    holder = pairing.slots[at]
                    if seen_row[holder] == stamp or seen_row[holder] == DEAD:
                        continue
                    if pairing.made[holder] > goal.keep[holder]:
                        _give_up(pairing, holder, _held(pairing, holder, column))
                        found = column
                        break
                    seen_row[holder] = stamp
                    reached[holder] = column
                    queue[tail] = holder
                    tail += 1
                if found >= 0:
                    break
        if found >= 0:
            _hand_on(pairing, through, owner, reached, found)
            given += 1
            continue
        short -= goal.upto[root] - pairing.made[root]
        for at in range(tail):
            row = queue[at]
            seen_row[row] = DEAD
            for edge in range(pairing.first[row], pairing.first[row + 1]):
                if seen_column[pairing.column[edge]] == stamp:
                    seen_column[pairing.column[edge]] = DEAD
    return given
