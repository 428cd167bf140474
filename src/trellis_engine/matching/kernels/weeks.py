"""Colouring the meetings of a rotation with weeks, so that nobody has two in one week.

König 1916: the edges of a bipartite graph whose nodes have at most W edges each can be coloured with W colours. One
edge after another; where its ends have no free week in common, two weeks are exchanged along the path of alternating
weeks that starts at one end. It never comes to the other end: on that side it arrives by the very week that is free
there.
"""

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled

Small = npt.NDArray[np.int32]

NONE = -1


@compiled
def colour(left: Small, right: Small, nodes: int, weeks: int) -> Small:
    """A week (from 0) for every edge; the nodes of the two sides are numbered through."""
    edge_in = np.full((nodes, weeks), NONE, np.int32)
    week = np.full(len(left), NONE, np.int32)
    path = np.empty(len(left), np.int32)
    for edge in range(len(left)):
        mine = 0
        while edge_in[left[edge], mine] != NONE:
            mine += 1
        theirs = 0
        while edge_in[right[edge], theirs] != NONE:
            theirs += 1
        node, at, length = right[edge], mine, 0
        while edge_in[node, at] != NONE:
            step = edge_in[node, at]
            path[length] = step
            length += 1
            node = left[step] if node == right[step] else right[step]
            at = mine + theirs - at
        for place in range(length):
            step = path[place]
            edge_in[left[step], week[step]] = NONE
            edge_in[right[step], week[step]] = NONE
        for place in range(length):
            step = path[place]
            week[step] = mine + theirs - week[step]
            edge_in[left[step], week[step]] = step
            edge_in[right[step], week[step]] = step
        week[edge] = mine
        edge_in[left[edge], mine] = edge
        edge_in[right[edge], mine] = edge
    return week
