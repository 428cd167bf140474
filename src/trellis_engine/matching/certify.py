"""The proof of a plan and its checker. Imports nothing from the solver and shares no code with it but the scorer.

For ANY whole-number prices v >= 0 no plan can be worth more than

    UB(v) = sum_j [sum over the places s of mentor j of (v_j - what place s costs, if positive)]
          + sum_i [best set of at most wants_i mentors under w_ij - v_j, the first also earning the bonus]

(Lagrangian relaxation of the mentors' places). A plan worth exactly UB(v) is therefore best, and anybody with the
inputs and the scorer can check it. Bad prices can only fail to prove, never lie.

A floor is kept where nobody wants more than one mentor: a second one could not be as good, and would have to be
forgone for its sake. With a floor T every mentee accepts only scores of at least min(T, their highest), and UB(v)
counts only those pairs.
Two sets of mentors prove the rest: whoever has an acceptable mentor outside a set must be counted themselves, so
places of the set + those mentees is more than any plan can match (König). ``most`` shows so that nobody else could be
matched at all, ``beyond`` that at a floor of T + 1 fewer would be.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.bound import Bound
from trellis_engine.matching.checking import (
    FACTS,
    PAIR_FIELDS,
    VERSION,
    Certificate,
    Fault,
    Form,
    figure_faults,
    named,
    pair_faults,
    place_faults,
)
from trellis_engine.matching.hashing import salted
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Plan
from trellis_engine.matching.score import Scorer, score_of
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HIGHEST_PRICE = 1 << 60
HIGHEST_BONUS = 1 << 44  # with fewer than 2**17 mentees every sum stays below 2**62
WITH_FLOOR = "matched_floor_total"
FIGURES = ("bonus", "matched", "total", "floor", "extra")
SECTIONS = {
    "pairs": PAIR_FIELDS,
    "prices": {"mentor": str, "price": int},
    "most": {"mentor": str},
    "beyond": {"mentor": str},
}
FORMS = {name: Form(name, FIGURES, SECTIONS) for name in (WITH_FLOOR, "matched_total", "total")}


def certificate(plan: Plan) -> Certificate:
    """The plan and its proof as JSON-able data, each row with its own short fingerprint."""
    body: Certificate = {"version": VERSION} | {fact: getattr(plan, fact) for fact in FACTS[1:]}
    body |= {figure: getattr(plan, figure) for figure in FIGURES}
    body["pairs"] = [{name: getattr(pair, name) for name in PAIR_FIELDS} for pair in plan.pairs]
    body["prices"] = [{"mentor": mentor, "price": price} for mentor, price in plan.prices.items()]
    body |= {cover: [{"mentor": mentor} for mentor in getattr(plan, cover)] for cover in ("most", "beyond")}
    return resealed(body)


def resealed(body: Certificate) -> Certificate:
    """Fresh fingerprints for whatever it says: they find a slip, the proof itself finds a forgery."""
    return FORMS[WITH_FLOOR].issued(body)


def verify(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: valid and proven best."""
    form = FORMS.get(settings.objective, FORMS[WITH_FLOOR])
    return form.faults(proof, pool, settings, taxonomy) or tuple(_content(proof, pool, settings, taxonomy))


def _content(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
    faults = [*pair_faults(proof["pairs"], "pairs", pool, settings)]
    for section in ("prices", "most", "beyond"):
        faults += _mentors_known(proof, section, pool)
    for name, most in (("bonus", HIGHEST_BONUS), ("floor", HIGHEST_SCORE)):
        if not 0 <= proof[name] <= most:
            faults.append(Fault("price_out_of_range", name, {}))
    if not faults:
        faults += [*place_faults(proof["pairs"], "pairs", pool), *_figures(proof, pool, settings)]
        faults += _Proof(proof, pool, settings, taxonomy).faults()
    return iter(faults)


def _mentors_known(proof: Certificate, section: str, pool: Pool) -> Iterator[Fault]:
    """Each mentor once at most; all of them where there is a price."""
    missing = set(pool.mentor_by_id)
    for at, row in enumerate(proof[section]):
        if row["mentor"] not in missing:
            yield Fault("price_unknown", f"{section}/{at}", named(row))
        if not 0 <= row.get("price", 0) <= HIGHEST_PRICE:
            yield Fault("price_out_of_range", f"{section}/{at}", named(row))
        missing.discard(row["mentor"])
    if section == "prices":
        yield from (Fault("price_missing", section, {"mentor": mentor}) for mentor in sorted(missing))


def _figures(proof: Certificate, pool: Pool, settings: Settings) -> Iterator[Fault]:
    pairs = [(row["mentee"], row["mentor"]) for row in proof["pairs"]]
    load = Counter(mentor for _, mentor in pairs)
    kept = settings.keep_bonus * sum(pair in settings.kept for pair in pairs)
    spread = sum(
        settings.spread * (pool.mentor_by_id[mentor].busy + at) for mentor, taken in load.items() for at in range(taken)
    )
    yield from figure_faults(
        proof,
        {
            "total": sum(row["score"] for row in proof["pairs"]),
            "matched": len({mentee for mentee, _ in pairs}),
            "extra": kept - spread,
        },
    )
    if settings.objective == "total":
        if proof["bonus"] != 0:
            yield Fault("bonus_too_small", "bonus", {})
    elif proof["bonus"] <= _most_that_pairs_can_add(pool, settings):
        yield Fault("bonus_too_small", "bonus", {})


def _most_that_pairs_can_add(pool: Pool, settings: Settings) -> int:
    """More than a plan can gain or lose without matching anybody else."""
    m, n = len(pool.mentees), len(pool.mentors)
    places = [
        [min(person.places, others) for person in side] for side, others in ((pool.mentees, n), (pool.mentors, m))
    ]
    heaviest = max((person.busy + min(person.places, m) for person in pool.mentors), default=0)
    each = HIGHEST_SCORE + settings.keep_bonus + settings.spread * heaviest
    return each * min(map(sum, places))


class _Proof:
    """The numbers of a certificate held against all pairs."""

    def __init__(self, proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> None:
        pool = salted(pool, proof["salt"])  # any order would do; this one may have been read already
        self.proof, self.pool, self.settings, self.taxonomy = proof, pool, settings, taxonomy
        scorer = Scorer(pool, settings, taxonomy)
        self.rows, self.columns = scorer.encoded.mentee_rows, scorer.encoded.mentor_columns
        pins = [(self.rows[mentee], self.columns[mentor]) for mentee, mentor in settings.pinned]
        self.bound = Bound(scorer, pins)
        self.wants = np.array([person.places for person in pool.mentees], np.int64)
        self.places = np.array([person.places for person in pool.mentors], np.int64)
        for row, column in pins:
            self.wants[row] -= 1
            self.places[column] -= 1
        self.pinned_rows = np.array(sorted({row for row, _ in pins}), np.int64)
        self.closed: Flags = self.places < 1
        self.wants = np.minimum(self.wants, len(pool.mentors))
        self.places = np.minimum(self.places, len(pool.mentees))

    def faults(self) -> Iterator[Fault]:
        least = np.zeros(len(self.wants), np.int32)
        if self.settings.objective == WITH_FLOOR and self.wants.max(initial=0) < 2:
            most, beyond = (self._set(name) for name in ("most", "beyond"))
            highest, outside_most, outside_beyond = self.bound.highest(np.array([self.closed, most, beyond]))
            floor = self.proof["floor"]
            least = np.minimum(highest, floor)
            yield from self._covered("most", outside_most > 0, most, self._matched())
            if floor < HIGHEST_SCORE:
                next_least = np.minimum(highest, floor + 1)
                better = (outside_beyond > 0) & (outside_beyond >= next_least)
                yield from self._covered("beyond", better, beyond, self._matched() - 1)
        elif self.proof["floor"] or self.proof["most"] or self.proof["beyond"]:
            yield Fault("malformed", "floor", {})
        yield from self._worth(least)

    def _set(self, name: str) -> Flags:
        """The mentors of a cover; those without a place cover nothing, but cost nothing either."""
        chosen = self.closed.copy()
        chosen[[self.columns[row["mentor"]] for row in self.proof[name]]] = True
        return chosen

    def _matched(self) -> int:
        """Mentees whom the plan matches and no pin has matched before."""
        return int(self.proof["matched"]) - len(self.pinned_rows)

    def _covered(self, name: str, outside: Flags, chosen: Flags, most: int) -> Iterator[Fault]:
        waiting = self.wants > 0
        waiting[self.pinned_rows] = False
        bound = int(np.maximum(self.places, 0)[chosen].sum()) + int((outside & waiting).sum())
        if bound > most:
            yield Fault("not_covered", name, {"bound": bound, "most": most})

    def _worth(self, least: npt.NDArray[np.int32]) -> Iterator[Fault]:
        rows = self.proof["pairs"]
        pairs = [(self.rows[row["mentee"]], self.columns[row["mentor"]]) for row in rows]
        price = {row["mentor"]: row["price"] for row in self.proof["prices"]}
        prices = np.array([price[person.id] for person in self.pool.mentors], np.int64)
        bonus = np.full(len(self.wants), self.proof["bonus"], np.int64)
        bonus[self.pinned_rows] = 0
        bound, scores = self.bound.worth(prices, least, np.maximum(self.wants, 0), bonus, self.closed, pairs)
        for at, (row, pair, score) in enumerate(zip(rows, pairs, scores, strict=True)):
            yield from self._score(f"pairs/{at}", row, score, int(least[pair[0]]))
        bound += self._of_places(prices) + self._of_pins()
        worth = self.proof["bonus"] * self.proof["matched"] + self.proof["total"] + self.proof["extra"]
        if bound != worth:
            yield Fault("not_proven", "prices", {"worth": worth, "bound": bound})

    def _score(self, where: str, row: Certificate, score: int, least: int) -> Iterator[Fault]:
        if (row["mentee"], row["mentor"]) in self.settings.pinned:
            score, least = self._pin_score(row["mentee"], row["mentor"]), 0
        if score == 0:
            yield Fault("pair_forbidden", where, named(row))
        elif score != row["score"]:
            yield Fault("score_wrong", where, {**named(row), "found": row["score"], "expected": score})
        elif score < least:
            yield Fault("below_floor", where, named(row))

    def _pin_score(self, mentee: str, mentor: str) -> int:
        return score_of(*self.pool.pair(mentee, mentor), self.settings, self.taxonomy)

    def _of_places(self, prices: Ints) -> int:
        """What the places are worth at their price, each costing more than the one before where load is spread."""
        spread, total = self.settings.spread, 0
        pinned = Counter(mentor for _, mentor in self.settings.pinned)
        for price, places, person in zip(prices.tolist(), self.places.tolist(), self.pool.mentors, strict=True):
            if not spread:
                total += price * max(places, 0)
                continue
            base = person.busy + pinned[person.id]
            total += sum(max(price - spread * (base + at), 0) for at in range(places))
        return total

    def _of_pins(self) -> int:
        settings = self.settings
        total = int(self.proof["bonus"]) * len(self.pinned_rows)
        total += settings.keep_bonus * len(settings.pinned & settings.kept)
        total += sum(self._pin_score(*pin) for pin in settings.pinned)
        pinned = Counter(mentor for _, mentor in settings.pinned)
        return total - sum(
            settings.spread * (self.pool.mentor_by_id[mentor].busy + at)
            for mentor, taken in pinned.items()
            for at in range(taken)
        )
