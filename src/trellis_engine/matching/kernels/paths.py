"""Shortest augmenting paths on a bipartite graph whose nodes on both sides take several units at growing cost.

The program: choose edges, each at most once, to maximise (sum of their weights) - (sum of every node's unit costs).
A node's next unit, when it has s of them, costs

    cost(s) = step x (base + s) - (bonus, if s = 0),

which never falls as s grows, so the program is a convex flow and each step below is exact (Ahuja, Magnanti & Orlin
1993, chapters 9 and 14). Every node has a potential p. A node is *settled* when, with load s of at most `limit`,

    cost(s - 1) <= p  (s > 0),    p <= cost(s)  (s < limit),
    p_a + p_b >= w on every unused edge,    p_a + p_b <= w on every used edge.

When all nodes are settled, the potentials prove the plan best. One that wants more (p > cost(s)) is settled by one
Dijkstra over reduced costs, from either side: so the same loop solves from nothing, goes on after new edges came in,
and repairs a plan after an edit.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

FAR = 1 << 62  # farther than any path
TAKES = 300  # places taken over one after another before a path is searched


class Network(NamedTuple):
    """Nodes of side a are 0..n-1, those of side b come after. Edges keep their number for good."""

    end_a: Small
    end_b: Small  # as node numbers: n and above
    weight: Ints
    first: Ints  # edges of a node: listed[first[node]:first[node + 1]]; may be empty for side b, see `settle`
    listed: Small
    limit: Ints
    step: Ints
    base: Ints
    bonus: Ints
    potential: Ints
    load: Ints
    slot_first: Ints  # used edges of a node: slots[slot_first[node]:][:load[node]]
    slots: Small
    used: Flags


class Search(NamedTuple):
    """Scratch of one Dijkstra, made once; only what was touched is wiped."""

    distance: Ints
    by: Small  # edge through which a node was reached
    place: Small  # of a node in the heap, -1 outside
    heap: Small
    touched: Small


@compiled
def unit_cost(net: Network, node: int, load: int) -> int:
    cost = int(net.step[node] * (net.base[node] + load))
    return cost - int(net.bonus[node]) if load == 0 else cost


@compiled
def _lift(search: Search, at: int) -> None:
    """Move the entry up to its place."""
    heap, distance, place = search.heap, search.distance, search.place
    node = heap[at]
    while at > 0:
        above = (at - 1) >> 1
        if distance[heap[above]] <= distance[node]:
            break
        heap[at] = heap[above]
        place[heap[at]] = at
        at = above
    heap[at] = node
    place[node] = at


@compiled
def _pop(search: Search, size: int) -> int:
    """The nearest node; the heap then has size - 1 entries."""
    heap, distance, place = search.heap, search.distance, search.place
    nearest = int(heap[0])
    place[nearest] = -1
    size -= 1
    if size == 0:
        return nearest
    node = heap[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and distance[heap[below + 1]] < distance[heap[below]]:
            below += 1
        if distance[heap[below]] >= distance[node]:
            break
        heap[at] = heap[below]
        place[heap[at]] = at
        at = below
    heap[at] = node
    place[node] = at
    return nearest


@compiled
def _use(net: Network, edge: int) -> None:
    net.used[edge] = True
    for node in (net.end_a[edge], net.end_b[edge]):
        net.slots[net.slot_first[node] + net.load[node]] = edge
        net.load[node] += 1


@compiled
def release(net: Network, edge: int) -> None:
    """Take an edge out of use; the order of the others does not matter."""
    net.used[edge] = False
    for node in (net.end_a[edge], net.end_b[edge]):
        start = net.slot_first[node]
        last = start + net.load[node] - 1
        at = start
        while net.slots[at] != edge:
            at += 1
        net.slots[at] = net.slots[last]
        net.load[node] -= 1


@compiled
def _augment(net: Network, search: Search, root: int, near_a: bool, end: int, end_is_far: bool) -> None:
    """Change the edges along the path from its end back to the root."""
    near, far = (net.end_a, net.end_b) if near_a else (net.end_b, net.end_a)
    # edges are released before others are used, so that no node is ever over its limit
    node = end
    if not end_is_far:
        given_up = search.by[node]
        node = far[given_up]
        release(net, given_up)
    while True:
        taken = search.by[node]
        holder = near[taken]
        if holder == root:
            _use(net, taken)
            return
        given_up = search.by[holder]
        node = far[given_up]
        release(net, given_up)
        _use(net, taken)


@compiled
def _settle_one(net: Network, search: Search, root: int, n: int) -> bool:
    """One unit more for the root if it is worth its cost; False when the root wants no more."""
    near_a = root < n
    near, far = (net.end_a, net.end_b) if near_a else (net.end_b, net.end_a)
    potential, weight, distance = net.potential, net.weight, search.distance
    load = net.load[root]
    cost = unit_cost(net, root, load)
    best = -FAR
    for at in range(net.first[root], net.first[root + 1]):
        edge = net.listed[at]
        if not net.used[edge]:
            best = max(best, weight[edge] - potential[far[edge]])
    if best <= cost:
        potential[root] = max(min(potential[root], cost), best)
        return False
    potential[root] = best
    end, end_node, end_is_far = best - cost, root, False  # the worst end: the root goes without
    distance[root] = 0
    search.touched[0] = root
    touched, size, node, here = 1, 0, root, 0
    while True:
        if (node < n) == near_a:
            if node != root:
                gain = max(potential[node] - unit_cost(net, node, net.load[node] - 1), 0)
                if here + gain < end:
                    end, end_node, end_is_far = here + gain, node, False
            for at in range(net.first[node], net.first[node + 1]):
                edge = net.listed[at]
                other = far[edge]
                reach = here + potential[node] + potential[other] - weight[edge]
                if reach >= end or reach >= distance[other] or net.used[edge]:
                    continue
                if distance[other] == FAR:
                    search.touched[touched] = other
                    touched += 1
                distance[other] = reach
                search.by[other] = edge
                if net.load[other] < net.limit[other]:
                    open_at = reach + max(unit_cost(net, other, net.load[other]) - potential[other], 0)
                    if open_at < end:
                        end, end_node, end_is_far = open_at, other, True
                if search.place[other] < 0:
                    search.heap[size] = other
                    size += 1
                    _lift(search, size - 1)
                else:
                    _lift(search, search.place[other])
        else:
            for at in range(net.slot_first[node], net.slot_first[node] + net.load[node]):
                edge = net.slots[at]
                other = near[edge]
                reach = here + weight[edge] - potential[node] - potential[other]
                if reach >= end or reach >= distance[other]:
                    continue
                if distance[other] == FAR:
                    search.touched[touched] = other
                    touched += 1
                distance[other] = reach
                search.by[other] = edge
                if search.place[other] < 0:
                    search.heap[size] = other
                    size += 1
                    _lift(search, size - 1)
                else:
                    _lift(search, search.place[other])
        if size == 0:
            break
        node = _pop(search, size)
        size -= 1
        here = distance[node]
        if here >= end:
            search.heap[size] = node  # still counted below, where the heap is emptied
            size += 1
            break
    for at in range(size):
        search.place[search.heap[at]] = -1
    for at in range(touched):
        node = search.touched[at]
        short = end - distance[node]
        distance[node] = FAR
        if short > 0:
            potential[node] += -short if (node < n) == near_a else short
    if end_node == root:
        return False
    _augment(net, search, root, near_a, end_node, end_is_far)
    return True


@compiled
def _take_over(net: Network, root: int, n: int) -> int:
    """Give the root its best place, dearer by what it is better than the root's next best, and return who had it;
    -1 where no single other node of side a has to give way. No search is needed for that (the row reduction of Jonker
    & Volgenant 1987), and all conditions above hold as before, but that the other one wants a place again."""
    if root >= n:
        return -1
    potential = net.potential
    best, second, chosen = -FAR, unit_cost(net, root, net.load[root]), -1
    for at in range(net.first[root], net.first[root + 1]):
        edge = net.listed[at]
        if not net.used[edge]:
            margin = net.weight[edge] - potential[net.end_b[edge]]
            if margin > best:
                best, second, chosen = margin, max(best, second), edge
            else:
                second = max(second, margin)
    if best <= second:
        return -1
    place = net.end_b[chosen]
    if net.limit[place] != 1 or net.load[place] != 1:
        return -1
    held = net.slots[net.slot_first[place]]
    holder = int(net.end_a[held])
    if net.limit[holder] != 1:
        return -1
    release(net, held)
    potential[place] += best - second
    potential[root] = second
    potential[holder] = max(potential[holder], net.weight[held] - potential[place])
    _use(net, chosen)
    return holder


@compiled
def settle(net: Network, search: Search, roots: Small, n: int) -> int:
    """Settle these nodes one after another; returns how many units were added.

    The lists of edges must be complete for the roots' side. Unsettled nodes of the other side are taken up on the
    way where they can be; roots must be settled for all of them before the potentials prove anything.
    """
    added = 0
    for at in range(len(roots)):
        root = roots[at]
        while net.load[root] < net.limit[root]:
            seeking = root
            for _ in range(TAKES):
                holder = _take_over(net, seeking, n)
                if holder < 0:
                    break
                seeking = holder
            if _settle_one(net, search, seeking, n):
                added += 1
            elif seeking == root:
                break
    return added


@compiled
def raise_and_release(net: Network, nodes: Small, n: int) -> None:
    """After new edges: lift each of these side-a nodes until its unused edges are covered, and let go of what that
    makes too dear. What wants more afterwards is for `settle`."""
    for at in range(len(nodes)):
        node = nodes[at]
        for place in range(net.first[node], net.first[node + 1]):
            edge = net.listed[place]
            if not net.used[edge]:
                net.potential[node] = max(net.potential[node], net.weight[edge] - net.potential[net.end_b[edge]])
        place = net.slot_first[node]
        while place < net.slot_first[node] + net.load[node]:
            edge = net.slots[place]
            if net.potential[node] + net.potential[net.end_b[edge]] > net.weight[edge]:
                release(net, edge)
            else:
                place += 1


@compiled
def unsettled(net: Network, start: int, stop: int) -> Small:
    """The nodes of this range that want more than they have."""
    found = np.empty(stop - start, np.int32)
    count = 0
    for node in range(start, stop):
        load = net.load[node]
        if load < net.limit[node] and net.potential[node] > unit_cost(net, node, load):
            found[count] = node
            count += 1
    return found[:count]
