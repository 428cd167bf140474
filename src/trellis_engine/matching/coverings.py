"""Coverings for the compiled scorer: who offers which skill, and the steps in which a mentee's wishes are met.

The same counting as skills.py, told as steps. A step reads: everybody who offers this skill above this level, and who
has neither met this wish nor used up this offer, gains so many half-hits. The two conditions are two bits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels.scores import TILE
from trellis_engine.matching.people import Taxonomy
from trellis_engine.matching.settings import FEATURE_SCALE
from trellis_engine.matching.skills import NONE, Offers, Skills

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Wishes = tuple[tuple[str, int], ...]  # skill and level, sorted

MOST_BITS = 64


@dataclass
class Steps:
    """Steps of everybody, laid end to end; people who seek the same share theirs."""

    skill: list[int] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    bits: list[int] = field(default_factory=list)
    gain: list[int] = field(default_factory=list)

    def add(self, skill: int, level: int, bits: int, gain: int) -> None:
        self.skill.append(skill)
        self.level.append(level)
        self.bits.append(bits)
        self.gain.append(gain)


class Covering:
    """One covering factor of a pool: its steps, its offers and its points."""

    def __init__(
        self, seeks: Sequence[Skills], offers: Offers, weight: int, numbers: Mapping[str, int], steps: Steps
    ) -> None:
        self.offers = offers
        self.numbers = numbers
        self.steps = steps
        self.first = np.zeros(len(seeks), np.int64)
        self.stop = np.zeros(len(seeks), np.int64)
        self.wide: dict[int, Skills] = {}  # rows with more steps than bits: scored by the plain definition
        self.sizes = np.array([len(each) for each in seeks], np.int64)
        laid: dict[Wishes, tuple[int, int] | None] = {}
        for row, each in enumerate(seeks):
            wishes = tuple(sorted(each.items()))
            if wishes not in laid:
                laid[wishes] = self._lay(wishes)
            place = laid[wishes]
            if place is None:
                self.wide[row] = each
            else:
                self.first[row], self.stop[row] = place
        self.weight = weight

    def _lay(self, wishes: Wishes) -> tuple[int, int] | None:
        start, steps, neighbours = len(self.steps.skill), self.steps, self.offers.taxonomy.neighbours
        by_neighbour = [
            (skill, other, level)
            for skill, level in wishes
            for other in sorted(neighbours.get(skill, NONE))
            if other in self.numbers
        ]
        used = sorted({skill for skill, _ in wishes} | {other for _, other, _ in by_neighbour})
        if len(wishes) + len(used) > MOST_BITS:
            return None
        met_bit = {skill: 1 << at for at, (skill, _) in enumerate(wishes)}
        used_bit = {skill: 1 << (len(wishes) + at) for at, skill in enumerate(used)}
        for skill, level in wishes:
            if skill in self.numbers:
                steps.add(self.numbers[skill], level, met_bit[skill] | used_bit[skill], 2)
        for skill, other, level in by_neighbour:
            steps.add(self.numbers[other], level, met_bit[skill] | used_bit[other], 1)
        return start, len(steps.skill)

    def offered(self) -> tuple[Ints, Small, Small]:
        """Where each (skill, tile) begins, and the columns and levels of its offers."""
        tiles = len(self.offers.offers) // TILE + 1
        rows = sorted(
            (self.numbers[skill], column, level)
            for column, skills in enumerate(self.offers.offers)
            for skill, level in skills.items()
        )
        skill, column, level = (np.array(each, np.int64) for each in zip(*rows, strict=True)) if rows else [NO] * 3
        counts = np.bincount(skill * tiles + column // TILE, minlength=len(self.numbers) * tiles)
        first = np.concatenate([[0], np.cumsum(counts)])
        return first, column.astype(np.int32), level.astype(np.int32)

    def points(self) -> tuple[Ints, Small, int, Small]:
        """Each row's line, each column's class, how many classes, and the points by (size, half-hits, class)."""
        by_chance, world = self.offers.chance
        kinds, column_class = np.unique(by_chance << 32 | world, return_inverse=True)
        by_chance, world = kinds >> 32, kinds & 0xFFFFFFFF
        lines, start, of_size = [], 0, {}
        for size in np.unique(self.sizes).tolist():
            of_size[size] = start
            hits = np.arange(2 * size + 1)[:, None]
            above = hits * world - by_chance * size
            room = size * (2 * world - by_chance)
            feature = FEATURE_SCALE * np.maximum(above, 0) // np.maximum(room, 1)
            lines.append((self.weight * feature).astype(np.int32).reshape(-1))
            start += lines[-1].size
        line = np.array([of_size[size] for size in self.sizes.tolist()], np.int64)
        table = np.concatenate(lines) if lines else np.zeros(0, np.int32)
        return line, column_class.reshape(-1).astype(np.int32), len(kinds), table

    def stated(self) -> bool:
        return bool((self.sizes > 0).any()) and any(self.offers.offers)

    def dense_line(self, row: int) -> Small:
        """The points of a wide row, by the plain definition."""
        feature = self.offers.coverage(self.wide[row])
        return (self.weight * np.maximum(feature, 0)).astype(np.int32)


NO = np.zeros(0, np.int64)


def skill_numbers(offers: Sequence[Sequence[Skills]]) -> Mapping[str, int]:
    """One number for every skill that anybody offers."""
    names = sorted({skill for side in offers for skills in side for skill in skills})
    return {name: at for at, name in enumerate(names)}


def make_coverings(
    kinds: Sequence[tuple[Sequence[Skills], Sequence[Skills], int]], taxonomy: Taxonomy
) -> tuple[list[Covering], Steps]:
    """For every kind: what rows seek, what columns offer, and the weight."""
    numbers = skill_numbers([offers for _, offers, _ in kinds])
    steps = Steps()
    made = [Covering(seeks, Offers(offers, taxonomy), weight, numbers, steps) for seeks, offers, weight in kinds]
    return made, steps
