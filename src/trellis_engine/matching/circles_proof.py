"""The ceiling over a plan of circles, and its checker. Imports nothing from the solver and shares no code with it.

Leaving out the smallest size only makes more plans possible, so for ANY prices v >= 0 of the mentors' places

    sum_j places_j v_j  +  sum_i max(0, max_j (score_ij + bonus - v_j))

is a ceiling for circles as well. The certificate is valid when its circles keep every rule and its ``bound`` is that
sum; it proves the plan best where the plan is worth the bound, and otherwise how far from the best it can be.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from trellis_engine.matching.checking import (
    PAIR_FIELDS,
    PRICE_FIELDS,
    Certificate,
    Fault,
    Form,
    Row,
    figure_faults,
    figures_of,
    pair_faults,
    place_faults,
    price_faults,
    price_rows,
    rows_of,
    score_faults,
)
from trellis_engine.matching.circle_plan import CIRCLE_OBJECTIVE, CirclePlan
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

FIGURES = ("bonus", "bound", "matched", "smallest", "total")
FORM = Form(CIRCLE_OBJECTIVE, FIGURES, {"pairs": PAIR_FIELDS, "prices": PRICE_FIELDS})


def circles_certificate(plan: CirclePlan) -> Certificate:
    """The plan and its ceiling as JSON-able data, sealed."""
    return FORM.of(plan, pairs=rows_of(plan.pairs), prices=price_rows(plan.prices))


def verify_circles(
    proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy, *, smallest: int
) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: allowed, and no better than its bound."""
    return (
        FORM.faults(proof, pool, settings, taxonomy)
        or tuple(_known(proof, pool, settings))
        or tuple(_content(proof, pool, settings, taxonomy, smallest))
    )


def _known(proof: Certificate, pool: Pool, settings: Settings) -> Iterator[Fault]:
    yield from pair_faults(proof["pairs"], "pairs", pool, settings)
    yield from price_faults(proof["prices"], "prices", pool.mentor_by_id)


def _content(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy, smallest: int) -> Iterator[Fault]:
    rows: list[Row] = proof["pairs"]
    yield from place_faults(rows, "pairs", pool)
    yield from _sizes(rows, settings, smallest)
    yield from figure_faults(proof, figures_of(rows) | {"smallest": smallest})
    if proof["bonus"] <= HIGHEST_SCORE * len(pool.mentees):
        yield Fault("bonus_too_small", "bonus", {})
    ceiling = _Ceiling(proof, pool, settings, taxonomy)
    yield from ceiling.faults()
    yield from figure_faults(proof, {"bound": ceiling.total})


def _sizes(rows: list[Row], settings: Settings, smallest: int) -> Iterator[Fault]:
    """A circle is large enough, or somebody is pinned to it; and nobody is in two, unless pinned."""
    pinned = {mentor for _, mentor in settings.pinned}
    for mentor, count in sorted(Counter(row["mentor"] for row in rows).items()):
        if count < smallest and mentor not in pinned:
            yield Fault("circle_too_small", "pairs", {"mentor": mentor})
    free = [row["mentee"] for row in rows if (row["mentee"], row["mentor"]) not in settings.pinned]
    held = {mentee for mentee, _ in settings.pinned}
    for mentee, count in sorted(Counter(free).items()):
        if count + (mentee in held) > 1:
            yield Fault("over_places", "pairs", {"mentee": mentee, "places": 1})


class _Ceiling:
    """The bound from the prices, block by block; pins count as taken and lower what is left to share."""

    def __init__(self, proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> None:
        self.proof, self.scorer = proof, Scorer(pool, settings, taxonomy)
        rows, columns = self.scorer.encoded.mentee_rows, self.scorer.encoded.mentor_columns
        price = {row["mentor"]: row["price"] for row in proof["prices"]}
        self.prices = np.array([price[person.id] for person in pool.mentors], np.int64)
        pins = Counter(mentor for _, mentor in settings.pinned)
        left = np.array([person.places - pins[person.id] for person in pool.mentors], np.int64)
        self.usable = left > 0
        held = {mentee for mentee, _ in settings.pinned}
        self.waiting = np.array([person.places > 0 and person.id not in held for person in pool.mentees], bool)
        places = np.minimum(left, len(pool.mentees))  # nobody can have more than there are
        self.total = sum(a * b for a, b in zip(places.tolist(), self.prices.tolist(), strict=True))
        self.pinned = {(rows[mentee], columns[mentor]) for mentee, mentor in settings.pinned}
        self.said = {
            (rows[r["mentee"]], columns[r["mentor"]]): (f"pairs/{at}", r) for at, r in enumerate(proof["pairs"])
        }
        self.total += proof["bonus"] * len(held)

    def faults(self) -> Iterator[Fault]:
        for block in self.scorer.row_blocks():
            scores = self.scorer.judge(block)[0].astype(np.int64)
            yield from score_faults(self.said, block, scores)
            self.total += sum(int(scores[r - block.start, c]) for r, c in self.pinned if block.start <= r < block.stop)
            usable = (scores > 0) & self.usable & self.waiting[block, None]
            margins = np.where(usable, scores + self.proof["bonus"] - self.prices, 0)
            self.total += int(np.maximum(margins.max(axis=1, initial=0), 0).sum())
