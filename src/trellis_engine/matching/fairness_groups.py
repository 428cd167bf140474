"""Which figures about groups may be shown at all: a table whole or not, after merging small groups.

The rule of the confidentiality matrix for protected attributes. Hiding single cells leaks by subtraction and is not
done. Stricter than "every cell that is not empty": an empty cell says of everybody with that outcome what they are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

LEAST = 10  # people in every cell; nobody can lower it
NOT_SAID = ""
ALMOST_ONE = 1 - 1e-9


@dataclass(frozen=True)
class Group:
    """The people who gave one of `members` as their answer, by a yes or no about each."""

    members: tuple[str, ...]
    yes: int
    no: int = 0

    @property
    def size(self) -> int:
        return self.yes + self.no

    @property
    def rest(self) -> bool:
        """The group that whoever fits nowhere else is added to."""
        return NOT_SAID in self.members

    def with_(self, other: "Group") -> "Group":
        return Group((*self.members, *other.members), self.yes + other.yes, self.no + other.no)


def may_be_shown(groups: Sequence[Group]) -> bool:
    """At least two groups, and in each outcome that anybody has at least ten of every group."""
    outcomes = ([group.yes for group in groups], [group.no for group in groups])
    return len(groups) > 1 and all(min(cells) >= LEAST for cells in outcomes if any(cells))


def merged(groups: Sequence[Group], *, ordered: bool) -> tuple[Group, ...] | None:
    """`groups` (in their own order) merged as little as needed until the table may be shown; None if it never may.

    A group that is too small joins those who did not say or fit nowhere else; where groups are `ordered`, like ages,
    it joins its smaller neighbour.
    """
    left = [group for group in groups if group.size]
    while len(left) > 1 and not may_be_shown(left):
        left = _merge_once(left, ordered=ordered)
    return tuple(left) if may_be_shown(left) else None


def _merge_once(groups: list[Group], *, ordered: bool) -> list[Group]:
    at = min(range(len(groups)), key=lambda n: _thinnest(groups[n], groups))
    named = [n for n, group in enumerate(groups) if not group.rest]
    rest = next((n for n, group in enumerate(groups) if group.rest), None)
    if ordered and at != rest and len(named) > 1:
        place = named.index(at)
        near = [named[n] for n in (place - 1, place + 1) if 0 <= n < len(named)]
        to = min(near, key=lambda n: groups[n].size)
    elif rest is None or at == rest:
        to = min((n for n in range(len(groups)) if n != at), key=lambda n: _thinnest(groups[n], groups))
    else:
        to = rest
    first, second = sorted((at, to))
    joined = groups[first].with_(groups[second])
    return [joined if n == first else group for n, group in enumerate(groups) if n != second]


def _thinnest(group: Group, groups: Sequence[Group]) -> tuple[int, int]:
    """The smallest of the group's cells that count, then its size."""
    cells = [group.yes] if any(each.yes for each in groups) else []
    cells += [group.no] if any(each.no for each in groups) else []
    return min(cells), group.size


def joined_as(groups: Sequence[Group], shape: Sequence[Group]) -> tuple[Group, ...]:
    """`groups` put together as in `shape`, whose members cover them."""
    found = []
    for target in shape:
        inside = [group for group in groups if set(group.members) <= set(target.members)]
        yes, no = sum(group.yes for group in inside), sum(group.no for group in inside)
        found.append(replace(target, yes=yes, no=no))
    return tuple(found)


def singles_out(people: npt.NDArray[np.bool_]) -> bool:
    """Whether counts over several sets of people, taken together, tell about fewer than ten of them.

    `people`: a row for each person, a column for each set whose groups were counted. Who stands in which set is taken
    as known. People who stand in the same sets cannot be told apart; the others can, if what marks them is a sum of
    sets (row space), or if two sets differ by few.
    """
    if not people.size:
        return False
    classes, counts = np.unique(people, axis=0, return_counts=True)
    for one in range(classes.shape[1]):
        apart = (classes[:, [one]] != classes[:, one + 1 :]) * counts[:, None]
        if ((apart.sum(0) > 0) & (apart.sum(0) < LEAST)).any():
            return True
    few = counts < LEAST
    if not few.any():
        return False
    _, sizes, space = np.linalg.svd(classes.T.astype(np.float64), full_matrices=False)
    basis = space[sizes > 1e-9 * sizes[0]] if sizes.size and sizes[0] else space[:0]
    return bool(((basis**2).sum(0)[few] > ALMOST_ONE).any())
