"""The proof of a peer plan and its checker. Imports nothing from the solver and shares no code with it.

For ANY prices u >= 0 of people and z >= 0 of odd sets of people that together pay for every allowed pair,

    u_i + u_j + 2 sum_{sets that hold both} z  >=  2 (score_ij + bonus),

no way to pair people up is worth more than (sum u + sum z (size - 1)) / 2: a pair takes one place of each of its two
people, and a set of odd size holds at most (size - 1) / 2 pairs (Edmonds 1965, everything doubled to stay whole). A
plan worth exactly that is best. Whether the sets lie inside each other plays no part. Bad prices can only fail to
prove, never lie.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.both_ways import BothWays
from trellis_engine.matching.checking import Certificate, Fault
from trellis_engine.matching.grid import Grid
from trellis_engine.matching.hashing import digest, hash_inputs, hash_settings
from trellis_engine.matching.peer_plan import PEER_OBJECTIVE, SYMMETRIC, PeerPlan, looks_for_peer
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.reasons import Params
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

VERSION = 1
MOST = 1 << 60
EXACT = 1 << 52
FACTS = ("version", "engine_version", "objective", "symmetric", "salt", "input_hash", "settings_hash")
FIGURES = ("bonus", "matched", "total")
SECTIONS: dict[str, dict[str, type]] = {
    "pairs": {"mentee": str, "mentor": str, "score": int},
    "prices": {"person": str, "price": int},
    "odd_sets": {"members": list, "price": int},
    "trios": {"joins": str, "mentee": str, "mentor": str, "score": int},
}
SHORT = 12  # as in certify
Row = Mapping[str, Any]
Ints = npt.NDArray[np.int64]


def peers_certificate(plan: PeerPlan) -> Certificate:
    """The plan and its proof as JSON-able data, each row with its own short fingerprint."""
    body: Certificate = {"version": VERSION} | {name: getattr(plan, name) for name in (*FACTS[1:], *FIGURES)}
    body["pairs"] = [{"mentee": p.mentee, "mentor": p.mentor, "score": p.score} for p in plan.pairs]
    body["prices"] = [{"person": person, "price": price} for person, price in plan.prices.items()]
    body["odd_sets"] = [{"members": list(odd.members), "price": odd.price} for odd in plan.odd_sets]
    trios = [plan.trio] if plan.trio else []
    body["trios"] = [{"joins": t.joins, "mentee": t.pair[0], "mentor": t.pair[1], "score": t.score} for t in trios]
    return resealed(body)


def resealed(body: Certificate) -> Certificate:
    """Fresh fingerprints for whatever it says: they find a slip, the proof itself finds a forgery."""
    for section in SECTIONS:
        for row in body[section]:
            row["fingerprint"] = _row_print(body, section, row)
    return body | {"seal": _seal(body)}


def _row_print(body: Row, section: str, row: Row) -> str:
    return digest([[body[fact] for fact in FACTS], [row[name] for name in SECTIONS[section]]])[:SHORT]


def _seal(body: Row) -> dict[str, str]:
    head = digest([body[name] for name in (*FACTS, *FIGURES)])
    return {"head": head} | {section: digest(body[section]) for section in SECTIONS}


def verify_peers(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: valid and proven best."""
    return (
        tuple(_shape(proof))
        or tuple(_inputs(proof, pool, settings, taxonomy))
        or tuple(_seals(proof))
        or tuple(_known(proof, pool, settings))
        or (*_places(proof, pool), *_figures(proof, pool), *_worth(proof, pool, settings, taxonomy))
    )


# --- is it the certificate that was issued, for these inputs?


def _shape(proof: Certificate) -> Iterator[Fault]:
    types: dict[str, type] = dict.fromkeys(FACTS, str) | dict.fromkeys(FIGURES, int) | dict.fromkeys(SECTIONS, list)
    types |= {"version": int, "seal": dict}
    if type(proof) is not dict or set(proof) != set(types):
        yield Fault("malformed", "certificate", {})
        return
    yield from (Fault("malformed", n, {}) for n, kind in types.items() if type(proof[n]) is not kind)
    for section, names in SECTIONS.items():
        kinds = names | {"fingerprint": str}
        rows = proof[section] if type(proof[section]) is list else []
        for at, row in enumerate(rows):
            if type(row) is not dict or {name: type(row[name]) for name in row} != kinds or not _all_words(row):
                yield Fault("malformed", f"{section}/{at}", {})


def _all_words(row: Row) -> bool:
    return all(type(member) is str for member in row.get("members", ()))


def _inputs(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
    for name, known in (("version", (VERSION,)), ("objective", (PEER_OBJECTIVE,)), ("symmetric", SYMMETRIC)):
        if proof[name] not in known:
            yield Fault("malformed", name, {})
    if proof["settings_hash"] != hash_settings(settings):
        yield Fault("settings_changed", "settings_hash", {})
    if proof["input_hash"] != hash_inputs(pool, taxonomy) or set(pool.mentee_by_id) != set(pool.mentor_by_id):
        yield Fault("input_changed", "input_hash", {})


def _seals(proof: Certificate) -> Iterator[Fault]:
    for section in SECTIONS:
        for at, row in enumerate(proof[section]):
            if row["fingerprint"] != _row_print(proof, section, row):
                yield Fault("row_changed", f"{section}/{at}", _named(row))
    for name, seal in _seal(proof).items():
        if proof["seal"].get(name) != seal:
            yield Fault("section_changed", name, {})


def _named(row: Row) -> Params:
    return {name: row[name] for name in ("mentee", "mentor", "person", "joins") if name in row}


# --- is what it says true, and the best?


def _known(proof: Certificate, pool: Pool, settings: Settings) -> Iterator[Fault]:
    known = pool.mentee_by_id
    made = {frozenset((row["mentee"], row["mentor"])) for row in proof["pairs"]}
    for section in ("pairs", "trios"):
        for at, row in enumerate(proof[section]):
            if not known.keys() >= set(_named(row).values()):
                yield Fault("pair_unknown", f"{section}/{at}", _named(row))
    missing = set(known)
    for at, row in enumerate(proof["prices"]):
        if row["person"] not in missing:
            yield Fault("price_unknown", f"prices/{at}", _named(row))
        missing.discard(row["person"])
    yield from (Fault("price_missing", "prices", {"person": person}) for person in sorted(missing))
    for section in ("prices", "odd_sets"):
        for at, row in enumerate(proof[section]):
            if not 0 <= row["price"] <= MOST:
                yield Fault("price_out_of_range", f"{section}/{at}", _named(row))
    for at, row in enumerate(proof["odd_sets"]):
        members = row["members"]
        if len(members) % 2 == 0 or len(set(members)) < len(members) or not known.keys() >= set(members):
            yield Fault("odd_set_wrong", f"odd_sets/{at}", {"people": len(members)})
    for one, two in sorted(settings.pinned):
        if frozenset((one, two)) not in made:
            yield Fault("pin_missing", "pairs", {"mentee": one, "mentor": two})


def _places(proof: Certificate, pool: Pool) -> Iterator[Fault]:
    """One place each, and none for whoever does not look."""
    rows = [*proof["pairs"], *({"joins": row["joins"]} for row in proof["trios"])]
    for person, count in Counter(person for row in rows for person in _named(row).values()).items():
        if count > looks_for_peer(pool, str(person)):
            yield Fault("over_places", "pairs", {"person": person, "places": int(looks_for_peer(pool, str(person)))})


def _figures(proof: Certificate, pool: Pool) -> Iterator[Fault]:
    pairs = proof["pairs"]
    for name, figure in (("total", sum(row["score"] for row in pairs)), ("matched", 2 * len(pairs))):
        if proof[name] != figure:
            yield Fault("total_wrong", name, {"found": proof[name], "expected": figure})
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
            yield Fault("pair_forbidden", f"pairs/{at}", _named(said))
        elif score != said["score"]:
            yield Fault("score_wrong", f"pairs/{at}", {**_named(said), "found": said["score"], "expected": score})

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
                yield Fault("trio_wrong", "trios/0", _named(row))

    def added(self, line: Grid, row: Row) -> int:
        one, two = int(line[self.at[row["mentee"]]]), int(line[self.at[row["mentor"]]])
        return one + two if one and two else 0
