"""The exact solver: shortest augmenting paths with potentials on the sparse graph of allowed pairs.

Maximises sum of (weight of each chosen edge) + (bonus of each mentee with at least one mentor),
each mentee within ``wants``, each mentor within ``places``, no pair twice. All int64.

One mentee's place is inserted after another; each insertion is one Dijkstra over reduced costs
(Jonker & Volgenant 1987; potentials as in Ahuja, Magnanti & Orlin 1993, chapter 9). Kept true
after every insertion, with p = worth of one more unit at the mentee, v = price of the mentor:
unused edge p + v >= w; used edge p + v <= w; v = 0 while the mentor has a place left; a mentee
without a mentor has p <= -bonus. So prices stay >= 0 and prove the optimum.
"""

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
FAR = 1 << 62  # an edge that cannot be used
UNSEEN = 1 << 61  # a mentor not reached yet; far below FAR less any price


@dataclass(frozen=True)
class Graph:
    """Allowed pairs row by row: mentee i owns edges first[i]..first[i+1], mentors ascending."""

    first: Ints
    mentor: npt.NDArray[np.int32]
    weight: npt.NDArray[np.int32]
    wants: tuple[int, ...]
    places: tuple[int, ...]
    bonus: tuple[int, ...]


@dataclass(frozen=True)
class Assignment:
    """Chosen (mentee, mentor, weight) by index, and a price for every mentor."""

    pairs: tuple[tuple[int, int, int], ...]
    prices: tuple[int, ...]


def assign(graph: Graph) -> Assignment:
    """The optimum; the same graph gives the same bytes."""
    solver = _Solver(graph)
    for mentee, wants in enumerate(graph.wants):
        for _ in range(wants):
            if not solver.insert(mentee):
                break
    chosen = ((mentee, edge) for mentee, edges in enumerate(solver.edges) for edge in edges)
    pairs = sorted((i, int(graph.mentor[edge]), int(graph.weight[edge])) for i, edge in chosen)
    return Assignment(tuple(pairs), tuple(int(price) for price in solver.price))


class _Solver:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.price = np.zeros(len(graph.places), np.int64)
        self.worth = [-bonus for bonus in graph.bonus]
        self.edges: list[list[int]] = [[] for _ in graph.wants]
        self.holders: list[dict[int, int]] = [{} for _ in graph.places]  # mentee -> edge
        self.full = np.array([places == 0 for places in graph.places], bool)

    def insert(self, mentee: int) -> bool:
        """Offer the mentee one more place; False if they end without gaining one."""
        held = len(self.edges[mentee])
        best = int(self.costs(mentee).min(initial=FAR))
        worth = -best  # the best margin w - v among mentors the mentee does not have
        if worth + (0 if held else self.graph.bonus[mentee]) <= 0:
            self.worth[mentee] = min(self.worth[mentee], 0)
            return False
        self.worth[mentee] = worth
        _Search(self, mentee).run()
        return len(self.edges[mentee]) > held

    def costs(self, mentee: int) -> Ints:
        """Price less weight of each of the mentee's edges; those in use are out of reach."""
        start, stop = self.graph.first[mentee], self.graph.first[mentee + 1]
        costs = self.price[self.graph.mentor[start:stop]] - self.graph.weight[start:stop]
        costs[[edge - start for edge in self.edges[mentee]]] = FAR
        return costs

    def drop_cost(self, mentee: int, held: int) -> int:
        """What is lost, in reduced cost, when the mentee gives up one of ``held`` units."""
        return self.worth[mentee] + (self.graph.bonus[mentee] if held == 1 else 0)

    def take(self, mentee: int, edge: int) -> None:
        mentor = int(self.graph.mentor[edge])
        self.edges[mentee].append(edge)
        self.holders[mentor][mentee] = edge
        self.full[mentor] = len(self.holders[mentor]) >= self.graph.places[mentor]

    def release(self, mentee: int, edge: int) -> None:
        self.edges[mentee].remove(edge)
        del self.holders[int(self.graph.mentor[edge])][mentee]


class _Search:
    """One Dijkstra from a mentee with a new unit to the nearest place where the unit may end:
    a mentor with a place left, or a mentee better off giving one up."""

    def __init__(self, solver: _Solver, start: int) -> None:
        self.solver = solver
        self.start = start
        self.reach = np.full(len(solver.price), UNSEEN, np.int64)  # best distance known
        self.open = self.reach.copy()  # the same, FAR once settled
        self.into = np.zeros(len(solver.price), np.int64)  # edge by which a mentor is reached
        self.by = np.zeros(len(solver.price), np.int64)  # mentee owning that edge
        self.queue: list[tuple[int, int, int]] = []  # distance, mentee, edge given up
        self.settled_mentors: list[int] = []
        self.settled_mentees: dict[int, tuple[int, int]] = {}  # mentee -> distance, edge
        self.end = FAR
        self.end_mentee = start

    def run(self) -> None:
        self._settle_mentee(0, self.start, -1)
        while True:
            mentor = int(self.open.argmin())
            distance = int(self.open[mentor])
            nearest = min(distance, self.queue[0][0]) if self.queue else distance
            if nearest >= self.end:
                return self._finish(None)
            if nearest < distance or (self.queue and self.queue[0][0] == distance):
                self._settle_mentee(*heappop(self.queue))
            elif self.solver.full[mentor]:
                self._settle_mentor(distance, mentor)
            else:
                self.end = distance
                return self._finish(mentor)

    def _settle_mentee(self, distance: int, mentee: int, given_up: int) -> None:
        if mentee in self.settled_mentees:
            return
        solver, graph = self.solver, self.solver.graph
        self.settled_mentees[mentee] = (distance, given_up)
        held = len(solver.edges[mentee]) + (mentee == self.start)
        end = distance + solver.drop_cost(mentee, held)
        if end < self.end:
            self.end, self.end_mentee = end, mentee
        start, stop = graph.first[mentee], graph.first[mentee + 1]
        mentors = graph.mentor[start:stop]
        distances = solver.costs(mentee) + (distance + solver.worth[mentee])
        nearer = np.flatnonzero(distances < self.reach[mentors])
        better = mentors[nearer]
        self.reach[better] = self.open[better] = distances[nearer]
        self.into[better] = start + nearer
        self.by[better] = mentee

    def _settle_mentor(self, distance: int, mentor: int) -> None:
        self.settled_mentors.append(mentor)
        self.open[mentor] = FAR
        price = int(self.solver.price[mentor])
        for mentee, edge in self.solver.holders[mentor].items():
            if mentee not in self.settled_mentees:
                reduced = int(self.solver.graph.weight[edge]) - self.solver.worth[mentee] - price
                heappush(self.queue, (distance + reduced, mentee, edge))

    def _finish(self, free_mentor: int | None) -> None:
        self._update_potentials()
        mentor = free_mentor
        if mentor is None:
            mentor = self._give_up(self.end_mentee)
        while mentor is not None:
            mentee = int(self.by[mentor])
            following = self._give_up(mentee)
            self.solver.take(mentee, int(self.into[mentor]))
            mentor = following

    def _give_up(self, mentee: int) -> int | None:
        """Release the edge by which the mentee was reached; the mentor who thereby has a place."""
        edge = self.settled_mentees[mentee][1]
        if edge < 0:
            return None
        self.solver.release(mentee, edge)
        return int(self.solver.graph.mentor[edge])

    def _update_potentials(self) -> None:
        mentors = np.array(self.settled_mentors, np.int64)
        self.solver.price[mentors] += np.maximum(self.end - self.reach[mentors], 0)
        for mentee, (distance, _) in self.settled_mentees.items():
            self.solver.worth[mentee] -= max(self.end - distance, 0)
