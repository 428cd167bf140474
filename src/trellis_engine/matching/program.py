"""The exact program behind a plan: a sparse graph, the edges in use and the potentials that prove them best.

It can be solved from nothing, given more edges and solved on, and edited. All whole numbers.
"""

import numpy as np
import numpy.typing as npt

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
    unsettled,
)

UNREACHED = -(1 << 60)  # a potential below any cost: the node has not been offered anything


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

    def add_edges(self, rows: npt.NDArray[np.integer], columns: npt.NDArray[np.integer], weights: Ints) -> None:
        """New pairs to choose from; none of them may be there already."""
        self.end_a = np.concatenate([self.end_a, rows.astype(np.int32)])
        self.end_b = np.concatenate([self.end_b, (columns + self.n).astype(np.int32)])
        self.weight = np.concatenate([self.weight, weights.astype(np.int64)])
        self.used = np.concatenate([self.used, np.zeros(len(rows), bool)])
        self._listed_b = False
        self._list_edges()
        net = self.network
        raise_and_release(net, np.unique(rows).astype(np.int32), self.n)

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

    @property
    def network(self) -> Network:
        return Network(
            self.end_a, self.end_b, self.weight, self.first, self.listed, self.limit, self.step, self.base,
            self.bonus, self.potential, self.load, self.slot_first, self.slots, self.used,
        )  # fmt: skip
