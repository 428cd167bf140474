"""Coverings for the compiled scorer: who offers which skill, and the steps in which a mentee's wishes are met.

The same counting as skills.py, told as steps. A step reads: everybody who offers this skill above this level, and who
has neither met this wish nor used up this offer, gains so many half-hits. The two conditions are two bits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels.scores import TILE
from trellis_engine.matching.kernels.steps import TOO_WIDE, Lines, Steps, half_hits, lay_steps
from trellis_engine.matching.people import Taxonomy
from trellis_engine.matching.settings import FEATURE_SCALE
from trellis_engine.matching.skills import FEWEST_SKILLS_FOR_CHANCE, NONE, Offers, Skills

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]


class World:
    """Every skill that anybody knows, seeks or offers: numbered by name, with its neighbours."""

    def __init__(self, sides: Iterable[Sequence[Skills]], taxonomy: Taxonomy) -> None:
        named = chain.from_iterable(chain.from_iterable(side) for side in sides)
        names = sorted(taxonomy.skills.union(named))
        self.taxonomy = taxonomy
        self.number = {name: at for at, name in enumerate(names)}
        self.known = np.array([name in taxonomy.skills for name in names], bool)
        near = [sorted(self.number[other] for other in taxonomy.neighbours.get(name, NONE)) for name in names]
        self.near = Lines(_ends(near), np.array([*chain.from_iterable(near)], np.int32))

    def lines(self, people: Sequence[Skills]) -> "Told":
        first = _ends(people)
        number = np.fromiter(map(self.number.__getitem__, chain.from_iterable(people)), np.int32, first[-1])
        level = np.fromiter(chain.from_iterable(each.values() for each in people), np.int32, first[-1])
        who = np.repeat(np.arange(len(people)), np.diff(first))
        order = np.lexsort((number, who))
        return Told(Lines(first, number[order]), level[order], who[order])


def _ends(lines: Sequence[Sequence[int] | Skills]) -> Ints:
    return np.concatenate([[0], np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines)))]).astype(np.int64)


@dataclass(frozen=True)
class Told:
    """What a side seeks or offers: skills by number within each person, their levels, and whose they are."""

    skills: Lines
    level: Small
    who: Ints

    @property
    def counts(self) -> Ints:
        return np.diff(self.skills.first)


@dataclass
class Covering:
    """One covering factor of a pool: where each row's steps begin, turn to neighbours and end; and its points."""

    world: World
    seeks: Sequence[Skills]
    offers: Sequence[Skills]
    weight: int

    def __post_init__(self) -> None:
        self.sought, self.offered = self.world.lines(self.seeks), self.world.lines(self.offers)
        self.first, self.middle, self.stop = np.zeros((3, len(self.seeks)), np.int64)

    @property
    def most_steps(self) -> int:
        near, sought = self.world.near.first, self.sought.skills.number
        return int((1 + near[sought + 1] - near[sought]).sum())

    def lay(self, anybody: npt.NDArray[np.bool_], begin: int, steps: Steps) -> int:
        """``anybody``: whether a skill is offered at all. Returns where the steps end."""
        sought = self.sought
        place = self.first, self.middle, self.stop
        end = lay_steps(sought.skills, sought.level, self.world.near, anybody, begin, steps, *place)
        # a row with more steps than bits is scored by the plain definition
        self.wide = frozenset(np.flatnonzero(self.first == TOO_WIDE).tolist())
        for each in place:
            each[self.first == TOO_WIDE] = begin
        return int(end)

    def listed(self) -> tuple[Ints, Small, Small]:
        """Where each (skill, tile) begins, and the columns and levels of its offers."""
        tiles = len(self.offers) // TILE + 1
        skill, column, level = self.offered.skills.number, self.offered.who, self.offered.level
        place = skill.astype(np.int64) * tiles + column // TILE
        order = np.lexsort((column, place))
        counts = np.bincount(place, minlength=len(self.world.number) * tiles)
        first = np.concatenate([[0], np.cumsum(counts)])
        return first, column[order].astype(np.int32), level[order]

    def points(self) -> tuple[Ints, Small, int, Small]:
        """Each row's line, each column's class, how many classes, and the points by (size, half-hits, class)."""
        kinds, column_class = np.unique(self._by_chance() << 32 | self._skills_about(), return_inverse=True)
        by_chance, about = kinds >> 32, kinds & 0xFFFFFFFF
        sizes, of_row = np.unique(self.sought.counts, return_inverse=True)
        lines: list[Small] = []
        starts: list[int] = []
        for size in sizes.tolist():
            starts.append(sum(line.size for line in lines))
            hits = np.arange(2 * size + 1)[:, None]
            above = hits * about - by_chance * size
            room = size * (2 * about - by_chance)
            feature = FEATURE_SCALE * np.maximum(above, 0) // np.maximum(room, 1)
            lines.append((self.weight * feature).astype(np.int32).reshape(-1))
        table = np.concatenate([np.zeros(0, np.int32), *lines])
        line = np.array(starts, np.int64)[of_row.reshape(-1)]
        return line, column_class.reshape(-1).astype(np.int32), len(kinds), table

    def _by_chance(self) -> Ints:
        found = np.zeros(len(self.offers), np.int64)
        if len(self.world.taxonomy.skills) >= FEWEST_SKILLS_FOR_CHANCE:
            half_hits(self.offered.skills, self.world.near, len(self.world.number), found)
        return found

    def _skills_about(self) -> Ints:
        """How many skills there are for each column: those of the taxonomy, and its own that are not among them."""
        own = self.offered.who[~self.world.known[self.offered.skills.number]]
        return len(self.world.taxonomy.skills) + np.bincount(own, minlength=len(self.offers))

    def stated(self) -> bool:
        return bool(len(self.sought.who)) and bool(len(self.offered.who))

    @cached_property
    def _plain(self) -> Offers:
        return Offers(self.offers, self.world.taxonomy)

    def dense_line(self, row: int) -> Small:
        """The points of a wide row, by the plain definition."""
        return (self.weight * np.maximum(self._plain.coverage(self.seeks[row]), 0)).astype(np.int32)


def make_coverings(
    kinds: Sequence[tuple[Sequence[Skills], Sequence[Skills], int]], taxonomy: Taxonomy
) -> tuple[list[Covering], Steps]:
    """For every kind: what rows seek, what columns offer, and the weight."""
    world = World([side for *sides, _ in kinds for side in sides], taxonomy)
    made = [Covering(world, *kind) for kind in kinds]
    most = sum(covering.most_steps for covering in made)
    steps = Steps(np.zeros(most, np.int32), np.zeros(most, np.int32), np.zeros(most, np.uint64))
    anybody = np.zeros(len(world.number), bool)
    for covering in made:
        anybody[covering.offered.skills.number] = True
    end = 0
    for covering in made:
        end = covering.lay(anybody, end, steps)
    return made, Steps(steps.skill[:end].copy(), steps.level[:end].copy(), steps.bits[:end].copy())
