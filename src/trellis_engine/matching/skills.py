"""How well what a mentor offers covers what a mentee seeks, corrected for chance.

A skill offered at a higher level covers fully, a neighbouring skill by half, and one offered
skill is never counted for two. Coverage is then corrected for chance (the idea of Cohen's
kappa): what a random skill would meet with this mentor is subtracted, so offering or seeking
everything earns exactly nothing.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from trellis_engine.matching.grid import UNKNOWN, Grid
from trellis_engine.matching.people import Taxonomy
from trellis_engine.matching.settings import FEATURE_SCALE

# With so few skills in the world, offering many says nothing about honesty.
FEWEST_SKILLS_FOR_CHANCE = 10

Skills = Mapping[str, int]
NONE: frozenset[str] = frozenset()


def covered(seeks: Skills, offers: Skills, taxonomy: Taxonomy) -> tuple[list[str], list[str]]:
    """Sought skills met by the very skill, and those met by a neighbour; the vectorised twin
    is ``Offers.coverage``. First come by name decides which neighbour is used up."""
    direct = [skill for skill, level in sorted(seeks.items()) if offers.get(skill, 0) > level]
    used = set(direct)
    by_neighbour = []
    for skill in sorted(set(seeks) - used):
        for other in sorted(taxonomy.neighbours.get(skill, NONE)):
            if offers.get(other, 0) > seeks[skill] and other not in used:
                used.add(other)
                by_neighbour.append(skill)
                break
    return direct, by_neighbour


class Offers:
    """What each mentor offers, as one level vector over mentors for every skill."""

    def __init__(self, offers: Sequence[Skills], taxonomy: Taxonomy) -> None:
        self.offers = offers
        self.taxonomy = taxonomy

    @cached_property
    def levels(self) -> Mapping[str, Grid]:
        found: dict[str, Grid] = {}
        for column, skills in enumerate(self.offers):
            for skill, level in skills.items():
                found.setdefault(skill, np.zeros(len(self.offers), np.int32))[column] = level
        return found

    @cached_property
    def chance(self) -> tuple[Grid, Grid]:
        """Per mentor: half-hits over the whole world of skills, and the size of that world."""
        hits = [self._half_hits(frozenset(skills)) for skills in self.offers]
        worlds = [len(self.taxonomy.skills.union(skills)) for skills in self.offers]
        return np.array(hits, np.int64), np.array(worlds, np.int64)

    def _half_hits(self, offered: frozenset[str]) -> int:
        if len(self.taxonomy.skills) < FEWEST_SKILLS_FOR_CHANCE:
            return 0
        around = (self.taxonomy.neighbours.get(skill, NONE) for skill in offered)
        return 2 * len(offered) + len(NONE.union(*around) - offered)

    def coverage(self, seeks: Skills) -> Grid:
        """One mentee's row of features, 0..1000; unknown where one side named no skill."""
        row = np.full(len(self.offers), UNKNOWN, np.int32)
        if not seeks:
            return row
        by_chance, world = self.chance
        above = self._half_hits_of(seeks) * world - by_chance * len(seeks)
        room = len(seeks) * (2 * world - by_chance)
        feature = FEATURE_SCALE * np.maximum(above, 0) // np.maximum(room, 1)
        offering = np.array([bool(skills) for skills in self.offers], bool)
        row[offering] = feature[offering]
        return row

    def _half_hits_of(self, seeks: Skills) -> Grid:
        nobody = np.zeros(len(self.offers), bool)
        met = {s: self.levels[s] > level for s, level in seeks.items() if s in self.levels}
        used = dict(met)
        hits = np.zeros(len(self.offers), np.int64)
        for skill, level in sorted(seeks.items()):
            hits += 2 * met.get(skill, nobody)
            still = ~met.get(skill, nobody)
            for other in sorted(self.taxonomy.neighbours.get(skill, NONE)):
                if other not in self.levels:
                    continue
                taken = used.get(other, nobody)
                now = still & (self.levels[other] > level) & ~taken
                used[other] = taken | now
                still &= ~now
                hits += now
        return hits
