"""The proof of a plan and its checker. Imports nothing from the solver and shares no code with it.

For ANY whole-number prices v >= 0 no plan can be worth more than

    UB(v) = sum_j places_j v_j  +  sum_i [best set of at most wants_i mentors under w_ij - v_j,
                                          the first of them also earning the bonus]

(Lagrangian relaxation of the mentors' places). A plan worth exactly UB(v) is therefore best, and
anybody with the inputs and the scorer can check it. Bad prices can only fail to prove, never lie.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trellis_engine.matching.grid import Grid
from trellis_engine.matching.hashing import digest, hash_inputs, hash_settings
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import OBJECTIVE, Plan
from trellis_engine.matching.reasons import Params
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings

VERSION = 1
FORBIDDEN = -(1 << 60)
FACTS = ("version", "engine_version", "objective", "salt", "input_hash", "settings_hash")
FIGURES = ("bonus", "matched", "total")
SECTIONS = {"pairs": ("mentee", "mentor", "score"), "prices": ("mentor", "price")}
SHORT = 12  # hexadecimal digits of a row's fingerprint: finds the row, the section's hash guards it

# Any: a certificate is JSON from outside until `_shape` has looked at it
Certificate = dict[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a certificate (``kind``, a message key) and where ("pairs/3", "total")."""

    kind: str
    where: str
    params: Params


def certificate(plan: Plan) -> Certificate:
    """The plan and its proof as JSON-able data, each row with its own short fingerprint."""
    head: Certificate = {fact: getattr(plan, fact) for fact in FACTS[1:]}
    head = {"version": VERSION, **head, **{figure: getattr(plan, figure) for figure in FIGURES}}
    pairs = [{name: getattr(pair, name) for name in SECTIONS["pairs"]} for pair in plan.pairs]
    prices = [{"mentor": mentor, "price": price} for mentor, price in plan.prices.items()]
    return resealed(head | {"pairs": pairs, "prices": prices})


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


def verify(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: valid and proven best."""
    return (
        tuple(_shape(proof))
        or tuple(_inputs(proof, pool, settings, taxonomy))
        or tuple(_seals(proof))
        or tuple(_content(proof, pool, settings, taxonomy))
    )


# --- is it the certificate that was issued, for these inputs?


def _shape(proof: Certificate) -> Iterator[Fault]:
    types: dict[str, type] = {"seal": dict}
    types |= dict.fromkeys(FACTS, str) | dict.fromkeys(FIGURES, int) | dict.fromkeys(SECTIONS, list)
    types["version"] = int
    if type(proof) is not dict or set(proof) != set(types):
        yield Fault("malformed", "certificate", {})
        return
    yield from (Fault("malformed", n, {}) for n, kind in types.items() if type(proof[n]) is not kind)
    for section, names in SECTIONS.items():
        kinds = dict.fromkeys(names, str) | {names[-1]: int, "fingerprint": str}
        rows = proof[section] if type(proof[section]) is list else []
        for at, row in enumerate(rows):
            if type(row) is not dict or {name: type(row[name]) for name in row} != kinds:
                yield Fault("malformed", f"{section}/{at}", {})


def _inputs(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
    for name, known in (("version", VERSION), ("objective", OBJECTIVE)):
        if proof[name] != known:
            yield Fault("malformed", name, {})
    if proof["settings_hash"] != hash_settings(settings):
        yield Fault("settings_changed", "settings_hash", {})
    if proof["input_hash"] != hash_inputs(pool, taxonomy):
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
    return {name: row[name] for name in ("mentee", "mentor") if name in row}


# --- is what it says true, and the best?


def _content(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
    faults = [*_known(proof, pool), *_pinned(proof, settings)]
    if not faults:
        faults += [*_places(proof, pool), *_figures(proof, pool)]
        faults += _worth(proof, pool, settings, Scorer(pool, settings, taxonomy))
    return iter(faults)


def _known(proof: Certificate, pool: Pool) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for at, row in enumerate(proof["pairs"]):
        pair = row["mentee"], row["mentor"]
        if pair[0] not in pool.mentee_by_id or pair[1] not in pool.mentor_by_id:
            yield Fault("pair_unknown", f"pairs/{at}", _named(row))
        if pair in seen:
            yield Fault("pair_repeated", f"pairs/{at}", _named(row))
        seen.add(pair)
    missing = set(pool.mentor_by_id)
    for at, row in enumerate(proof["prices"]):
        if row["mentor"] not in missing:
            yield Fault("price_unknown", f"prices/{at}", _named(row))
        if not 0 <= row["price"] <= -FORBIDDEN:
            yield Fault("price_out_of_range", f"prices/{at}", _named(row))
        missing.discard(row["mentor"])
    yield from (Fault("price_missing", "prices", {"mentor": mentor}) for mentor in sorted(missing))


def _places(proof: Certificate, pool: Pool) -> Iterator[Fault]:
    for name, people in (("mentee", pool.mentee_by_id), ("mentor", pool.mentor_by_id)):
        for person, count in Counter(row[name] for row in proof["pairs"]).items():
            if count > people[person].places:
                yield Fault("over_places", "pairs", {name: person, "places": people[person].places})


def _pinned(proof: Certificate, settings: Settings) -> Iterator[Fault]:
    pairs = {(row["mentee"], row["mentor"]) for row in proof["pairs"]}
    for mentee, mentor in sorted(settings.pinned - pairs):
        yield Fault("pin_missing", "pairs", {"mentee": mentee, "mentor": mentor})


def _figures(proof: Certificate, pool: Pool) -> Iterator[Fault]:
    for name, figure in (
        ("total", sum(row["score"] for row in proof["pairs"])),
        ("matched", len({row["mentee"] for row in proof["pairs"]})),
    ):
        if proof[name] != figure:
            yield Fault("total_wrong", name, {"found": proof[name], "expected": figure})
    places = min(sum(person.places for person in side) for side in (pool.mentees, pool.mentors))
    if proof["bonus"] <= HIGHEST_SCORE * places:
        yield Fault("bonus_too_small", "bonus", {})


def _worth(proof: Certificate, pool: Pool, settings: Settings, scorer: Scorer) -> Iterator[Fault]:
    rows, columns = scorer.encoded.mentee_rows, scorer.encoded.mentor_columns
    pairs = {(rows[r["mentee"]], columns[r["mentor"]]): (at, r) for at, r in enumerate(proof["pairs"])}
    prices = {row["mentor"]: row["price"] for row in proof["prices"]}
    upper = UpperBound(pool, settings, proof["bonus"], prices)
    for block in scorer.row_blocks():
        scores, _ = scorer.judge(block)
        upper.add(block, scores)
        for (row, column), (at, said) in pairs.items():
            if block.start <= row < block.stop:
                yield from _score(int(scores[row - block.start, column]), f"pairs/{at}", said)
    worth = proof["bonus"] * proof["matched"] + proof["total"]
    if upper.total != worth:
        yield Fault("not_proven", "prices", {"worth": worth, "bound": upper.total})


def _score(score: int, where: str, said: Row) -> Iterator[Fault]:
    if score == 0:
        yield Fault("pair_forbidden", where, _named(said))
    elif score != said["score"]:
        yield Fault("score_wrong", where, {**_named(said), "found": said["score"], "expected": score})


class UpperBound:
    """UB(v) summed over blocks of scores; pins count as taken and lower what is left to share."""

    def __init__(self, pool: Pool, settings: Settings, bonus: int, prices: Mapping[str, int]) -> None:
        pinned = [Counter(pin[side] for pin in settings.pinned) for side in (0, 1)]
        self.mentees = [person.id for person in pool.mentees]
        self.wants = [person.places - pinned[0][person.id] for person in pool.mentees]
        self.bonus = [0 if pinned[0][person.id] else bonus for person in pool.mentees]
        self.prices = np.array([prices[person.id] for person in pool.mentors], np.int64)
        places = [person.places - pinned[1][person.id] for person in pool.mentors]
        self.open = np.array(places, np.int64) > 0
        self.total = sum(left * prices[p.id] for left, p in zip(places, pool.mentors, strict=True))
        self.total += bonus * len(pinned[0])
        self.columns = {person.id: column for column, person in enumerate(pool.mentors)}
        self.pins: dict[str, list[int]] = {}
        for mentee, mentor in settings.pinned:
            self.pins.setdefault(mentee, []).append(self.columns[mentor])

    def add(self, block: slice, scores: Grid) -> None:
        margins = np.where((scores > 0) & self.open, scores - self.prices, FORBIDDEN)
        for row, line in enumerate(margins, block.start):
            taken = self.pins.get(self.mentees[row], [])
            self.total += int(scores[row - block.start][taken].sum())
            line[taken] = FORBIDDEN
            best = _largest(line, self.wants[row])
            first = [best[0] + self.bonus[row]] if best else []
            self.total += sum(max(margin, 0) for margin in first + best[1:])


def _largest(line: Grid, count: int) -> list[int]:
    """The ``count`` largest numbers, largest first."""
    if count <= 0:
        return []
    top = np.partition(line, -count)[-count:] if count < len(line) else line
    return sorted(top.tolist(), reverse=True)
