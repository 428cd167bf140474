"""The exact solver for a graph of many pairs: solve on a few of each mentee's best, then let in every pair that the
prices show to be worth more, until there is none. The answer is that of ``assign`` in worth, in a fraction of its time.
"""

import numpy as np

from trellis_engine.matching.assign import Assignment, Graph, Ints
from trellis_engine.matching.program import Program

FIRST_LOOK = 16  # pairs of each mentee to begin with
LET_IN = 8  # at most, of each mentee, after each look at all pairs


def assign_dense(graph: Graph) -> Assignment:
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
