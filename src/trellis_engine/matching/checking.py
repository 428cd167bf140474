"""What the checkers of all objectives have in common: the form of a certificate, its seals, and whether its pairs may
be made. Imports nothing from any solver.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trellis_engine.matching.grid import Grid
from trellis_engine.matching.hashing import digest, digests, hash_inputs, hash_settings
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.reasons import Params
from trellis_engine.matching.settings import Settings

VERSION = 2
FACTS = ("version", "engine_version", "objective", "salt", "input_hash", "settings_hash")
SHORT = 12  # hexadecimal digits of a row's fingerprint: finds the row, the section's hash guards it

# Any: a certificate is JSON from outside until `Form` has looked at it
Certificate = dict[str, Any]
Row = Mapping[str, Any]
PAIR_FIELDS: Mapping[str, type] = {"mentee": str, "mentor": str, "score": int}
PRICE_FIELDS: Mapping[str, type] = {"mentor": str, "price": int}
HIGHEST_PRICE = 1 << 60


@dataclass(frozen=True)
class Fault:
    """What is wrong with a certificate (``kind``, a message key) and where ("pairs/3", "total")."""

    kind: str
    where: str
    params: Params


@dataclass(frozen=True)
class Form:
    """What a certificate of one objective holds: figures, sections of rows with their fields, and ``choices``: words
    that say which question it answers."""

    objective: str
    figures: tuple[str, ...]
    sections: Mapping[str, Mapping[str, type]]
    choices: tuple[str, ...] = ()
    version: int = VERSION

    @property
    def facts(self) -> tuple[str, ...]:
        return (*FACTS[:3], *self.choices, *FACTS[3:])

    def of(self, plan: object, **rows: list[dict[str, Any]]) -> Certificate:
        """The plan and its proof as JSON-able data, sealed."""
        names = (*self.facts[1:], *self.figures)
        return self.issued({"version": self.version} | {name: getattr(plan, name) for name in names} | rows)

    def issued(self, body: Certificate) -> Certificate:
        """The certificate, each row with its own short fingerprint, and every section sealed."""
        for section in self.sections:
            prints = self._row_prints(body, section)
            for row, found in zip(body[section], prints, strict=True):
                row["fingerprint"] = found
        return body | {"seal": self._seal(body)}

    def faults(self, proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[Fault, ...]:
        """Whether it is a certificate as it was issued, for these inputs."""
        return (
            tuple(self._shape(proof))
            or tuple(self._inputs(proof, pool, settings, taxonomy))
            or tuple(self._broken_seals(proof))
        )

    def _row_prints(self, body: Row, section: str) -> Iterator[str]:
        """Of each row of a section, together with the facts that every row rests on."""
        facts = digests([body[fact] for fact in self.facts])
        return (facts([row[name] for name in self.sections[section]])[:SHORT] for row in body[section])

    def _seal(self, body: Row) -> dict[str, str]:
        head = digest([body[name] for name in (*self.facts, *self.figures)])
        return {"head": head} | {section: digest(body[section]) for section in self.sections}

    def _shape(self, proof: Certificate) -> Iterator[Fault]:
        types: dict[str, type] = dict.fromkeys(self.facts, str) | {"version": int, "seal": dict}
        types |= dict.fromkeys(self.figures, int) | dict.fromkeys(self.sections, list)
        if type(proof) is not dict or set(proof) != set(types):
            yield Fault("malformed", "certificate", {})
            return
        yield from (Fault("malformed", n, {}) for n, kind in types.items() if type(proof[n]) is not kind)
        for section, fields in self.sections.items():
            kinds = {**fields, "fingerprint": str}
            rows = proof[section] if type(proof[section]) is list else []
            for at, row in enumerate(rows):
                if type(row) is not dict or {name: type(row[name]) for name in row} != kinds or not _whole(row):
                    yield Fault("malformed", f"{section}/{at}", {})

    def _inputs(self, proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Iterator[Fault]:
        for name, known in (("version", self.version), ("objective", self.objective)):
            if proof[name] != known:
                yield Fault("malformed", name, {})
        if proof["settings_hash"] != hash_settings(settings):
            yield Fault("settings_changed", "settings_hash", {})
        if proof["input_hash"] != hash_inputs(pool, taxonomy):
            yield Fault("input_changed", "input_hash", {})

    def _broken_seals(self, proof: Certificate) -> Iterator[Fault]:
        for section in self.sections:
            prints = self._row_prints(proof, section)
            for at, (row, found) in enumerate(zip(proof[section], prints, strict=True)):
                if row["fingerprint"] != found:
                    yield Fault("row_changed", f"{section}/{at}", named(row))
        seal = self._seal(proof)
        if set(proof["seal"]) != set(seal):
            yield Fault("section_changed", "seal", {})
        yield from (Fault("section_changed", n, {}) for n in seal if proof["seal"].get(n) != seal[n])


def _whole(row: Row) -> bool:
    """A row's tables map words to whole numbers, and its lists are of words."""
    tables = [value for value in row.values() if type(value) is dict]
    words = [word for value in row.values() if type(value) is list for word in value]
    return all(type(k) is str and type(v) is int for table in tables for k, v in table.items()) and all(
        type(word) is str for word in words
    )


def rows_of(things: Iterable[object], fields: Iterable[str] = PAIR_FIELDS) -> list[dict[str, Any]]:
    return [{name: getattr(thing, name) for name in fields} for thing in things]


def price_rows(prices: Mapping[str, int], whose: str = "mentor") -> list[dict[str, Any]]:
    return [{whose: person, "price": price} for person, price in prices.items()]


def named(row: Row) -> Params:
    return {name: row[name] for name in ("mentee", "mentor", "person", "joins") if name in row}


def price_faults(
    rows: Iterable[Row], section: str, known: Collection[str], whose: str = "mentor", *, every: bool = True
) -> Iterator[Fault]:
    """Nobody unknown, nobody twice, no price beyond any honest one; and where ``every``, nobody without one. Rows of
    people without a price are looked at likewise."""
    left = set(known)
    for at, row in enumerate(rows):
        if row[whose] not in left:
            yield Fault("price_unknown", f"{section}/{at}", named(row))
        if not 0 <= row.get("price", 0) <= HIGHEST_PRICE:
            yield Fault("price_out_of_range", f"{section}/{at}", named(row))
        left.discard(row[whose])
    if every:
        yield from (Fault("price_missing", section, {whose: person}) for person in sorted(left))


def pair_faults(rows: Iterable[Row], section: str, pool: Pool, settings: Settings) -> Iterator[Fault]:
    """Nobody unknown, no pair twice, no pin missing. Places are counted apart, because weeks have their own."""
    seen: set[tuple[str, str]] = set()
    for at, row in enumerate(rows):
        pair = row["mentee"], row["mentor"]
        if pair[0] not in pool.mentee_by_id or pair[1] not in pool.mentor_by_id:
            yield Fault("pair_unknown", f"{section}/{at}", named(row))
        if pair in seen:
            yield Fault("pair_repeated", f"{section}/{at}", named(row))
        seen.add(pair)
    for mentee, mentor in sorted(settings.pinned - seen):
        yield Fault("pin_missing", section, {"mentee": mentee, "mentor": mentor})


def place_faults(rows: Iterable[Row], section: str, pool: Pool) -> Iterator[Fault]:
    """Nobody has more than they want or offer."""
    rows = list(rows)
    for name, people in (("mentee", pool.mentee_by_id), ("mentor", pool.mentor_by_id)):
        for person, count in Counter(row[name] for row in rows).items():
            if count > people[person].places:
                yield Fault("over_places", section, {name: person, "places": people[person].places})


def figures_of(rows: Iterable[Row]) -> dict[str, int]:
    """What pairs add up to."""
    rows = list(rows)
    return {"total": sum(row["score"] for row in rows), "matched": len({row["mentee"] for row in rows})}


def figure_faults(proof: Certificate, figures: Mapping[str, int]) -> Iterator[Fault]:
    for name, figure in figures.items():
        if proof[name] != figure:
            yield Fault("total_wrong", name, {"found": proof[name], "expected": figure})


def score_faults(rows: Mapping[tuple[int, int], tuple[str, Row]], block: slice, scores: Grid) -> Iterator[Fault]:
    """Where the scorer says otherwise; ``rows``: (row, column) to (where, what is said), ``scores``: of the block."""
    for (row, column), (where, said) in rows.items():
        if not block.start <= row < block.stop:
            continue
        score = int(scores[row - block.start, column])
        if score == 0:
            yield Fault("pair_forbidden", where, named(said))
        elif score != said["score"]:
            yield Fault("score_wrong", where, {**named(said), "found": said["score"], "expected": score})
