"""The exact solver for a graph that is given whole: every allowed pair, or a hand-picked few.

Maximises sum of (weight of each chosen edge) + (bonus of each mentee with at least one mentor),
each mentee within ``wants``, each mentor within ``places``, no pair twice. All int64. It solves on a few of each
mentee's best pairs, then lets in every pair that the prices show to be worth more, until there is none.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.program import Program

Ints = npt.NDArray[np.int64]

FIRST_LOOK = 16  # pairs of each mentee to begin with
LET_IN = 8  # at most, of each mentee, after each look at all pairs


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
    """The optimum over all pairs; the same graph gives the same bytes."""
    wants, places, bonus = (np.array(each, np.int64) for each in (graph.wants, graph.places, graph.bonus))
    nothing = np.zeros(len(places), np.int64)
    program = Program(wants, places, bonus, nothing, nothing)
    rows = np.repeat(np.arange(len(wants)), np.diff(graph.first))
    columns, weights = graph.mentor.astype(np.int64), graph.weight.astype(np.int64)
    # equal pairs are tried from another place on for every mentee: otherwise all would want the same few mentors
    turn = (columns - rows) % max(len(places), 1)
    outside = (wants[rows] > 0) & (places[columns] > 0)
    open_pairs = np.flatnonzero(outside)
    chosen = open_pairs[_best(rows[open_pairs], weights[open_pairs], turn[open_pairs], FIRST_LOOK)]
    while len(chosen):
        outside[chosen] = False
        program.add_edges(rows[chosen], columns[chosen], weights[chosen])
        program.solve()
        gain = weights - program.worths[rows] - program.prices[columns]
        paying = np.flatnonzero(outside & (gain > 0))
        chosen = paying[_best(rows[paying], gain[paying], turn[paying], LET_IN)]
    found = sorted(zip(*(each.tolist() for each in program.pairs()), strict=True))
    return Assignment(tuple(found), tuple(program.prices.tolist()))


def _best(rows: Ints, worth: Ints, turn: Ints, most: int) -> Ints:
    """Where each row's best stand, at most so many of each."""
    order = np.lexsort((turn, -worth, rows))
    ordered = rows[order]
    starts = (
        np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(rows) else np.zeros(0, np.int64)
    )
    place = np.arange(len(rows)) - np.repeat(starts, np.diff(np.concatenate([starts, [len(rows)]])))
    return np.sort(order[place < most])
