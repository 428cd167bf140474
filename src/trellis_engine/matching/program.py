"""The exact program behind a plan: a sparse graph, the edges in use and the potentials that prove them best.

It can be solved from nothing, given more edges and solved on, and edited. All whole numbers.
"""

from copy import copy
from typing import Self

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.codes import among, distinct
from trellis_engine.matching.kernels.bids import Lots, bid
from trellis_engine.matching.kernels.paths import (
    FAR,
    Flags,
    Ints,
    Network,
    Search,
    Small,
    raise_and_release,
    release,
    settle,
    unit_cost,
    unsettled,
)

UNREACHED = -(1 << 60)  # a potential below any cost: the node has not been offered anything
NEVER = -(1 << 50)  # the weight of a pair that is blocked: no price makes it pay


class Program:
    """``wants`` and ``places`` are the limits of the two sides; see kernels.paths for what the rest means.

    ``bonus``: what a mentee's first mentor is worth. ``step``, ``base``: points every further mentee of a mentor
    costs, and how many they have already.
    """

    def __init__(self, wants: Ints, places: Ints, bonus: Ints, step: Ints, base: Ints) -> None:
        self.n, self.m = len(wants), len(places)
        self.limit = np.concatenate([wants, places]).astype(np.int64)
        self.bonus = np.concatenate([bonus, np.zeros(self.m, np.int64)])
        self.step = np.concatenate([np.zeros(self.n, np.int64), step])
        self.base = np.concatenate([np.zeros(self.n, np.int64), base])
        nodes = self.n + self.m
        self.potential = np.full(nodes, UNREACHED, np.int64)
        self.potential[self.n :] = step * base  # what the first unit costs: an empty mentor is settled
        self.load = np.zeros(nodes, np.int64)
        self.slot_first = np.concatenate([[0], np.cumsum(self.limit)]).astype(np.int64)
        self.slots = np.zeros(int(self.limit.sum()) + 1, np.int32)
        self.end_a = self.end_b = np.zeros(0, np.int32)
        self.weight = np.zeros(0, np.int64)
        self.used: Flags = np.zeros(0, bool)
        self._listed_b = False
        self._list_edges()
        self.search = Search(
            np.full(nodes, FAR, np.int64), np.zeros(nodes, np.int32), np.full(nodes, -1, np.int32),
            np.zeros(nodes + 1, np.int32), np.zeros(nodes + 1, np.int32),
        )  # fmt: skip

    @property
    def prices(self) -> Ints:
        """What one more place with each mentor is worth."""
        return self.potential[self.n :]

    @property
    def worths(self) -> Ints:
        """What each mentee's next place may cost before it is not worth having."""
        return self.potential[: self.n]

    @property
    def somebody_without(self) -> bool:
        """Whether a mentee who seeks a mentor has none."""
        return bool(((self.limit[: self.n] > 0) & (self.load[: self.n] == 0)).any())

    def add_edges(self, rows: npt.NDArray[np.integer], columns: npt.NDArray[np.integer], weights: Ints) -> None:
        """New pairs to choose from; none of them may be there already."""
        self.end_a = np.concatenate([self.end_a, rows.astype(np.int32)])
        self.end_b = np.concatenate([self.end_b, (columns + self.n).astype(np.int32)])
        self.weight = np.concatenate([self.weight, weights.astype(np.int64)])
        self.used = np.concatenate([self.used, np.zeros(len(rows), bool)])
        self._list_more(len(rows))
        raise_and_release(self.network, distinct(rows).astype(np.int32), self.n)

    def bid(self, without: int) -> None:
        """Find prices to begin with, while nothing is used yet. ``without``: what a mentee must gain by a pair."""
        listed = np.bincount(self.end_b - self.n, minlength=self.m)
        first = np.concatenate([[0], np.cumsum(np.minimum(self.limit[self.n :], listed))]).astype(np.int64)
        column = np.repeat(np.arange(self.m), np.diff(first))
        taken = np.arange(len(column)) - first[column]
        price = self.step[self.n :][column] * (self.base[self.n :][column] + taken)
        lots = Lots(first, price, np.full(len(price), -1, np.int32))
        bid(self.network, self.n, lots, without)
        offered = np.flatnonzero(np.diff(first))
        self.potential[self.n + offered] = lots.price[first[offered]]
        self.potential[: self.n] = UNREACHED
        raise_and_release(self.network, np.arange(self.n, dtype=np.int32), self.n)

    def drop_edges(self, gone: Flags) -> None:
        """Take pairs out of the choice; whoever had one of them wants another."""
        for edge in np.flatnonzero(gone & self.used).tolist():
            release(self.network, edge)
        stays = ~gone
        now = (np.cumsum(stays) - 1).astype(np.int32)
        self.slots[:] = now[self.slots] if len(now) else 0
        self.end_a, self.end_b = self.end_a[stays], self.end_b[stays]
        self.weight, self.used = self.weight[stays], self.used[stays]
        self._list_edges()

    def set_limit(self, node: int, limit: int) -> None:
        """Change how many units a node (of side b: n + column) may take; what it has too many of is given up."""
        room = int(self.slot_first[node + 1] - self.slot_first[node])
        if limit > room:
            self._make_room(node, limit - room)
        self.limit[node] = limit
        while self.load[node] > limit:
            self._give_up_last(node)

    def set_bonus(self, row: int, bonus: int) -> None:
        """Change what the mentee's first mentor is worth; they begin anew."""
        while self.load[row]:
            release(self.network, int(self.slots[self.slot_first[row]]))
        self.bonus[row] = bonus
        self.potential[row] = UNREACHED
        raise_and_release(self.network, np.array([row], np.int32), self.n)

    def set_base(self, column: int, base: int) -> None:
        """Change how many the mentor has already; whoever has become too dear looks again."""
        node = column + self.n
        self.base[node] = base
        while self.load[node] and self.potential[node] < self.step[node] * (base + self.load[node] - 1):
            self._give_up_last(node)

    def _give_up_last(self, node: int) -> None:
        """Release one pair; its mentee may have it again, if it pays."""
        edge = int(self.slots[self.slot_first[node] + self.load[node] - 1])
        release(self.network, edge)
        raise_and_release(self.network, self.end_a[edge : edge + 1], self.n)

    def set_weight(self, row: int, column: int, weight: int) -> None:
        """Change what a pair is worth, if it is among the candidates; whoever had it looks again."""
        for edge in self._edges_of(row, column):
            if self.used[edge]:
                release(self.network, edge)
            self.weight[edge] = weight
            raise_and_release(self.network, np.array([row], np.int32), self.n)

    def put(self, row: int, column: int, weight: int) -> None:
        """The same for a pair that may not be among the candidates yet; it is afterwards."""
        if self._edges_of(row, column):
            self.set_weight(row, column, weight)
        else:
            self.add_edges(np.array([row]), np.array([column]), np.array([weight]))

    def forget(self, row: int, column: int) -> None:
        """Take the pair out of the candidates, so that it is priced anew."""
        edges = self._edges_of(row, column)
        if edges:
            gone = np.zeros(len(self.weight), bool)
            gone[edges] = True
            self.drop_edges(gone)

    def prefer(self, codes: Ints) -> None:
        """Use these pairs (row x m + column) instead of others wherever the potentials say that it costs nothing.

        Whoever is left over is for `solve`.
        """
        held = self.potential[self.end_a] + self.potential[self.end_b] == self.weight
        chosen = among(np.sort(codes), self.codes)
        for edge in np.flatnonzero(held & self.used & ~chosen).tolist():
            release(self.network, edge)
        for edge in np.flatnonzero(held & ~self.used & chosen).tolist():
            if all(self._takes(int(node)) for node in (self.end_a[edge], self.end_b[edge])):
                self._use(edge)

    def _use(self, edge: int) -> None:
        self.used[edge] = True
        for node in (int(self.end_a[edge]), int(self.end_b[edge])):
            self.slots[self.slot_first[node] + self.load[node]] = edge
            self.load[node] += 1

    def _takes(self, node: int) -> bool:
        """Whether one unit more is within the node's limit and worth its cost at the present potentials."""
        load = int(self.load[node])
        worth = int(self.potential[node])
        return load < int(self.limit[node]) and int(unit_cost(self.network, node, load)) <= worth

    def _edges_of(self, row: int, column: int) -> list[int]:
        edges = self.listed[self.first[row] : self.first[row + 1]]
        found: list[int] = edges[self.end_b[edges] == column + self.n].tolist()
        return found

    def _make_room(self, node: int, more: int) -> None:
        """Slots lie end to end: those of later nodes move up."""
        at = int(self.slot_first[node + 1])
        self.slots = np.insert(self.slots, at, np.zeros(more, np.int32))
        self.slot_first[node + 1 :] += more

    def solve(self) -> None:
        """Settle everybody: the plan is then the best on these edges, and the potentials prove it."""
        while True:
            settle(self.network, self.search, unsettled(self.network, 0, self.n), self.n)
            wanting = unsettled(self.network, self.n, self.n + self.m)
            if not len(wanting):
                return
            if not self._listed_b:
                self._list_edges(both=True)
            settle(self.network, self.search, wanting, self.n)

    def copy(self) -> Self:
        """The same program, to be gone on with beside this one."""
        other = copy(self)
        for name in ("limit", "bonus", "base", "potential", "load", "slot_first", "slots", "weight", "used"):
            setattr(other, name, getattr(self, name).copy())
        return other  # the other arrays are never written to, only replaced; and a search leaves its own as it was

    @property
    def codes(self) -> Ints:
        """One number for each candidate: row x m + column."""
        found: Ints = self.end_a.astype(np.int64) * self.m + self.end_b - self.n
        return found

    def pairs(self) -> tuple[Small, Small, Ints]:
        """Rows, columns and weights of the edges in use."""
        edges = np.flatnonzero(self.used)
        return self.end_a[edges], self.end_b[edges] - np.int32(self.n), self.weight[edges]

    def _list_edges(self, *, both: bool = False) -> None:
        ends = np.concatenate([self.end_a, self.end_b]) if both else self.end_a
        counts = np.bincount(ends, minlength=self.n + self.m)
        self.first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        order = np.argsort(ends, kind="stable")
        self.listed = (order % max(len(self.end_a), 1)).astype(np.int32)
        self._listed_b = both

    def _list_more(self, count: int) -> None:
        """The last ``count`` edges are new: each goes behind those that its nodes have."""
        first, last = len(self.end_a) - count, len(self.end_a)
        sides = (self.end_a, self.end_b) if self._listed_b else (self.end_a,)
        ends = np.concatenate([side[first:] for side in sides])
        order = np.argsort(ends, kind="stable")
        edges = np.tile(np.arange(first, last, dtype=np.int32), len(sides))[order]
        self.listed = np.insert(self.listed, self.first[ends[order] + 1], edges)
        self.first = self.first + np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=self.n + self.m))])

    @property
    def network(self) -> Network:
        return Network(
            self.end_a, self.end_b, self.weight, self.first, self.listed, self.limit, self.step, self.base,
            self.bonus, self.potential, self.load, self.slot_first, self.slots, self.used,
        )  # fmt: skip
