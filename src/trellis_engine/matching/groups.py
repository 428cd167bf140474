"""Circles without a mentor: everybody of one side in groups of smallest..largest, all of whom may be with each other.

NP-hard from three people on, so a bounded search: groups grow one person at a time, then people change places while
that helps. Most people placed first; then the total, to which everybody adds the mean of their scores with the others
of their group (rounded down), so that large groups count no more than small ones. No group plan is worth more than
``bound``: nobody adds more than the mean of their best ``smallest`` - 1 partners, and no more people find a place than
can be cut into sizes smallest..largest.
"""

from itertools import combinations

from trellis_engine.matching.circle_plan import GroupPlan
from trellis_engine.matching.hashing import hash_inputs, hash_settings, salted_order
from trellis_engine.matching.peer_plan import SYMMETRIC, same_people
from trellis_engine.matching.peers import PeerScores
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.reasons import InputRefused
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

PASSES = 30  # looks at every exchange, at most
Table = list[list[int]]


def solve_groups(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, *, smallest: int, largest: int
) -> GroupPlan:
    """Groups of people who all stand on one side (see ``peer_plan.crowd_pool``); the same bytes in any row order.

    A pair counts for its weaker direction, and a rule against either direction keeps two apart. Pins are not read.
    """
    same_people(pool)
    if not 2 <= smallest <= largest:
        raise InputRefused("number_out_of_range", id="settings", field="smallest")
    seekers = salted_order(salt, pool.mentees)
    pool = Pool(seekers, tuple(pool.mentor_by_id[person.id] for person in seekers))
    scores = PeerScores(pool, settings, taxonomy, SYMMETRIC[0])
    table = [line.tolist() for rows, block in scores.blocks() for line in block]
    looking = [row for row, looks in enumerate(scores.looking.tolist()) if looks]
    groups = _Groups(table, looking, smallest, largest).run()
    bonus = HIGHEST_SCORE * max(len(table), 1) + 1
    placed = {row for group in groups for row in group}
    return GroupPlan(
        groups=tuple(sorted(tuple(sorted(scores.ids[row] for row in group)) for group in groups)),
        left=tuple(sorted(scores.ids[row] for row in looking if row not in placed)),
        smallest=smallest, largest=largest, total=sum(worth(table, group) for group in groups),
        matched=len(placed), bonus=bonus, bound=_bound(table, looking, smallest, largest, bonus),
        settings_hash=hash_settings(settings), input_hash=hash_inputs(pool, taxonomy), salt=salt,
    )  # fmt: skip


def worth(table: Table, group: list[int]) -> int:
    """What the group adds to the total."""
    others = len(group) - 1
    return sum((sum(table[one][two] for two in group if two != one)) // others for one in group) if others > 0 else 0


def most_placed(people: int, smallest: int, largest: int) -> int:
    """The most of so many people who can be cut into groups of these sizes."""
    return next(n for n in range(people, -1, -1) if n == 0 or -(-n // largest) * smallest <= n)


def _bound(table: Table, looking: list[int], smallest: int, largest: int, bonus: int) -> int:
    best = [sorted((table[row][other] for other in looking if table[row][other]), reverse=True) for row in looking]
    means = sorted(
        (sum(each[: smallest - 1]) // (smallest - 1) for each in best if len(each) >= smallest - 1), reverse=True
    )
    most = most_placed(len(means), smallest, largest)
    return bonus * most + sum(means[:most])


class _Groups:
    def __init__(self, table: Table, looking: list[int], smallest: int, largest: int) -> None:
        self.table, self.smallest, self.largest = table, smallest, largest
        known = {row: sum(1 for other in looking if table[row][other]) for row in looking}
        self.free = sorted(looking, key=lambda row: (known[row], row))  # whoever has fewest choices first
        self.groups: list[list[int]] = []

    def run(self) -> list[list[int]]:
        count = max(most_placed(len(self.free), self.smallest, self.largest) // self.smallest, 0)
        fewest = -(-len(self.free) // self.largest)
        for _ in range(max(min(count, (fewest + count + 1) // 2), min(count, fewest))):
            if self.free:
                self.groups.append([self.free.pop(0)])
        self._grow(self.smallest)
        small = [group for group in self.groups if len(group) < self.smallest]
        self.groups = [group for group in self.groups if len(group) >= self.smallest]
        self.free = [*self.free, *(row for group in small for row in group)]
        self._grow(self.largest)
        while self._open_another():
            self._grow(self.largest)
        for _ in range(PASSES):
            if not self._exchange():
                break
        return self.groups

    def _fits(self, row: int, group: list[int]) -> bool:
        return all(self.table[row][other] for other in group)

    def _grow(self, size: int) -> None:
        """Each group in turn takes whoever adds most, until none can."""
        growing = True
        while growing:
            growing = False
            for group in self.groups:
                fitting = [row for row in self.free if self._fits(row, group)] if len(group) < size else []
                if fitting:
                    best = max(fitting, key=lambda row: (sum(self.table[row][other] for other in group), -row))
                    self.free.remove(best)
                    group.append(best)
                    growing = True

    def _open_another(self) -> bool:
        """One more group among those left, tried from each of them."""
        for seed in self.free:
            group = [seed]
            for row in self.free:
                if row != seed and len(group) < self.smallest and self._fits(row, group):
                    group.append(row)
            if len(group) == self.smallest:
                self.free = [row for row in self.free if row not in group]
                self.groups.append(group)
                return True
        return False

    def _exchange(self) -> bool:
        """Every two people of different groups, and everybody left against everybody placed; True if any moved."""
        moved = False
        for one, two in combinations(range(len(self.groups)), 2):
            for a in range(len(self.groups[one])):
                for b in range(len(self.groups[two])):
                    moved |= self._swap(self.groups[one], a, self.groups[two], b)
        for group in self.groups:
            for a in range(len(group)):
                for b in range(len(self.free)):
                    moved |= self._swap(group, a, self.free, b, alone=True)
        return moved

    def _swap(self, left: list[int], a: int, right: list[int], b: int, *, alone: bool = False) -> bool:
        new = [right[b] if at == a else row for at, row in enumerate(left)]
        other = [left[a] if at == b else row for at, row in enumerate(right)]
        if not self._fits(new[a], new[:a] + new[a + 1 :]):
            return False
        if not alone and not self._fits(other[b], other[:b] + other[b + 1 :]):
            return False
        before = worth(self.table, left) + (0 if alone else worth(self.table, right))
        after = worth(self.table, new) + (0 if alone else worth(self.table, other))
        if after <= before:
            return False
        left[a], right[b] = right[b], left[a]
        return True
