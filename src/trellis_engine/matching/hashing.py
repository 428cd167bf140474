"""Fingerprints of inputs and the salted order: the same facts give the same bytes in any row order."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from operator import attrgetter

from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.settings import Settings

FIELDS_OF = attrgetter(*(field.name for field in fields(Participant)))


def digest(value: object) -> str:
    """SHA-256 of the value's canonical JSON."""
    return hashlib.sha256(CANONICAL.encode(value).encode()).hexdigest()


def digests(begin: object) -> Callable[[object], str]:
    """The same for many values that begin alike: of ``[begin, value]``."""
    begun = hashlib.sha256(f"[{CANONICAL.encode(begin)},".encode())

    def of(value: object) -> str:
        whole = begun.copy()
        whole.update(f"{CANONICAL.encode(value)}]".encode())
        return whole.hexdigest()

    return of


def hash_inputs(pool: Pool, taxonomy: Taxonomy) -> str:
    """Fingerprint of everything people said and the taxonomy it was read with, whatever the row order."""
    sides = [
        [_print_of(person) for person in sorted(side, key=attrgetter("id"))] for side in (pool.mentees, pool.mentors)
    ]
    return digest([*sides, taxonomy.related, taxonomy.phrases])


def _print_of(person: Participant) -> str:
    """Kept with the person: nothing about them can change."""
    kept: str | None = person.__dict__.get("_print")
    if kept is None:
        kept = digest(FIELDS_OF(person))
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


def salted(pool: Pool, salt: str) -> Pool:
    """Both sides in that order. Kept with the pool, so that whoever solves it and whoever checks it read it once."""
    kept: tuple[str, Pool] | None = pool.__dict__.get("_salted")
    if kept is None or kept[0] != salt:
        kept = salt, Pool(salted_order(salt, pool.mentees), salted_order(salt, pool.mentors))
        object.__setattr__(pool, "_salted", kept)
    return kept[1]


def _plain(value: object) -> object:
    """What JSON has no form for."""
    if isinstance(value, frozenset):
        return sorted(value)
    if is_dataclass(value):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value)} has no canonical form")


CANONICAL = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=_plain)
