"""The ceiling over groups of equals, and its checker. Shares nothing with the solver but the scorer.

Nobody adds more to the total than the mean of their best ``smallest`` - 1 partners (a larger group can only lower that
mean), and no more people find a group than can be cut into sizes smallest..largest, among those with enough partners.
The checker makes both sums anew from the scores, so the certificate needs no prices.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.both_ways import BothWays
from trellis_engine.matching.checking import Certificate, Fault, Form, figure_faults
from trellis_engine.matching.circle_plan import GROUP_OBJECTIVE, GroupPlan
from trellis_engine.matching.peer_plan import looks_for_peer
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

Ints = npt.NDArray[np.int64]
FIGURES = ("bonus", "bound", "largest", "matched", "smallest", "total")
FORM = Form(GROUP_OBJECTIVE, FIGURES, {"groups": {"members": list}})


def groups_certificate(plan: GroupPlan) -> Certificate:
    """The plan and its ceiling as JSON-able data, sealed."""
    return FORM.of(plan, groups=[{"members": list(group)} for group in plan.groups])


def verify_groups(
    proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy, *, smallest: int, largest: int
) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: allowed, and no better than its bound."""
    return (
        FORM.faults(proof, pool, settings, taxonomy)
        or tuple(_known(proof, pool))
        or tuple(_content(proof, pool, settings, taxonomy, smallest, largest))
    )


def _known(proof: Certificate, pool: Pool) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, row in enumerate(proof["groups"]):
        members = row["members"]
        if not pool.mentee_by_id.keys() >= set(members):
            yield Fault("pair_unknown", f"groups/{at}", {})
            continue
        taken = [each for each in members if each in seen or not looks_for_peer(pool, each)]
        if taken or len(set(members)) < len(members):
            yield Fault("over_places", f"groups/{at}", {"person": ", ".join(taken), "places": 1})
        seen.update(members)


def _content(
    proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy, smallest: int, largest: int
) -> Iterator[Fault]:
    scores = _scores(pool, settings, taxonomy)
    at = {person.id: row for row, person in enumerate(pool.mentees)}
    total = 0
    for number, row in enumerate(proof["groups"]):
        group = [at[each] for each in row["members"]]
        inside = scores[np.ix_(group, group)]
        if not smallest <= len(group) <= largest:
            yield Fault("circle_too_small", f"groups/{number}", {})
        elif (np.count_nonzero(inside, axis=1) < len(group) - 1).any():
            yield Fault("pair_forbidden", f"groups/{number}", {})
        else:
            total += int((inside.sum(axis=1) // (len(group) - 1)).sum())
    bonus = int(proof["bonus"])
    if bonus <= HIGHEST_SCORE * len(pool.mentees):
        yield Fault("bonus_too_small", "bonus", {})
    figures = {"matched": sum(len(row["members"]) for row in proof["groups"]), "total": total}
    figures |= {"smallest": smallest, "largest": largest, "bound": _bound(scores, bonus, smallest, largest)}
    yield from figure_faults(proof, figures)


def _scores(pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Ints:
    """The weaker direction of every pair of people who look, 0 where a rule forbids either."""
    people = [person.id for person in pool.mentees]
    crowd = Pool(pool.mentees, tuple(pool.mentor_by_id[each] for each in people))
    both: Ints = np.zeros((len(people), len(people)), np.int64)
    for rows, there, back in BothWays(Scorer(crowd, settings, taxonomy)).blocks():
        both[rows] = np.minimum(there, back)
    looks = np.array([looks_for_peer(pool, each) for each in people], bool)
    found: Ints = both * looks * looks[:, None]
    return found


def _bound(scores: Ints, bonus: int, smallest: int, largest: int) -> int:
    best = np.sort(scores, axis=1)[:, ::-1][:, : smallest - 1]
    enough = (best > 0).sum(axis=1) == smallest - 1
    means = np.sort(best[enough].sum(axis=1) // (smallest - 1))[::-1].tolist()
    most = max(
        (n for n in range(len(means) + 1) if any(k * smallest <= n <= k * largest for k in range(n + 1))), default=0
    )
    return int(bonus * most + sum(means[:most]))
