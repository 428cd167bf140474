"""What each hard rule does to a pool before anything is solved: pairs it shuts out, and whom it alone leaves alone."""

from collections.abc import Mapping
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


def effects_of(pool: Pool, settings: Settings, taxonomy: Taxonomy) -> Effects:
    """Every pair is judged by every rule once, in blocks; time grows with pairs times rules."""
    open_pool = Pool(
        tuple(person for person in pool.mentees if person.places),
        tuple(person for person in pool.mentors if person.places),
    )
    scorer = Scorer(open_pool, settings, taxonomy)
    shut = np.zeros(len(scorer.rules), np.int64)
    partners = np.zeros(len(open_pool.mentees), np.int64)
    without = np.zeros((len(scorer.rules), len(open_pool.mentees)), np.int64)  # partners, were it not for one rule
    for rows in scorer.row_blocks():
        masks = _masks(scorer, rows)
        failed = np.zeros(masks[0].shape, np.int16)
        for mask in masks:
            failed += mask
        partners[rows] = (failed == 0).sum(axis=1)
        for index, mask in enumerate(masks):
            shut[index] += mask.sum()
            without[index, rows] = partners[rows] + (mask & (failed == 1)).sum(axis=1)
    ids = [person.id for person in open_pool.mentees]
    counted = zip(scorer.rules, shut.tolist(), without.tolist(), strict=True)
    return Effects(
        pairs=len(ids) * len(open_pool.mentors),
        rules=tuple(RuleEffect(rule, pairs, _alone(ids, partners.tolist(), left)) for rule, pairs, left in counted),
        partners=dict(zip(ids, partners.tolist(), strict=True)),
    )


def _masks(scorer: Scorer, rows: slice) -> list[Mask]:
    block = scorer.block(rows)
    return [RULES[rule.name].forbids(block, rule) for rule in scorer.rules]


def _alone(ids: list[str], partners: list[int], without: list[int]) -> tuple[str, ...]:
    found = zip(ids, partners, without, strict=True)
    return tuple(mentee for mentee, now, then in found if not now and then)
