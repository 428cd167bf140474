"""Why somebody has no partner, by key: how many partners each rule took from them, and how many were left."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from trellis_engine.matching.grid import Grid, Mask
from trellis_engine.matching.people import Participant, Pool
from trellis_engine.matching.plan import Pair
from trellis_engine.matching.reasons import Params, Unmatched
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import Rule

KEYS = {  # takes nobody, nobody on the other side, nobody allowed, all those allowed are taken
    "mentee": ("wants_no_mentor", "no_mentor_with_places", "no_allowed_mentor", "allowed_mentors_full"),
    "mentor": ("offers_no_place", "no_mentee_waiting", "no_allowed_mentee", "allowed_mentees_placed"),
}


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
        keys = KEYS[side]
        if side == "mentee":
            own, others, counts = self.waiting[row], self.open, self.of_mentee[row]
        else:
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


def why_left(
    scorer: Scorer, pairs: Iterable[Pair], allowed: Mapping[str, int], allowed_mentees: Mapping[str, int]
) -> tuple[Unmatched, ...]:
    """The same reasons where all pairs were looked at already: ``allowed`` mentors with a place of each mentee, and
    ``allowed_mentees`` of each mentor. Only people who are left with nobody allowed are held against every rule."""
    encoded = scorer.encoded
    pairs = tuple(pairs)
    placed = frozenset(pair.mentee for pair in pairs), frozenset(pair.mentor for pair in pairs)
    mentees = [person for person in encoded.mentees if person.id not in placed[0]]
    mentors = [person for person in encoded.mentors if person.id not in placed[1]]
    waiting, open_ = (any(person.places for person in side) for side in (encoded.mentees, encoded.mentors))
    known = [*_known("mentee", mentees, allowed, open_), *_known("mentor", mentors, allowed_mentees, waiting)]
    done = {(each.side, each.id) for each in known}
    few = Pool(tuple(p for p in mentees if ("mentee", p.id) not in done), encoded.mentors)
    others = Pool(encoded.mentees, tuple(p for p in mentors if ("mentor", p.id) not in done))
    known += [each for each in _ruled_out(scorer, few) if each.side == "mentee"]
    known += [each for each in _ruled_out(scorer, others) if each.side == "mentor"]
    return tuple(sorted(known, key=lambda each: (each.side, each.id)))


def _known(side: str, people: Iterable[Participant], allowed: Mapping[str, int], others: bool) -> Iterator[Unmatched]:
    own, nobody, full = KEYS[side][0], KEYS[side][1], KEYS[side][3]
    for person in people:
        if not person.places:
            yield Unmatched(person.id, own, {}, side)
        elif not others:
            yield Unmatched(person.id, nobody, {}, side)
        elif allowed[person.id]:
            yield Unmatched(person.id, full, {"allowed": allowed[person.id]}, side)


def _ruled_out(scorer: Scorer, pool: Pool) -> tuple[Unmatched, ...]:
    if not pool.mentees or not pool.mentors:
        return ()
    part = Scorer(pool, scorer.encoded.settings, scorer.encoded.taxonomy)
    tally = Tally(pool, part.rules)
    for rows in part.row_blocks():
        tally.add(rows, part.judge(rows)[1])
    return tally.unmatched(())
