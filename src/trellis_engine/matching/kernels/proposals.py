"""Deferred acceptance: mentees ask down their lists, mentors keep the best who asked (Gale & Shapley 1962).

A list may be given in pieces: who has come to the end of a piece waits for the next one, because the order in which
mentees ask does not change the outcome.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

NOBODY = -1


class Asking(NamedTuple):
    """The piece of every mentee's list: whom to ask next, and how much that mentor wants the mentee (``claim``)."""

    mentor: Small  # [mentee, place in the piece]
    claim: Small
    score: Small
    at: Ints  # how far the mentee has come
    size: Ints  # where the piece ends
    left: Ints  # mentors still wanted


class Holding(NamedTuple):
    """Whom every mentor keeps for now, as a chain of entries; an entry is used again when its mentee is let go."""

    places: Ints
    load: Ints  # how many each keeps
    head: Ints  # first entry of a mentor, NOBODY if none
    after: Ints  # next entry
    mentee: Small
    claim: Small
    score: Small
    used: Ints  # [0]: entries in use


@compiled
def _weakest(hold: Holding, mentor: int) -> int:
    """The entry this mentor would let go first; of equal claims the mentee who stands later."""
    found = int(hold.head[mentor])
    entry = int(hold.after[found])
    while entry != NOBODY:
        lower = hold.claim[entry] < hold.claim[found]
        if lower or (hold.claim[entry] == hold.claim[found] and hold.mentee[entry] > hold.mentee[found]):
            found = entry
        entry = int(hold.after[entry])
    return found


@compiled
def ask(asking: Asking, hold: Holding, active: Small) -> None:
    """Let these mentees ask until everybody has what they want, or has come to the end of their piece."""
    stack = np.empty(len(asking.left), np.int32)
    waiting = np.zeros(len(asking.left), np.bool_)
    size = len(active)
    for place in range(size):
        stack[place] = active[place]
        waiting[active[place]] = True
    while size > 0:
        size -= 1
        mentee = stack[size]
        waiting[mentee] = False
        while asking.left[mentee] > 0 and asking.at[mentee] < asking.size[mentee]:
            mentor = asking.mentor[mentee, asking.at[mentee]]
            claim = asking.claim[mentee, asking.at[mentee]]
            score = asking.score[mentee, asking.at[mentee]]
            asking.at[mentee] += 1
            if hold.load[mentor] < hold.places[mentor]:
                entry = hold.used[0]
                hold.used[0] += 1
                hold.after[entry] = hold.head[mentor]
                hold.head[mentor] = entry
                hold.load[mentor] += 1
            else:
                entry = _weakest(hold, mentor)
                other = hold.mentee[entry]
                if hold.claim[entry] > claim or (hold.claim[entry] == claim and other < mentee):
                    continue
                asking.left[other] += 1
                if not waiting[other]:
                    waiting[other] = True
                    stack[size] = other
                    size += 1
            hold.mentee[entry] = mentee
            hold.claim[entry] = claim
            hold.score[entry] = score
            asking.left[mentee] -= 1
