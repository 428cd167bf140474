"""Fingerprints of inputs and the salted order: the same facts give the same bytes in any row order."""

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass

from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.settings import Settings

FIELDS = tuple(field.name for field in fields(Participant))


def digest(value: object) -> str:
    """SHA-256 of the value's canonical JSON."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def hash_inputs(pool: Pool, taxonomy: Taxonomy) -> str:
    """Fingerprint of everything people said and the taxonomy it was read with, whatever the row order."""
    sides = [[_print_of(person) for person in sorted(side, key=_id)] for side in (pool.mentees, pool.mentors)]
    return digest([*sides, taxonomy.related, taxonomy.phrases])


def _id(person: Participant) -> str:
    return person.id


def _print_of(person: Participant) -> str:
    """Kept with the person: nothing about them can change."""
    kept: str | None = person.__dict__.get("_print")
    if kept is None:
        kept = digest([getattr(person, name) for name in FIELDS])
        object.__setattr__(person, "_print", kept)
    return kept


def hash_settings(settings: Settings) -> str:
    """Fingerprint of the settings; factors of weight 0 count as left out."""
    weights = {factor: weight for factor, weight in settings.weights.items() if weight}
    rest = [getattr(settings, f.name) for f in fields(settings) if f.name != "weights"]
    return digest([weights, *rest])


def salted_order(salt: str, side: tuple[Participant, ...]) -> tuple[Participant, ...]:
    """The side in an order nobody can foresee without the salt: ties follow it, not row order."""
    return tuple(sorted(side, key=lambda person: hashlib.sha256(f"{salt}\n{person.id}".encode()).digest()))


def _plain(value: object) -> object:
    """What JSON has no form for."""
    if is_dataclass(value):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Set):
        return sorted(value, key=repr)
    raise TypeError(f"{type(value)} has no canonical form")
