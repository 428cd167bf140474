"""Best pairs in one crowd: maximum-weight matching in a general graph, exact, with prices that prove it.

Edmonds' blossom method (1965), primal-dual. The linear program (Edmonds' polytope) and its dual, everything doubled
so that all numbers stay whole:

    2 max sum w x = min sum_v u_v + sum_B z_B (|B| - 1),   u_i + u_j + 2 sum_{B holds i and j} z_B >= 2 w_ij,
    u, z >= 0, B an odd set of people.

One free person after another becomes the root of an alternating tree (Kuhn's order, as in the assignment problem, so
that each root is tried once). In the tree, outer nodes (OUTER) lose one unit of u for each unit of time and inner
nodes (INNER) gain one. What may happen next lies in a heap by its time: an edge becomes tight (the tree grows, ends at
another free person, or closes an odd cycle, which shrinks to one node), an inner node's z is used up (it opens again),
or an outer person's u is used up (the root takes that person's place and they go free). Whoever is free at the end has
u = 0, every pair is tight and every shrunken set with z > 0 is full: so both sides of the equation meet.

All vertices of a tree hang together by tight edges, so their u have one parity and the slack of an edge between two
outer nodes is even: that is why half of it is whole.
"""

import numpy as np

from trellis_engine.matching.forest import (
    EVENTS,
    INNER,
    LOOK,
    NEVER,
    OUTER,
    OUTSIDE,
    SPARE,
    TIME,
    TOUCHED,
    ZERO_PERSON,
    ZERO_TIME,
    Crowd,
    Forest,
    Ints,
    add_event,
    book,
    child_with,
    drop_first_event,
    free_children,
    link,
    list_people,
    runs_forward,
    start,
    touch,
    u_now,
)
from trellis_engine.matching.kernels import compiled


@compiled
def match_crowd(crowd: Crowd) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """mate, u, and the odd sets with a price: z of each, and their members one after another up to ``ends``."""
    forest = start(crowd)
    heap = np.empty((256, 2), np.int64)
    for root in range(len(forest.mate)):
        if forest.mate[root] < 0 and forest.u[root] > 0:
            heap = _grow(crowd, forest, heap, root)
    return _result(forest)


@compiled
def _grow(crowd: Crowd, forest: Forest, heap: Ints, root: int) -> Ints:
    now = forest.now
    now[TIME] = now[EVENTS] = now[TOUCHED] = 0
    now[ZERO_TIME] = NEVER
    forest.nearest[:] = NEVER
    heap = _make_outer(crowd, forest, heap, forest.top[root])
    while now[EVENTS] and heap[0, 0] < now[ZERO_TIME]:
        now[TIME], event = heap[0, 0], heap[0, 1]
        drop_first_event(heap, now)
        if event < 0:
            heap = _use_up(crowd, forest, heap, -event - 1)
            continue
        heap, done = _use_edge(crowd, forest, heap, event)
        if done:
            _tidy(forest)
            return heap
    now[TIME] = now[ZERO_TIME]
    _turn_over(forest, now[ZERO_PERSON], -1)
    _tidy(forest)
    return heap


@compiled
def _use_edge(crowd: Crowd, forest: Forest, heap: Ints, edge: int) -> tuple[Ints, bool]:
    """What a tight edge means now; events that something else has overtaken mean nothing."""
    one, two = crowd.owner[edge], crowd.other[edge]
    if forest.label[forest.top[one]] != OUTER:
        one, two = two, one
    here, there = forest.top[one], forest.top[two]
    if forest.label[here] != OUTER or here == there or forest.label[there] == INNER:
        return heap, False
    if u_now(forest, one) + u_now(forest, two) != 2 * crowd.weight[edge]:
        return heap, False
    if forest.label[there] == OUTER:
        return _shrink(crowd, forest, heap, one, two), False
    if forest.mate[forest.base[there]] < 0:
        _turn_round(forest, there, two)
        forest.mate[two] = one
        _turn_over(forest, one, two)
        return heap, True
    forest.via_from[there], forest.via_to[there] = one, two
    heap = _make_inner(forest, heap, there)
    return _make_outer(crowd, forest, heap, forest.top[forest.mate[forest.base[there]]]), False


@compiled
def _use_up(crowd: Crowd, forest: Forest, heap: Ints, node: int) -> Ints:
    """Open an inner blossom without a price left; a number that means another node by now is passed over."""
    inner = forest.label[node] == INNER and forest.parent[node] < 0
    if inner and forest.z[node] == forest.now[TIME] - forest.since[node]:
        return _open(crowd, forest, heap, node)
    return heap


@compiled
def _make_inner(forest: Forest, heap: Ints, node: int) -> Ints:
    touch(forest, node, INNER)
    if node >= len(forest.mate):
        heap = add_event(heap, forest.now, forest.now[TIME] + forest.z[node], -node - 1)
    return heap


@compiled
def _make_outer(crowd: Crowd, forest: Forest, heap: Ints, node: int) -> Ints:
    touch(forest, node, OUTER)
    return _scan(crowd, forest, heap, node)


@compiled
def _scan(crowd: Crowd, forest: Forest, heap: Ints, node: int) -> Ints:
    """Everybody in the node has become outer: when would each of their edges get tight?"""
    now = forest.now
    for at in range(list_people(forest, node)):
        person = forest.people[at]
        mine = u_now(forest, person)
        if now[TIME] + mine < now[ZERO_TIME]:
            now[ZERO_TIME], now[ZERO_PERSON] = now[TIME] + mine, person
        for edge in range(crowd.first[person], crowd.first[person + 1]):
            other = crowd.other[edge]
            label = forest.label[forest.top[other]]
            if label == INNER or forest.top[other] == forest.top[person]:
                continue
            slack = mine + u_now(forest, other) - 2 * crowd.weight[edge]
            if label == OUTER:
                heap = add_event(heap, now, now[TIME] + slack // 2, edge)
            elif now[TIME] + slack < forest.nearest[other]:
                forest.nearest[other] = now[TIME] + slack
                heap = add_event(heap, now, now[TIME] + slack, edge)
    return heap


@compiled
def _look_back(crowd: Crowd, forest: Forest, heap: Ints, node: int) -> Ints:
    """Everybody in the node has left the tree: when would an edge from the tree reach them again?"""
    now = forest.now
    for at in range(list_people(forest, node)):
        person = forest.people[at]
        for edge in range(crowd.first[person], crowd.first[person + 1]):
            other = crowd.other[edge]
            if forest.label[forest.top[other]] == OUTER:
                slack = forest.u[person] + u_now(forest, other) - 2 * crowd.weight[edge]
                if now[TIME] + slack < forest.nearest[person]:
                    forest.nearest[person] = now[TIME] + slack
                    heap = add_event(heap, now, now[TIME] + slack, edge)
    return heap


# --- odd cycles: shrink, open, turn round


@compiled
def _above(forest: Forest, node: int) -> int:
    """The outer node two steps nearer to the root; -1 at the root."""
    mate = forest.mate[forest.base[node]]
    return -1 if mate < 0 else forest.top[forest.via_from[forest.top[mate]]]


@compiled
def _meeting(forest: Forest, one: int, two: int) -> int:
    """The first outer node that lies above both."""
    forest.now[LOOK] += 1
    while True:
        if one >= 0:
            if forest.mark[one] == forest.now[LOOK]:
                return one
            forest.mark[one] = forest.now[LOOK]
            one = _above(forest, one)
        one, two = two, one


@compiled
def _shrink(crowd: Crowd, forest: Forest, heap: Ints, one: int, two: int) -> Ints:
    """The edge one-two closes an odd cycle through the tree: make it one outer node."""
    here, there = forest.top[one], forest.top[two]
    head = _meeting(forest, here, there)
    link(forest, here, there, one, two)
    while here != head:
        base = forest.base[here]
        inner = forest.top[forest.mate[base]]
        link(forest, inner, here, forest.mate[base], base)
        here = forest.top[forest.via_from[inner]]
        link(forest, here, inner, forest.via_from[inner], forest.via_to[inner])
    while there != head:
        base = forest.base[there]
        inner = forest.top[forest.mate[base]]
        link(forest, there, inner, base, forest.mate[base])
        there = forest.top[forest.via_from[inner]]
        link(forest, inner, there, forest.via_to[inner], forest.via_from[inner])
    return _wrap(crowd, forest, heap, head)


@compiled
def _wrap(crowd: Crowd, forest: Forest, heap: Ints, head: int) -> Ints:
    forest.now[SPARE] -= 1
    node = forest.spare[forest.now[SPARE]]
    child = head
    while True:
        book(forest, child)
        forest.parent[child] = node
        child = forest.following[child]
        if child == head:
            break
    forest.head[node], forest.base[node], forest.z[node], forest.parent[node] = head, forest.base[head], 0, -1
    for at in range(list_people(forest, node)):
        forest.top[forest.people[at]] = node
    touch(forest, node, OUTER)
    while True:
        if forest.label[child] == INNER:
            heap = _scan(crowd, forest, heap, child)
        forest.label[child] = OUTSIDE
        child = forest.following[child]
        if child == head:
            return heap


@compiled
def _open(crowd: Crowd, forest: Forest, heap: Ints, node: int) -> Ints:
    """An inner blossom whose z is used up: the even way through it stays in the tree, the rest leaves."""
    entry = child_with(forest, node, forest.via_to[node])
    forward, head = runs_forward(forest, node, entry), forest.head[node]
    for at in range(list_people(forest, node)):
        forest.nearest[forest.people[at]] = NEVER
    book(forest, node)
    free_children(forest, node)
    forest.via_from[entry], forest.via_to[entry] = forest.via_from[node], forest.via_to[node]
    heap = _make_inner(forest, heap, entry)
    child = entry
    while child != head:
        middle = forest.following[child] if forward else forest.leading[child]
        child = forest.following[middle] if forward else forest.leading[middle]
        if forward:
            forest.via_from[child], forest.via_to[child] = forest.out_from[middle], forest.out_to[middle]
        else:
            forest.via_from[child], forest.via_to[child] = forest.out_to[child], forest.out_from[child]
        heap = _make_inner(forest, heap, child)
    child = entry
    while child != head:
        child = forest.following[child] if forward else forest.leading[child]
        if forest.label[child] == OUTSIDE:
            heap = _make_outer(crowd, forest, heap, child)
    child = forest.following[head]
    while child != head:
        if forest.label[child] == OUTSIDE:
            heap = _look_back(crowd, forest, heap, child)
        child = forest.following[child]
    return heap


@compiled
def _turn_round(forest: Forest, node: int, person: int) -> None:
    """Change who goes with whom inside the node so that ``person`` is the one matched outside it."""
    n = len(forest.mate)
    if node < n:
        return
    # pairs of (node, person) still to turn; a blossom's children never meet, so their order is free
    todo = [(node, person)]
    while todo:
        node, person = todo.pop()
        entry = child = child_with(forest, node, person)
        if child >= n:
            todo.append((child, person))
        forward = runs_forward(forest, node, child)
        while child != forest.head[node]:
            one = forest.following[child] if forward else forest.leading[child]
            two = forest.following[one] if forward else forest.leading[one]
            edge = one if forward else two
            left, right = forest.out_from[edge], forest.out_to[edge]
            forest.mate[left], forest.mate[right] = right, left
            if edge >= n:
                todo.append((edge, left))
            if forest.following[edge] >= n:
                todo.append((forest.following[edge], right))
            child = two
        forest.head[node], forest.base[node] = entry, person


@compiled
def _turn_over(forest: Forest, person: int, partner: int) -> None:
    """``person`` (outer) goes with ``partner``, or with nobody for -1; swap all pairs from there up to the root."""
    while True:
        node = forest.top[person]
        mate = forest.mate[forest.base[node]]
        _turn_round(forest, node, person)
        forest.mate[person] = partner
        if mate < 0:
            return
        inner = forest.top[mate]
        person, partner = forest.via_from[inner], forest.via_to[inner]
        _turn_round(forest, inner, partner)
        forest.mate[partner] = person


# --- after the tree, and after the last


@compiled
def _tidy(forest: Forest) -> None:
    """End of a tree: book everything, forget the labels, open what holds no price."""
    at, n = 0, len(forest.mate)
    while at < forest.now[TOUCHED]:
        node = forest.touched[at]
        at += 1
        if forest.base[node] < 0 or forest.parent[node] >= 0:
            continue
        book(forest, node)
        forest.label[node] = OUTSIDE
        if node < n or forest.z[node]:
            continue
        child = head = forest.head[node]
        while True:
            if child >= n:
                forest.touched[forest.now[TOUCHED]] = child
                forest.now[TOUCHED] += 1
            child = forest.following[child]
            if child == head:
                break
        free_children(forest, node)


@compiled
def _result(forest: Forest) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    n = len(forest.mate)
    priced = np.array([b for b in range(n, len(forest.base)) if forest.base[b] >= 0 and forest.z[b] > 0], np.int64)
    ends = np.zeros(len(priced), np.int64)
    count = 0
    for at in range(len(priced)):
        count += list_people(forest, priced[at])
        ends[at] = count
    members = np.zeros(count, np.int64)
    start = 0
    for at in range(len(priced)):
        list_people(forest, priced[at])
        members[start : ends[at]] = forest.people[: ends[at] - start]
        start = ends[at]
    return forest.mate, forest.u, forest.z[priced], members, ends
