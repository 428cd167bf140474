"""Certificates changed in one place at a time, for the tests of every checker."""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

from trellis_engine.matching import FAULT_KEYS
from trellis_engine.matching.checking import Fault, Form


def changed(said: Any, chance: random.Random) -> Any:
    if isinstance(said, int):
        return said + chance.choice([-1000, -7, -1, 1, 7])
    if isinstance(said, dict):
        name = chance.choice(sorted(said) or ["o0"])
        return said | {name: changed(said.get(name, 0), chance)}
    return [*said[:-1], "x"] if isinstance(said, list) else f"{said}x"


def sections(proof: Any) -> list[str]:
    return [name for name, said in proof.items() if isinstance(said, list)]


def changes(proof: Any, chance: random.Random) -> Iterator[tuple[str, Any]]:
    """Every fact, figure and field changed, and every row left out, under the seals of the original; each with the
    place that must be named, where that is a row or a section."""
    for name, said in proof.items():
        if isinstance(said, int | str):
            yield "", proof | {name: changed(said, chance)}
    for section in sections(proof):
        for at, row in enumerate(proof[section]):
            for field, said in row.items():
                forged = copy.deepcopy(proof)
                forged[section][at][field] = changed(said, chance)
                yield f"{section}/{at}", forged
            yield section, proof | {section: [each for each in proof[section] if each is not row]}
    for name in proof["seal"]:
        yield "", proof | {"seal": proof["seal"] | {name: "0"}}


def refused_by_name(
    issued: Callable[[int], tuple[Any, ...]], verdict: Callable[..., tuple[Fault, ...]], wanted: int
) -> int:
    """How many changed certificates were tried; ``issued``: one for each seed, with what ``verdict`` asks for."""
    chance = random.Random(1)
    tried = seed = 0
    while tried < wanted:
        proof, *inputs = issued(seed)
        for where, forged in changes(proof, chance):
            faults = verdict(forged, *inputs)
            assert {fault.kind for fault in faults} <= set(FAULT_KEYS)
            assert where in {fault.where for fault in faults} if where else faults, (seed, where)
            tried += 1
        seed += 1
    return tried


def made_right(form: Form, body: Any, section: str = "pairs") -> Any:
    """Sums and seals as a forger would set them."""
    body = {name: copy.deepcopy(said) for name, said in body.items() if name != "seal"}
    body["total"] = sum(row["score"] for row in body[section])
    body["matched"] = len({row["mentee"] for row in body[section]})
    return form.issued(body)
