"""What the blossom method works on: the crowd, the alternating tree with its shrunken cycles, and its book-keeping."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled

Ints = npt.NDArray[np.int64]
NEVER = 1 << 62
OUTER, INNER, OUTSIDE = 1, -1, 0
TIME, EVENTS, TOUCHED, SPARE, ZERO_TIME, ZERO_PERSON, LOOK = range(7)  # what ``now`` holds


class Crowd(NamedTuple):
    """Allowed pairs, each of them twice: person i owns edges first[i]..first[i+1]."""

    first: Ints
    owner: Ints
    other: Ints
    weight: Ints


class Forest(NamedTuple):
    """Where the search stands. Nodes are people 0..n-1 and, from n on, shrunken odd cycles ("blossoms")."""

    u: Ints  # by person, as of since[top]
    z: Ints  # by node
    mate: Ints
    top: Ints  # the outermost node that holds the person
    base: Ints  # by node: the person in it who is matched outside it; -1 for a node not in use
    parent: Ints
    head: Ints  # of a blossom: the child that holds its base
    following: Ints  # the next child round the cycle of the parent
    leading: Ints  # the child before
    out_from: Ints  # the edge to the next child: the person on this side
    out_to: Ints  # and on the other
    label: Ints  # of an outermost node: OUTER, INNER or OUTSIDE the tree
    since: Ints  # the time up to which u and z of the node are booked
    via_from: Ints  # of an inner node: the edge by which the tree reached it
    via_to: Ints
    nearest: Ints  # by person outside the tree: the earliest time at which an edge from the tree gets tight
    touched: Ints  # nodes labelled in this tree
    spare: Ints  # numbers free for blossoms
    mark: Ints
    people: Ints  # room to list the people of one node
    stack: Ints
    now: Ints


def crowd_of(people: int, left: Ints, right: Ints, weight: Ints) -> Crowd:
    """The crowd in which each pair (left, right) may be made and is worth ``weight`` > 0."""
    owner, other = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.lexsort((other, owner))
    counts = np.bincount(owner, minlength=people)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    both = np.concatenate([weight, weight])[order]
    return Crowd(first, *(np.ascontiguousarray(part, np.int64) for part in (owner[order], other[order], both)))


@compiled
def start(crowd: Crowd) -> Forest:
    n = len(crowd.first) - 1
    nodes = n + n // 2 + 2
    forest = Forest(
        np.zeros(n, np.int64), np.zeros(nodes, np.int64), np.full(n, -1), np.arange(n), np.full(nodes, -1),
        np.full(nodes, -1), np.full(nodes, -1), np.full(nodes, -1), np.full(nodes, -1), np.full(nodes, -1),
        np.full(nodes, -1), np.zeros(nodes, np.int64), np.zeros(nodes, np.int64), np.full(nodes, -1),
        np.full(nodes, -1), np.full(n, NEVER), np.zeros(4 * nodes, np.int64), np.arange(nodes - 1, n - 1, -1),
        np.zeros(nodes, np.int64), np.zeros(n, np.int64), np.zeros(nodes, np.int64), np.zeros(7, np.int64),
    )  # fmt: skip
    forest.now[SPARE] = nodes - n
    for person in range(n):
        forest.base[person] = person
        for edge in range(crowd.first[person], crowd.first[person + 1]):
            forest.u[person] = max(forest.u[person], crowd.weight[edge])
    for person in range(n):
        if forest.mate[person] < 0:
            _take_if_tight(crowd, forest, person)
    return forest


@compiled
def _take_if_tight(crowd: Crowd, forest: Forest, person: int) -> None:
    """Lower u as far as it goes; where that makes an edge to a free person tight, take it."""
    lowest, partner = 0, -1
    for edge in range(crowd.first[person], crowd.first[person + 1]):
        need = 2 * crowd.weight[edge] - forest.u[crowd.other[edge]]
        if need > lowest or (need == lowest and partner < 0):
            lowest, partner = need, -1
            if forest.mate[crowd.other[edge]] < 0:
                partner = crowd.other[edge]
    forest.u[person] = lowest
    if partner >= 0:
        forest.mate[person], forest.mate[partner] = partner, person


@compiled
def u_now(forest: Forest, person: int) -> int:
    top = forest.top[person]
    return int(forest.u[person] - forest.label[top] * (forest.now[TIME] - forest.since[top]))


@compiled
def touch(forest: Forest, node: int, label: int) -> None:
    forest.label[node], forest.since[node] = label, forest.now[TIME]
    forest.touched[forest.now[TOUCHED]] = node
    forest.now[TOUCHED] += 1


@compiled
def list_people(forest: Forest, node: int) -> int:
    """Put the people of the node into ``people``; how many."""
    count, depth, n = 0, 1, len(forest.mate)
    forest.stack[0] = node
    while depth:
        depth -= 1
        each = forest.stack[depth]
        if each < n:
            forest.people[count] = each
            count += 1
            continue
        head = child = forest.head[each]
        while True:
            forest.stack[depth] = child
            depth += 1
            child = forest.following[child]
            if child == head:
                break
    return count


@compiled
def book(forest: Forest, node: int) -> None:
    """Write down what time has done to the u and z of an outermost node."""
    change = forest.label[node] * (forest.now[TIME] - forest.since[node])
    forest.since[node] = forest.now[TIME]
    if change:
        forest.z[node] += change
        for at in range(list_people(forest, node)):
            forest.u[forest.people[at]] -= change


@compiled
def child_with(forest: Forest, node: int, person: int) -> int:
    child = person
    while forest.parent[child] != node:
        child = forest.parent[child]
    return child


@compiled
def runs_forward(forest: Forest, node: int, child: int) -> bool:
    """Whether the way from the child on to the head has an even number of edges (then the way back has an odd one)."""
    even = True
    while child != forest.head[node]:
        child = forest.following[child]
        even = not even
    return even


@compiled
def link(forest: Forest, node: int, following: int, leave: int, enter: int) -> None:
    forest.following[node], forest.leading[following] = following, node
    forest.out_from[node], forest.out_to[node] = leave, enter


@compiled
def free_children(forest: Forest, node: int) -> None:
    """The children become outermost nodes and the node's number is free again."""
    head = child = forest.head[node]
    while True:
        forest.parent[child] = -1
        for at in range(list_people(forest, child)):
            forest.top[forest.people[at]] = child
        child = forest.following[child]
        if child == head:
            break
    forest.base[node] = -1
    forest.label[node] = OUTSIDE
    forest.spare[forest.now[SPARE]] = node
    forest.now[SPARE] += 1


@compiled
def add_event(heap: Ints, now: Ints, time: int, event: int) -> Ints:
    at = now[EVENTS]
    if at == len(heap):
        larger = np.empty((2 * at, 2), np.int64)
        larger[:at] = heap
        heap = larger
    now[EVENTS] += 1
    while at and heap[(at - 1) // 2, 0] > time:
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at, 0], heap[at, 1] = time, event
    return heap


@compiled
def drop_first_event(heap: Ints, now: Ints) -> None:
    now[EVENTS] -= 1
    last = now[EVENTS]
    time, event, at = heap[last, 0], heap[last, 1], 0
    while 2 * at + 1 < last:
        child = 2 * at + 1
        if child + 1 < last and heap[child + 1, 0] < heap[child, 0]:
            child += 1
        if heap[child, 0] >= time:
            break
        heap[at] = heap[child]
        at = child
    heap[at, 0], heap[at, 1] = time, event
