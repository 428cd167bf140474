"""The exact solver for a graph that is given whole: every allowed pair, or a hand-picked few.

Maximises sum of (weight of each chosen edge) + (bonus of each mentee with at least one mentor),
each mentee within ``wants``, each mentor within ``places``, no pair twice. All int64.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.program import Program

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Graph:
    """Allowed pairs row by row: mentee i owns edges first[i]..first[i+1], mentors ascending."""

    first: Ints
    mentor: npt.NDArray[np.int32]
    weight: npt.NDArray[np.signedinteger]
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
    zeros = np.zeros(len(graph.places), np.int64)
    wants, places, bonus = (np.array(each, np.int64) for each in (graph.wants, graph.places, graph.bonus))
    program = Program(wants, places, bonus, zeros, zeros)
    rows = np.repeat(np.arange(len(wants)), np.diff(graph.first))
    program.add_edges(rows, graph.mentor, graph.weight.astype(np.int64))
    program.solve()
    found = sorted(zip(*(each.tolist() for each in program.pairs()), strict=True))
    return Assignment(tuple(found), tuple(program.prices.tolist()))
