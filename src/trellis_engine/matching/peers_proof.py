"""The proof of a peer plan and its checker. Imports nothing from the solver and shares no code with it.

For ANY prices u >= 0 of people and z >= 0 of odd sets of people that together pay for every allowed pair,

    u_i + u_j + 2 sum_{sets that hold both} z  >=  2 (score_ij + bonus),

no way to pair people up is worth more than (sum u + sum z (size - 1)) / 2: a pair takes one place of each of its two
people, and a set of odd size holds at most (size - 1) / 2 pairs (Edmonds 1965, everything doubled to stay whole). A
plan worth exactly that is best. Whether the sets lie inside each other plays no part. Bad prices can only fail to
prove, never lie.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.both_ways import BothWays
from trellis_engine.matching.checking import (
    HIGHEST_PRICE,
    PAIR_FIELDS,
    Certificate,
    Fault,
    Form,
    Row,
    figure_faults,
    named,
    price_faults,
    price_rows,
    rows_of,
)
from trellis_engine.matching.grid import Grid
from trellis_engine.matching.peer_plan import PEER_OBJECTIVE, SYMMETRIC, PeerPlan, looks_for_peer
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

EXACT = 1 << 52
FORM = Form(
    PEER_OBJECTIVE,
    ("bonus", "matched", "total"),
    {
        "pairs": PAIR_FIELDS,
        "prices": {"person": str, "price": int},
        "odd_sets": {"members": list, "price": int},
        "trios": {"joins": str, **PAIR_FIELDS},
    },
    choices=("symmetric",),
    version=1,
)
Ints = npt.NDArray[np.int64]


def peers_certificate(plan: PeerPlan) -> Certificate:
    """The plan and its proof as JSON-able data, each row with its own short fingerprint."""
    trios = [plan.trio] if plan.trio else []
    return FORM.of(
        plan,
        pairs=rows_of(plan.pairs),
        prices=price_rows(plan.prices, "person"),
        odd_sets=[{"members": list(odd.members), "price": odd.price} for odd in plan.odd_sets],
        trios=[{"joins": t.joins, "mentee": t.pair[0], "mentor": t.pair[1], "score": t.score} for t in trios],
    )


def verify_peers(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: valid and proven best."""
    return (
        FORM.faults(proof, pool, settings, taxonomy)
        or tuple(_known(proof, pool, settings))
        or (*_places(proof, pool), *_figures(proof, pool), *_worth(proof, pool, settings, taxonomy))
    )


# --- is what it says true, and the best?


def _known(proof: Certificate, pool: Pool, settings: Settings) -> Iterator[Fault]:
    if proof["symmetric"] not in SYMMETRIC:
        yield Fault("malformed", "symmetric", {})
    known = pool.mentee_by_id
    if set(known) != set(pool.mentor_by_id):
        yield Fault("input_changed", "input_hash", {})
    made = {frozenset((row["mentee"], row["mentor"])) for row in proof["pairs"]}
    for section in ("pairs", "trios"):
        for at, row in enumerate(proof[section]):
            if not known.keys() >= set(named(row).values()):
                yield Fault("pair_unknown", f"{section}/{at}", named(row))
    yield from price_faults(proof["prices"], "prices", known, "person")
    for at, row in enumerate(proof["odd_sets"]):
        if not 0 <= row["price"] <= HIGHEST_PRICE:
            yield Fault("price_out_of_range", f"odd_sets/{at}", {})
        members = row["members"]
        if len(members) % 2 == 0 or len(set(members)) < len(members) or not known.keys() >= set(members):
            yield Fault("odd_set_wrong", f"odd_sets/{at}", {"people": len(members)})
    for one, two in sorted(settings.pinned):
        if frozenset((one, two)) not in made:
            yield Fault("pin_missing", "pairs", {"mentee": one, "mentor": two})


def _places(proof: Certificate, pool: Pool) -> Iterator[Fault]:
    """One place each, and none for whoever does not look."""
    rows = [*proof["pairs"], *({"joins": row["joins"]} for row in proof["trios"])]
    for person, count in Counter(person for row in rows for person in named(row).values()).items():
        if count > looks_for_peer(pool, str(person)):
            yield Fault("over_places", "pairs", {"person": person, "places": int(looks_for_peer(pool, str(person)))})


def _figures(proof: Certificate, pool: Pool) -> Iterator[Fault]:
    pairs = proof["pairs"]
    yield from figure_faults(proof, {"total": sum(row["score"] for row in pairs), "matched": 2 * len(pairs)})
    if proof["bonus"] <= HIGHEST_SCORE * (len(pool.mentees) // 2):
        yield Fault("bonus_too_small", "bonus", {})
    if len(proof["trios"]) > 1:
        yield Fault("trio_wrong", "trios", {})


def _worth(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
    check = _Check(proof, pool, settings, taxonomy)
    for rows, there, back in check.both_ways.blocks():
        yield from check.block(rows, check.both(there, back))
    yield from check.trio()
    worth, bound = 2 * (proof["bonus"] * len(proof["pairs"]) + proof["total"]), check.bound()
    if worth != bound:
        yield Fault("not_proven", "prices", {"worth": worth // 2, "bound": (bound + 1) // 2})


class _Check:
    """Every pair of people against the prices, from both directions, a block of rows at a time."""

    def __init__(self, proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> None:
        self.proof = proof
        self.people = [person.id for person in pool.mentees]
        crowd = Pool(pool.mentees, tuple(pool.mentor_by_id[person] for person in self.people))
        self.both_ways = BothWays(Scorer(crowd, settings, taxonomy))
        self.at = {person: at for at, person in enumerate(self.people)}
        pinned = {person for pin in settings.pinned for person in pin}
        self.open = np.array([looks_for_peer(pool, p) and p not in pinned for p in self.people], bool)
        self.pins = {frozenset(pin) for pin in settings.pinned}
        self.made = {frozenset((row["mentee"], row["mentor"])) for row in proof["pairs"]}
        price = {row["person"]: row["price"] for row in proof["prices"]}
        self.price = np.array([price[person] for person in self.people], np.int64)
        # sums of prices beyond what floats hold exactly are no proof: the bound is then above any worth
        prices = [row["price"] for row in proof["odd_sets"]]
        kind = np.float64 if sum(prices) < EXACT else np.int64
        self.members = np.zeros((len(prices), len(self.people)), kind)
        for line, row in zip(self.members, proof["odd_sets"], strict=True):
            line[[self.at[each] for each in row["members"]]] = 1
        self.paying = self.members * (2 * np.array(prices, kind))[:, None]

    def block(self, rows: slice, scores: Grid) -> Iterator[Fault]:
        paid = self.price[rows, None] + self.price + (self.paying[:, rows].T @ self.members).astype(np.int64)
        usable = (scores > 0) & self.open & self.open[rows, None]
        unpaid = usable & (paid < 2 * (scores + self.proof["bonus"]))
        for row, column in np.argwhere(unpaid)[:1].tolist():
            both = {"mentee": self.people[rows.start + row], "mentor": self.people[column]}
            yield Fault("pair_unpaid", "prices", both)
        for at, said in enumerate(self.proof["pairs"]):
            row, column = self.at[said["mentee"]], self.at[said["mentor"]]
            if rows.start <= row < rows.stop:
                yield from self.score(int(scores[row - rows.start, column]), at, said)

    def both(self, there: Grid, back: Grid) -> Grid:
        both = np.minimum(there, back) if self.proof["symmetric"] == "min" else (there + back) // 2
        return np.where((there == 0) | (back == 0), 0, both).astype(np.int64)

    def score(self, score: int, at: int, said: Row) -> Iterator[Fault]:
        if score == 0:
            yield Fault("pair_forbidden", f"pairs/{at}", named(said))
        elif score != said["score"]:
            yield Fault("score_wrong", f"pairs/{at}", {**named(said), "found": said["score"], "expected": score})

    def bound(self) -> int:
        """Twice the most that any way to pair people up can be worth; pins count as taken."""
        pinned = [row for row in self.proof["pairs"] if frozenset((row["mentee"], row["mentor"])) in self.pins]
        prices = int(self.price[self.open].sum())
        sets = sum(int(row["price"]) * (len(row["members"]) - 1) for row in self.proof["odd_sets"])
        return prices + sets + 2 * sum(int(row["score"]) + int(self.proof["bonus"]) for row in pinned)

    def trio(self) -> Iterator[Fault]:
        """Whoever joins a pair of the plan may be with both, and adds more to no other pair."""
        for row in self.proof["trios"]:
            at = self.at[row["joins"]]
            line = self.both(*self.both_ways.line(at))
            most = max((self.added(line, each) for each in self.proof["pairs"]), default=0)
            joined = frozenset((row["mentee"], row["mentor"])) in self.made
            if not joined or not 0 < row["score"] == self.added(line, row) == most:
                yield Fault("trio_wrong", "trios/0", named(row))

    def added(self, line: Grid, row: Row) -> int:
        one, two = int(line[self.at[row["mentee"]]]), int(line[self.at[row["mentor"]]])
        return one + two if one and two else 0
