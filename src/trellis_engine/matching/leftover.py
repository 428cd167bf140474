"""Why somebody has no partner: counted while the pairs are scored, worded by key after solving."""

from collections.abc import Iterable, Mapping

import numpy as np

from trellis_engine.matching.grid import Grid, Mask
from trellis_engine.matching.people import Pool
from trellis_engine.matching.plan import Pair
from trellis_engine.matching.reasons import Params, Unmatched
from trellis_engine.matching.settings import Rule


class Tally:
    """For each person, how many partners with a free place each rule took, and how many are left."""

    def __init__(self, pool: Pool, rules: tuple[Rule, ...]) -> None:
        self.pool = pool
        self.rules = rules
        self.waiting: Mask = np.array([person.places > 0 for person in pool.mentees], bool)
        self.open: Mask = np.array([person.places > 0 for person in pool.mentors], bool)
        # the last column, index -1, counts the allowed partners
        self.of_mentee = np.zeros((len(pool.mentees), len(rules) + 1), np.int64)
        self.of_mentor = np.zeros((len(pool.mentors), len(rules) + 1), np.int64)

    def add(self, rows: slice, failing: Grid) -> None:
        for index in range(-1, len(self.rules)):
            hit = failing == index
            self.of_mentee[rows, index] = hit[:, self.open].sum(axis=1)
            self.of_mentor[:, index] += hit[self.waiting[rows]].sum(axis=0)

    def unmatched(self, pairs: Iterable[Pair]) -> tuple[Unmatched, ...]:
        """Everybody without a partner, mentees first, each with exactly one reason."""
        placed = frozenset(("mentee", p.mentee) for p in pairs) | frozenset(("mentor", p.mentor) for p in pairs)
        left = [
            Unmatched(person.id, *self._why(side, row), side)
            for side, people in (("mentee", self.pool.mentees), ("mentor", self.pool.mentors))
            for row, person in enumerate(people)
            if (side, person.id) not in placed
        ]
        return tuple(sorted(left, key=lambda each: (each.side, each.id)))

    def _why(self, side: str, row: int) -> tuple[str, Params]:
        if side == "mentee":
            keys = "wants_no_mentor", "no_mentor_with_places", "no_allowed_mentor", "allowed_mentors_full"
            own, others, counts = self.waiting[row], self.open, self.of_mentee[row]
        else:
            keys = "offers_no_place", "no_mentee_waiting", "no_allowed_mentee", "allowed_mentees_placed"
            own, others, counts = self.open[row], self.waiting, self.of_mentor[row]
        if not own:
            return keys[0], {}
        if not others.any():
            return keys[1], {}
        if not counts[-1]:
            return keys[2], {"removed": self._by_rule(counts)}
        return keys[3], {"allowed": int(counts[-1])}

    def _by_rule(self, counts: Grid) -> Mapping[str, int]:
        taken: dict[str, int] = {}
        for rule, count in zip(self.rules, counts.tolist()[:-1], strict=True):
            if count:
                taken[rule.name] = taken.get(rule.name, 0) + count
        return taken
