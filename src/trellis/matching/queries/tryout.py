"""Matching settings tried on the people who are ready: what each rule does to them. Nothing is kept.

Wishes not to be matched and earlier answers are left out of every figure here, so that trying rules in turn never
shows who asked for what; a round keeps them all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import isqrt
from typing import Any

from trellis.matching.queries.pool import engine_settings, engine_taxonomy, load_pool
from trellis.people.models import Person
from trellis.programmes.choices import EQUALS
from trellis.programmes.models import Programme
from trellis_engine.matching import Participant, Pool, Settings
from trellis_engine.matching.effects import Effects, RuleEffect, effects_of
from trellis_engine.matching.hashing import salted_order

MOST_PAIRS = 1_000_000  # about a second and a half of work; beyond it some of the mentees are tried
MOST_NAMES = 12
UNTOLD = {"same_person", "no_match_list"}  # never switched off, and the second is nobody's business
FEW, SOME = 2, 9  # upper ends of "one or two" and "three to nine" mentors


@dataclass(frozen=True)
class Names:
    """People by name, cut short."""

    shown: tuple[str, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.shown)


@dataclass(frozen=True)
class TriedRule:
    """`key` is the rule's name, with the question it is about if there is one: "answers_must:meeting-mode"."""

    key: str
    pairs: int  # that it shuts out, whatever else does
    alone: Names  # mentees who would have somebody but for this rule


@dataclass(frozen=True)
class Tried:
    """What came of it. Only people with something left to give or to look for are counted."""

    mentees: int  # in the pool
    judged: int  # of them tried here
    mentors: int
    places: int
    pairs: int
    possible: int  # mentees tried who could have at least one mentor
    choice: tuple[int, int, int]  # of those: with one or two mentors, three to nine, more
    nobody: Names
    rules: tuple[TriedRule, ...]
    equals: bool = False  # one crowd of people instead of two sides; mentors and places then say nothing

    @property
    def whole(self) -> bool:
        return self.judged == self.mentees

    @property
    def by_key(self) -> Mapping[str, TriedRule]:
        return {rule.key: rule for rule in self.rules}


def try_settings(programme: Programme, stored: Mapping[str, Any], *, now: datetime) -> Tried:
    """Settings as a round would keep them, on today's pool. A fixed number of queries.

    Of a pool with more than MOST_PAIRS pairs, only so many mentees are tried, drawn by an order that nobody chose.
    Raises trellis_engine.matching.InputRefused where the settings cannot be used.
    """
    pool, equals = _ready(load_pool(programme, now)), programme.model in EQUALS
    tried = _drawn(pool, programme.slug, equals)
    effects = effects_of(tried, _public(stored), engine_taxonomy(), equals=equals)
    wanted = {code for rule in effects.rules for code in rule.alone} | set(effects.nobody)
    names = _names(wanted)
    counts = [count for count in effects.partners.values() if count]
    return Tried(
        mentees=len(pool.mentees), judged=len(tried.mentees), mentors=len(pool.mentors),
        places=sum(mentor.places for mentor in pool.mentors), pairs=effects.pairs, possible=len(counts),
        choice=(
            sum(count <= FEW for count in counts), sum(FEW < count <= SOME for count in counts),
            sum(count > SOME for count in counts),
        ),
        nobody=_cut(effects.nobody, names), rules=tuple(_rules(effects, names)),
        equals=equals,
    )  # fmt: skip


def _drawn(pool: Pool, salt: str, equals: bool) -> Pool:
    """As many mentees as there is room for, against all mentors; among equals as many people, on both sides."""
    room = isqrt(MOST_PAIRS) if equals else max(MOST_PAIRS // max(len(pool.mentors), 1), 1)
    mentees = pool.mentees if len(pool.mentees) <= room else salted_order(salt, pool.mentees)[:room]
    return Pool(mentees, tuple(pool.mentor_by_id[each.id] for each in mentees) if equals else pool.mentors)


def _ready(pool: Pool) -> Pool:
    """Whoever has a place or looks for one, without what they keep to themselves."""
    return Pool(_open(pool.mentees), _open(pool.mentors))


def _open(side: Iterable[Participant]) -> tuple[Participant, ...]:
    return tuple(replace(person, no_match=frozenset()) for person in side if person.places)


def _public(stored: Mapping[str, Any]) -> Settings:
    return engine_settings({**stored, "ruled_out": [], "pinned": []})


def _rules(effects: Effects, names: Mapping[str, str]) -> Iterable[TriedRule]:
    for effect in effects.rules:
        if effect.rule.name not in UNTOLD:
            yield TriedRule(_key(effect), effect.pairs, _cut(effect.alone, names))


def _key(effect: RuleEffect) -> str:
    return f"{effect.rule.name}:{effect.rule.question}" if effect.rule.question else effect.rule.name


def _cut(codes: Iterable[str], names: Mapping[str, str]) -> Names:
    found = sorted(names[code] for code in codes if code in names)
    return Names(tuple(found[:MOST_NAMES]), len(found))


def _names(codes: Iterable[str]) -> dict[str, str]:
    return {person.external_id: person.full_name for person in Person.objects.filter(external_id__in=list(codes))}
