"""Pairs within one side by the engine's kernel, on given edges, with the proof checked."""

from typing import Any

import numpy as np

from trellis_engine.matching.blossom import match_crowd
from trellis_engine.matching.forest import crowd_of

Edges = list[tuple[int, int, int]]


def proven_pairs(people: int, edges: Edges) -> list[tuple[int, int]]:
    return proven_on(people, np.array(edges, np.int64).reshape(-1, 3))


def proven_on(people: int, edges: Any) -> list[tuple[int, int]]:
    """``edges``: rows of (person, person, weight). Raises AssertionError unless the prices prove the weight."""
    left, right, weight = np.ascontiguousarray(edges.T)
    mate, u, z, members, ends = match_crowd(crowd_of(people, left, right, weight))
    prove(left, right, weight, mate, u, z, members, ends)
    return [(person, int(other)) for person, other in enumerate(mate) if person < other]


def prove(left: Any, right: Any, weight: Any, mate: Any, u: Any, z: Any, members: Any, ends: Any) -> None:
    """Edmonds' dual, doubled so that all is whole: no pairs can weigh more than what the prices add up to."""
    assert (u >= 0).all()
    assert (z >= 0).all()
    assert (mate[mate[mate >= 0]] == np.flatnonzero(mate >= 0)).all()
    chosen = mate[left] == right
    assert int(chosen.sum()) * 2 == int((mate >= 0).sum())
    room = u[left] + u[right] - 2 * weight
    bound = int(u.sum())
    inside = np.zeros(len(mate), bool)
    for price, odd in zip(z.tolist(), np.split(members, ends[:-1]) if len(ends) else [], strict=True):
        assert len(odd) % 2 == 1
        inside[odd] = True
        room[inside[left] & inside[right]] += 2 * price
        inside[odd] = False
        bound += price * (len(odd) - 1)
    assert (room >= 0).all()
    assert bound == 2 * int(weight[chosen].sum())
