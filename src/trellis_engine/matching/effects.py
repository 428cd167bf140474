"""What each hard rule does to a pool before anything is solved: pairs it shuts out, and whom it alone leaves alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trellis_engine.matching.grid import Mask
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.rules import RULES
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import Rule, Settings


@dataclass(frozen=True)
class RuleEffect:
    """``pairs`` that the rule forbids, whatever the other rules say; ``alone``: mentees who would have
    somebody but for this one rule, by id, in the pool's order."""

    rule: Rule
    pairs: int
    alone: tuple[str, ...]


@dataclass(frozen=True)
class Effects:
    """Over mentees who want a mentor and mentors with a place; ``partners``: mentee -> allowed mentors."""

    pairs: int
    rules: tuple[RuleEffect, ...]
    partners: Mapping[str, int]

    @property
    def nobody(self) -> tuple[str, ...]:
        """Mentees whom the rules together leave without anybody."""
        return tuple(mentee for mentee, count in self.partners.items() if not count)


def effects_of(pool: Pool, settings: Settings, taxonomy: Taxonomy, *, equals: bool = False) -> Effects:
    """Every pair is judged by every rule once, in blocks; time grows with pairs times rules.

    ``equals``: both sides hold the same people in the same order. A rule against either direction then
    forbids a pair, a pair counts once, and the pool is one block: keep it small.
    """
    open_pool = Pool(
        tuple(person for person in pool.mentees if person.places),
        tuple(person for person in pool.mentors if person.places),
    )
    scorer = Scorer(open_pool, settings, taxonomy)
    shut = np.zeros(len(scorer.rules), np.int64)
    partners = np.zeros(len(open_pool.mentees), np.int64)
    without = np.zeros((len(scorer.rules), len(open_pool.mentees)), np.int64)  # partners, were it not for one rule
    for rows, masks in _blocks(scorer, equals):
        failed = np.zeros(masks[0].shape, np.int16)
        for mask in masks:
            failed += mask
        partners[rows] = (failed == 0).sum(axis=1)
        for index, mask in enumerate(masks):
            shut[index] += mask.sum()
            without[index, rows] = partners[rows] + (mask & (failed == 1)).sum(axis=1)
    ids = [person.id for person in open_pool.mentees]
    pairs = len(ids) * len(open_pool.mentors)
    if equals:  # everybody with themself apart, each pair was met from both sides
        pairs, shut = (pairs - len(ids)) // 2, (shut - len(ids)) // 2
    counted = zip(scorer.rules, shut.tolist(), without.tolist(), strict=True)
    return Effects(
        pairs=pairs,
        rules=tuple(RuleEffect(rule, pairs, _alone(ids, partners.tolist(), left)) for rule, pairs, left in counted),
        partners=dict(zip(ids, partners.tolist(), strict=True)),
    )


def _blocks(scorer: Scorer, equals: bool) -> Iterator[tuple[slice, list[Mask]]]:
    """Some rows at a time, with what each rule forbids in them."""
    if not equals:
        yield from ((rows, _masks(scorer, rows)) for rows in scorer.row_blocks())
        return
    everybody = slice(0, len(scorer.encoded.mentees))
    themself = np.eye(everybody.stop, dtype=bool)
    yield everybody, [mask | mask.T | themself for mask in _masks(scorer, everybody)]


def _masks(scorer: Scorer, rows: slice) -> list[Mask]:
    block = scorer.block(rows)
    return [RULES[rule.name].forbids(block, rule) for rule in scorer.rules]


def _alone(ids: list[str], partners: list[int], without: list[int]) -> tuple[str, ...]:
    found = zip(ids, partners, without, strict=True)
    return tuple(mentee for mentee, now, then in found if not now and then)
