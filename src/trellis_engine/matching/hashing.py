"""Fingerprints of inputs and the salted order: the same facts give the same bytes in any row order."""

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass

from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.settings import Settings


def digest(value: object) -> str:
    """SHA-256 of the value's canonical JSON."""
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def hash_inputs(pool: Pool, taxonomy: Taxonomy) -> str:
    """Fingerprint of everything people said and the taxonomy it was read with, whatever the row order."""
    sides = [sorted(side, key=lambda person: person.id) for side in (pool.mentees, pool.mentors)]
    return digest([*sides, taxonomy.related, taxonomy.phrases])


def hash_settings(settings: Settings) -> str:
    """Fingerprint of the settings; factors of weight 0 count as left out."""
    weights = {factor: weight for factor, weight in settings.weights.items() if weight}
    rest = [getattr(settings, f.name) for f in fields(settings) if f.name != "weights"]
    return digest([weights, *rest])


def salted_order(salt: str, side: tuple[Participant, ...]) -> tuple[Participant, ...]:
    """The side in an order nobody can foresee without the salt: ties follow it, not row order."""
    return tuple(sorted(side, key=lambda person: digest([salt, person.id])))


def _canonical(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, Set):
        return sorted((_plain(each) for each in value), key=repr)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
