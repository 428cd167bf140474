"""The proof of a plan and its checker. Imports nothing from the solver and shares no code with it but the scorer.

For ANY whole-number prices v >= 0 no plan can be worth more than

    UB(v) = sum_j [sum over the places s of mentor j of (v_j - what place s costs, if positive)]
          + sum_i [best set of at most wants_i mentors under w_ij - v_j, the first also earning the bonus]

(Lagrangian relaxation of the mentors' places). A plan worth exactly UB(v) is therefore best, and anybody with the
inputs and the scorer can check it. Bad prices can only fail to prove, never lie.

With a floor T every mentee accepts only scores of at least min(T, the last of their best scores, as many as they
want), and UB(v) counts only those pairs. Where somebody wants several mentors, each pair counts more than all scores
together, so that the floor takes nobody's second mentor away.

Sets of mentors prove the rest. Whoever has acceptable mentors outside a set must be counted for as many of them as
they want, so these and the places of the set are more than any plan can make (König); counted once each, they are more
than any plan can match. ``most`` shows so that nobody else could be matched at all, ``further`` that no other pair
could be made, ``beyond`` that at a floor of T + 1 there would be fewer of the one or of the other.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.bound import Bound
from trellis_engine.matching.checking import (
    PAIR_FIELDS,
    PRICE_FIELDS,
    Certificate,
    Fault,
    Form,
    figure_faults,
    figures_of,
    named,
    pair_faults,
    place_faults,
    price_faults,
    price_rows,
    rows_of,
)
from trellis_engine.matching.hashing import salted
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import PAIRS_IN_A_FIRST, Plan
from trellis_engine.matching.score import Scorer, score_of
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HIGHEST_BONUS = 1 << 44  # with fewer than 2**17 mentees every sum stays below 2**62
WITH_FLOOR = "matched_floor_total"
FIGURES = ("bonus", "matched", "total", "floor", "extra")
SECTIONS = {
    "pairs": PAIR_FIELDS,
    "prices": PRICE_FIELDS,
    "most": {"mentor": str},
    "beyond": {"mentor": str},
}
COVERS = ("most", "further", "beyond")
FORMS = {name: Form(name, FIGURES, SECTIONS) for name in (WITH_FLOOR, "matched_total", "total")}
COUNTING = Form(WITH_FLOOR, FIGURES, {**SECTIONS, "further": SECTIONS["most"]})  # where somebody wants several mentors


def certificate(plan: Plan) -> Certificate:
    """The plan and its proof as JSON-able data, each row with its own short fingerprint."""
    form = COUNTING if plan.pair_bonus else FORMS[WITH_FLOOR]
    covers = {name: [{"mentor": mentor} for mentor in getattr(plan, name)] for name in COVERS if name in form.sections}
    return form.of(plan, pairs=rows_of(plan.pairs), prices=price_rows(plan.prices), **covers)


def resealed(body: Certificate) -> Certificate:
    """Fresh fingerprints for whatever it says: they find a slip, the proof itself finds a forgery."""
    return (COUNTING if "further" in body else FORMS[WITH_FLOOR]).issued(body)


def verify(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: valid and proven best."""
    counting = type(proof) is dict and "further" in proof
    form = COUNTING if counting else FORMS.get(settings.objective, FORMS[WITH_FLOOR])
    return form.faults(proof, pool, settings, taxonomy) or tuple(_content(proof, pool, settings, taxonomy))


def _counts_pairs(pool: Pool, settings: Settings) -> bool:
    return settings.objective == WITH_FLOOR and max((person.places for person in pool.mentees), default=0) > 1


def _content(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
    if ("further" in proof) != _counts_pairs(pool, settings):  # it is for the people to say what counts
        return iter([Fault("malformed", "certificate", {})])
    faults = [*pair_faults(proof["pairs"], "pairs", pool, settings)]
    faults += price_faults(proof["prices"], "prices", pool.mentor_by_id)
    for section in COVERS:
        faults += price_faults(proof.get(section, ()), section, pool.mentor_by_id, every=False)
    for name, most in (("bonus", _highest_bonus(pool)), ("floor", HIGHEST_SCORE)):
        if not 0 <= proof[name] <= most:
            faults.append(Fault("price_out_of_range", name, {}))
    if not faults:
        faults += [*place_faults(proof["pairs"], "pairs", pool), *_figures(proof, pool, settings)]
        faults += _Proof(proof, pool, settings, taxonomy).faults()
    return iter(faults)


def _highest_bonus(pool: Pool) -> int:
    """So that no sum over the pairs that people want leaves 62 bits."""
    wanted = sum(min(person.places, len(pool.mentors)) for person in pool.mentees)
    return min(HIGHEST_BONUS, (1 << 61) // max(wanted, 1))


def _figures(proof: Certificate, pool: Pool, settings: Settings) -> Iterator[Fault]:
    pairs = [(row["mentee"], row["mentor"]) for row in proof["pairs"]]
    load = Counter(mentor for _, mentor in pairs)
    kept = settings.keep_bonus * sum(pair in settings.kept for pair in pairs)
    spread = sum(
        settings.spread * (pool.mentor_by_id[mentor].busy + at) for mentor, taken in load.items() for at in range(taken)
    )
    yield from figure_faults(proof, figures_of(proof["pairs"]) | {"extra": kept - spread})
    if settings.objective == "total":
        if proof["bonus"] != 0:
            yield Fault("bonus_too_small", "bonus", {})
    elif (_pair_bonus(proof, pool, settings) or proof["bonus"]) <= _most_that_pairs_can_add(pool, settings):
        yield Fault("bonus_too_small", "bonus", {})


def _pair_bonus(proof: Certificate, pool: Pool, settings: Settings) -> int:
    """What each pair counts beyond its score."""
    return int(proof["bonus"]) // PAIRS_IN_A_FIRST if _counts_pairs(pool, settings) else 0


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
        self.wants = np.clip(self.wants, 0, len(pool.mentors))
        self.places = np.clip(self.places, 0, len(pool.mentees))
        self.pair_bonus = _pair_bonus(proof, pool, settings)

    def faults(self) -> Iterator[Fault]:
        if self.settings.objective == WITH_FLOOR:
            covers = [name for name in COVERS if name in self.proof]
            sets = [self.closed, *map(self._set, covers)]
            best = self.bound.best(np.array(sets), self.wants)
            highest, floor = best.last(0), int(self.proof["floor"])
            for at, name in enumerate(covers, 1):
                above = floor + 1 if name == "beyond" else 0
                better = best.reaching(at, np.minimum(highest, above).astype(np.int32))
                yield from self._covered(name, sets[at], better)
            yield from self._worth(np.minimum(highest, floor).astype(np.int32))
            return
        if self.proof["floor"] or self.proof["most"] or self.proof["beyond"]:
            yield Fault("malformed", "floor", {})
        yield from self._worth(np.zeros(len(self.wants), np.int32))

    def _set(self, name: str) -> Flags:
        """The mentors of a cover; those without a place cover nothing, but cost nothing either."""
        chosen = self.closed.copy()
        chosen[[self.columns[row["mentor"]] for row in self.proof[name]]] = True
        return chosen

    def _covered(self, name: str, chosen: Flags, outside: Ints) -> Iterator[Fault]:
        """``outside``: how many mentors of each row are acceptable and not chosen, up to as many as it wants."""
        one = np.minimum(outside, 1)
        one[self.pinned_rows] = 0  # whom a pin has matched before
        matched = int(self.proof["matched"]) - len(self.pinned_rows)
        made = len(self.proof["pairs"]) - len(self.settings.pinned)
        places = int(self.places[chosen].sum())
        matches, makes = (places + int(one.sum()), matched), (places + int(outside.sum()), made)
        higher = name == "beyond"
        if higher and (self.proof["floor"] == HIGHEST_SCORE or ("further" in self.proof and makes[0] < made)):
            return  # there is no higher floor, or it would cost a pair
        bound, most = makes if name == "further" else matches
        if bound > most - higher:
            yield Fault("not_covered", name, {"bound": bound, "most": most - higher})

    def _worth(self, least: npt.NDArray[np.int32]) -> Iterator[Fault]:
        rows = self.proof["pairs"]
        pairs = [(self.rows[row["mentee"]], self.columns[row["mentor"]]) for row in rows]
        price = {row["mentor"]: row["price"] for row in self.proof["prices"]}
        prices = np.array([price[person.id] for person in self.pool.mentors], np.int64)
        bonus = np.full(len(self.wants), self.proof["bonus"], np.int64)
        bonus[self.pinned_rows] = 0
        bound, scores = self.bound.worth(prices - self.pair_bonus, least, self.wants, bonus, self.closed, pairs)
        for at, (row, pair, score) in enumerate(zip(rows, pairs, scores, strict=True)):
            yield from self._score(f"pairs/{at}", row, score, int(least[pair[0]]))
        bound += self._of_places(prices) + self._of_pins()
        worth = self.proof["bonus"] * self.proof["matched"] + self.pair_bonus * len(rows)
        worth += self.proof["total"] + self.proof["extra"]
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
                total += price * places
                continue
            base = person.busy + pinned[person.id]
            total += sum(max(price - spread * (base + at), 0) for at in range(places))
        return total

    def _of_pins(self) -> int:
        settings = self.settings
        total = int(self.proof["bonus"]) * len(self.pinned_rows) + self.pair_bonus * len(settings.pinned)
        total += settings.keep_bonus * len(settings.pinned & settings.kept)
        total += sum(self._pin_score(*pin) for pin in settings.pinned)
        pinned = Counter(mentor for _, mentor in settings.pinned)
        return total - sum(
            settings.spread * (self.pool.mentor_by_id[mentor].busy + at)
            for mentor, taken in pinned.items()
            for at in range(taken)
        )
