"""The proof that a rotation is best, and its checker. Imports nothing from the solver and shares no code with it.

Whatever week they lie in, the meetings of a rotation of W weeks are a set of pairs with at most W for a mentee and
W x places for a mentor. For ANY whole-number prices v >= 0 no such set is worth more than

    UB(v) = sum_j (W places_j) v_j  +  sum_i [best set of at most W mentors under w_ij - v_j, the first also earning
                                             ``first``],     w_ij = ``each`` + score.

So a rotation worth exactly UB(v), each of whose weeks is a legal matching, is the best there is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.checking import (
    HIGHEST_PRICE,
    PAIR_FIELDS,
    PRICE_FIELDS,
    Certificate,
    Fault,
    Form,
    Row,
    figure_faults,
    figures_of,
    named,
    pair_faults,
    price_faults,
    price_rows,
    rows_of,
    score_faults,
)
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings
from trellis_engine.matching.weekly import MOST_WEEKS, Rotation

Ints = npt.NDArray[np.int64]
MEETING_FIELDS: Mapping[str, type] = {"week": int, **PAIR_FIELDS}
FIGURES = ("weeks", "matched", "total", "each", "first")
FORM = Form("rotation", FIGURES, {"meetings": MEETING_FIELDS, "prices": PRICE_FIELDS})


def certificate_of(rotation: Rotation) -> Certificate:
    """The rotation and its prices as JSON-able data, sealed."""
    return FORM.of(rotation, meetings=rows_of(rotation.meetings, MEETING_FIELDS), prices=price_rows(rotation.prices))


def verify(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: valid and proven best."""
    return FORM.faults(proof, pool, settings, taxonomy) or tuple(_content(proof, pool, settings, taxonomy))


def _content(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
    rows: list[Row] = proof["meetings"]
    faults = [*pair_faults(rows, "meetings", pool, settings)]
    faults += price_faults(proof["prices"], "prices", pool.mentor_by_id, every=False)  # the others' places cost nothing
    if not faults:
        faults += _week_faults(proof, pool)
        faults += [*figure_faults(proof, figures_of(rows)), *_worth_faults(proof, pool, settings)]
    if not faults:
        faults += _bound_faults(proof, pool, settings, Scorer(pool, settings, taxonomy))
    return iter(faults)


def _week_faults(proof: Certificate, pool: Pool) -> Iterator[Fault]:
    """Every week is a legal matching of its own: one meeting for a mentee, their places for a mentor."""
    if not 1 <= proof["weeks"] <= MOST_WEEKS:
        yield Fault("malformed", "weeks", {})
    for at, row in enumerate(proof["meetings"]):
        if not 1 <= row["week"] <= proof["weeks"]:
            yield Fault("malformed", f"meetings/{at}", named(row))
    for (week, mentee), count in Counter((r["week"], r["mentee"]) for r in proof["meetings"]).items():
        if count > min(pool.mentee_by_id[mentee].places, 1):
            yield Fault("over_week", f"week {week}", {"mentee": mentee})
    for (week, mentor), count in Counter((r["week"], r["mentor"]) for r in proof["meetings"]).items():
        if count > pool.mentor_by_id[mentor].places:
            yield Fault("over_week", f"week {week}", {"mentor": mentor})


def _worth_faults(proof: Certificate, pool: Pool, settings: Settings) -> Iterator[Fault]:
    """Only if a meeting outweighs every sum of scores, and a first meeting every sum of meetings, is the order kept."""
    slots = sum(person.places for person in pool.mentors) * proof["weeks"]
    most = min(slots, sum(person.places > 0 for person in pool.mentees) * min(proof["weeks"], len(pool.mentors)))
    points = (HIGHEST_SCORE + settings.keep_bonus) * most
    if proof["each"] <= points:
        yield Fault("bonus_too_small", "each", {})
    if proof["first"] <= proof["each"] * most + points:
        yield Fault("bonus_too_small", "first", {})
    if not max(proof["first"], proof["each"]) <= HIGHEST_PRICE:
        yield Fault("price_out_of_range", "first", {})


def _bound_faults(proof: Certificate, pool: Pool, settings: Settings, scorer: Scorer) -> Iterator[Fault]:
    bound = _Bound(proof, pool, settings)
    said = {
        (bound.rows[r["mentee"]], bound.columns[r["mentor"]]): (f"meetings/{at}", r)
        for at, r in enumerate(proof["meetings"])
    }
    met: dict[int, list[int]] = {}
    for row, column in said:
        met.setdefault(row, []).append(column)
    for block in scorer.row_blocks():
        scores, _ = scorer.judge(block)
        yield from score_faults(said, block, scores)
        for row, line in enumerate(scores, block.start):
            bound.add(row, line.astype(np.int64), met.get(row, []))
    if bound.worth != bound.most:
        yield Fault("not_proven", "prices", {"worth": bound.worth, "bound": bound.most})


class _Bound:
    """UB(v) and what the rotation is worth, mentee by mentee; pins count for neither and lower what is left."""

    def __init__(self, proof: Certificate, pool: Pool, settings: Settings) -> None:
        self.rows = {person.id: at for at, person in enumerate(pool.mentees)}
        self.columns = {person.id: at for at, person in enumerate(pool.mentors)}
        self.each, self.first = proof["each"], proof["first"]
        self.pinned = self._by_row(settings.pinned)
        self.kept = self._by_row(settings.kept)
        self.keep_bonus = settings.keep_bonus
        self.wants = [
            proof["weeks"] * (person.places > 0) - len(self.pinned.get(row, ()))
            for row, person in enumerate(pool.mentees)
        ]
        places = np.array([proof["weeks"] * person.places for person in pool.mentors], np.int64)
        for columns in self.pinned.values():
            places[columns] -= 1
        self.open = places > 0
        of = {row["mentor"]: row["price"] for row in proof["prices"]}
        prices = [of.get(person.id, 0) for person in pool.mentors]
        self.prices = np.array(prices, np.int64)
        self.most = sum(count * price for count, price in zip(places.tolist(), prices, strict=True))
        self.worth = 0

    def _by_row(self, pairs: Iterable[tuple[str, str]]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for mentee, mentor in pairs:
            if mentee in self.rows and mentor in self.columns:
                found.setdefault(self.rows[mentee], []).append(self.columns[mentor])
        return found

    def add(self, row: int, scores: Ints, met: list[int]) -> None:
        weights = scores + self.each
        weights[self.kept.get(row, [])] += self.keep_bonus
        pinned = self.pinned.get(row, [])
        usable = (scores > 0) & self.open
        usable[pinned] = False
        first = 0 if pinned else self.first
        best = sorted((weights - self.prices)[usable].tolist(), reverse=True)[: max(self.wants[row], 0)]
        gains = [best[0] + first, *best[1:]] if best else []
        self.most += sum(max(gain, 0) for gain in gains)
        own = [int(weights[column]) for column in met if column not in pinned]
        self.worth += sum(own) + (first if own else 0)
