"""How wishes for skills become steps, and how much a mentor would meet by chance; see coverings.py for both."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

MOST_BITS = 64
TOO_WIDE = -1


class Lines(NamedTuple):
    """Numbers of several per line, end to end: those of a line are first[line]..first[line + 1]."""

    first: Ints
    number: Small


class Steps(NamedTuple):
    """Steps of everybody, end to end, with room for the longest way."""

    skill: Small
    level: Small
    bits: Words


@compiled
def lay_steps(
    wishes: Lines, levels: Small, near: Lines, offered: Flags, begin: int, steps: Steps,
    first: Ints, middle: Ints, stop: Ints,
) -> int:  # fmt: skip
    """Lay the steps of every row from ``begin`` on, and return where they end.

    A row's wishes are met directly by steps first..middle and by a neighbouring skill by middle..stop; ``first`` is
    TOO_WIDE where a row would need more bits than there are. Skills are in the order of their numbers.
    """
    bit_of, bit_for = np.zeros(len(offered), np.int64), np.full(len(offered), -1, np.int64)
    end = begin
    for row in range(len(first)):
        start, last = wishes.first[row], wishes.first[row + 1]
        bits = last - start  # one for each wish that is met, and one for each offer that is used up
        at = end
        for near_by in range(2):
            if near_by == 1:
                middle[row] = at
            for wish in range(start, last):
                skill, met = wishes.number[wish], np.uint64(1) << np.uint64((wish - start) % MOST_BITS)
                ways = near.first[skill + 1] - near.first[skill] if near_by else 1
                for way in range(ways):
                    other = near.number[near.first[skill] + way] if near_by else skill
                    if not offered[other]:
                        continue
                    if bit_for[other] != row:
                        bit_for[other], bit_of[other] = row, bits
                        bits += 1
                    steps.skill[at] = other
                    steps.level[at] = levels[wish]
                    steps.bits[at] = met | np.uint64(1) << np.uint64(bit_of[other] % MOST_BITS)
                    at += 1
        first[row], stop[row] = end, at
        if bits > MOST_BITS:
            first[row], middle[row], stop[row] = TOO_WIDE, TOO_WIDE, TOO_WIDE
        else:
            end = at
    return end


@compiled
def half_hits(offers: Lines, near: Lines, skills: int, found: Ints) -> None:
    """found[line] = two for every offer and one for every neighbour of them that is not offered itself."""
    seen = np.full(skills, -1, np.int64)
    for line in range(len(found)):
        start, last = offers.first[line], offers.first[line + 1]
        for at in range(start, last):
            seen[offers.number[at]] = line
        count = 2 * (last - start)
        for at in range(start, last):
            skill = offers.number[at]
            for way in range(near.first[skill], near.first[skill + 1]):
                if seen[near.number[way]] != line:
                    seen[near.number[way]] = line
                    count += 1
        found[line] = count
