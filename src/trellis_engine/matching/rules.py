"""Hard rules: which pairs may never be made, and which rule says so first.

To add a rule: write what it forbids and list it in RULES, either as a mask over a block with what
it reads of a person, or as a list of pairs. A rule that needs a fact nobody stated (no languages,
level 0) does not forbid: an empty answer must not lock a person out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np

from trellis_engine.matching.answers import given_answers, sharing
from trellis_engine.matching.encode import Encoded
from trellis_engine.matching.grid import Grid, Mask
from trellis_engine.matching.people import Participant
from trellis_engine.matching.reads import ByClass
from trellis_engine.matching.reasons import InputRefused, Params, Refusal
from trellis_engine.matching.settings import Rule, Settings

DAY = 24 * 60


@dataclass(frozen=True)
class Block:
    """Some mentee rows against all mentors, with the weighted points before any rule."""

    encoded: Encoded
    rows: slice
    points: Grid

    def pairs(self, ids: Iterable[tuple[str, str]]) -> Mask:
        """True at the (mentee id, mentor id) pairs that stand in this block."""
        mask = np.zeros(self.points.shape, bool)
        for mentee, mentor in ids:
            row = self.encoded.mentee_rows.get(mentee, self.rows.stop) - self.rows.start
            column = self.encoded.mentor_columns.get(mentor)
            if column is not None and 0 <= row < len(mask):
                mask[row, column] = True
        return mask


Forbids: TypeAlias = Callable[[Block, Rule], Mask]
Names: TypeAlias = Callable[[Encoded], Iterable[tuple[str, str]]]
Wording: TypeAlias = Callable[[Participant, Participant, Rule], Params]


@dataclass(frozen=True)
class HardRule:
    """``forbids`` is the rule; ``reads`` says what it depends on, or ``names`` lists its pairs."""

    forbids: Forbids
    wording: Wording
    reads: ByClass | None = None
    names: Names | None = None


def _of_pairs(names: Names, wording: "Wording | None" = None) -> HardRule:
    return HardRule(lambda block, rule: block.pairs(names(block.encoded)), wording or _nothing, names=names)


def same_person(encoded: Encoded) -> Iterable[tuple[str, str]]:
    return ((mentor.id, mentor.id) for mentor in encoded.mentors)


def reporting_line(encoded: Encoded) -> Iterable[tuple[str, str]]:
    """One stands above the other at any depth of the reporting chain."""
    return _naming(encoded, lambda person: person.managers)


def no_match_list(encoded: Encoded) -> Iterable[tuple[str, str]]:
    return _naming(encoded, lambda person: person.no_match)


def _naming(encoded: Encoded, names: Callable[[Participant], Iterable[str]]) -> Iterable[tuple[str, str]]:
    """Where either of the two names the other."""
    yield from ((person.id, name) for person in encoded.mentees for name in names(person))
    yield from ((name, person.id) for person in encoded.mentors for name in names(person))


def forbidden_pair(encoded: Encoded) -> Iterable[tuple[str, str]]:
    return encoded.settings.forbidden


def common_language(block: Block, rule: Rule) -> Mask:
    spoken = block.encoded.overlap(_languages)
    none_shared: Mask = spoken.counts(block.rows) == 0
    return spoken.stated(block.rows) & none_shared


def _languages(person: Participant) -> frozenset[str]:
    return person.languages


def level_gap(block: Block, rule: Rule) -> Mask:
    """Mentor's level less the mentee's outside the rule's limits."""
    mine = block.encoded.mentee_numbers(_level)[block.rows, None]
    theirs = block.encoded.mentor_numbers(_level)
    return _outside(theirs - mine, rule) & (mine > 0) & (theirs > 0)


def _outside(number: Grid, rule: Rule) -> Mask:
    outside = np.zeros(number.shape, bool)
    if rule.minimum is not None:
        outside |= number < rule.minimum
    if rule.maximum is not None:
        outside |= number > rule.maximum
    return outside


def _level(person: Participant) -> int:
    return person.level


def time_zone(block: Block, rule: Rule) -> Mask:
    mine = block.encoded.mentee_numbers(_offset)[block.rows, None]
    return _hours_outside(mine, block.encoded.mentor_numbers(_offset), rule)


def _hours_outside(mine: Grid, theirs: Grid, rule: Rule) -> Mask:
    """Clocks are compared round the day: UTC+12 and UTC-11 are one hour apart."""
    apart = np.abs(mine - theirs) % DAY
    apart = np.minimum(apart, DAY - apart)
    in_minutes = Rule(rule.name, maximum=None if rule.maximum is None else 60 * rule.maximum)
    return _outside(apart, in_minutes)


def _offset(person: Participant) -> int:
    return person.utc_offset_minutes


def different_unit(block: Block, rule: Rule) -> Mask:
    return _same(block, _unit)


def different_location(block: Block, rule: Rule) -> Mask:
    return _same(block, _location)


def _same(block: Block, word: Callable[[Participant], str]) -> Mask:
    mine, theirs = block.encoded.mentee_codes(word)[block.rows, None], block.encoded.mentor_codes(word)
    same: Mask = (mine == theirs) & (mine >= 0)
    return same


def _unit(person: Participant) -> str:
    return person.unit


def _location(person: Participant) -> str:
    return person.location


def conflict_guard(block: Block, rule: Rule) -> Mask:
    """A manager in common among the nearest ``maximum`` of each: both would answer to the same person."""
    shared: Mask = block.encoded.overlap(_nearest_managers(rule.maximum or 1)).counts(block.rows) > 0
    return shared


@cache
def _nearest_managers(levels: int) -> Callable[[Participant], frozenset[str]]:
    return lambda person: frozenset(person.managers[:levels])


def _managers(person: Participant) -> tuple[str, ...]:
    return person.managers


def eligibility(block: Block, rule: Rule) -> Mask:
    """One of the two does not meet the programme's conditions now."""
    mine = block.encoded.mentee_numbers(_eligible)[block.rows, None]
    either: Mask = (mine * block.encoded.mentor_numbers(_eligible)) == 0
    return either


def _eligible(person: Participant) -> int:
    return int(person.eligible)


def answers_must(block: Block, rule: Rule) -> Mask:
    """Both answered the question, and share no answer."""
    answered, shared = sharing(block.encoded, block.rows, rule.question)
    return answered & ~shared


def answers_must_not(block: Block, rule: Rule) -> Mask:
    return sharing(block.encoded, block.rows, rule.question)[1]


def minimum_score(block: Block, rule: Rule) -> Mask:
    """Counts the score before its floor of 1, so a minimum of 1 forbids pairs with nothing in common."""
    return block.points < block.encoded.settings.minimum_score


def _nothing(mentee: Participant, mentor: Participant, rule: Rule) -> Params:
    return {}


def _levels(mentee: Participant, mentor: Participant, rule: Rule) -> Params:
    return {"levels": mentor.level - mentee.level, **_limits(rule)}


def _limits(rule: Rule) -> dict[str, int]:
    limits = {"minimum": rule.minimum, "maximum": rule.maximum}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _only_limits(mentee: Participant, mentor: Participant, rule: Rule) -> Params:
    return _limits(rule)


RULES = {
    "same_person": _of_pairs(same_person),
    "reporting_line": _of_pairs(reporting_line),
    "no_match_list": _of_pairs(no_match_list),
    "common_language": HardRule(common_language, _nothing, ByClass(_languages, _languages)),
    "level_gap": HardRule(level_gap, _levels, ByClass(_level, _level)),
    "time_zone": HardRule(time_zone, _only_limits, ByClass(_offset, _offset)),
    "different_unit": HardRule(different_unit, _nothing, ByClass(_unit, _unit)),
    "different_location": HardRule(different_location, _nothing, ByClass(_location, _location)),
    "conflict_guard": HardRule(conflict_guard, _only_limits, ByClass(_managers, _managers)),
    "eligibility": HardRule(eligibility, _nothing, ByClass(_eligible, _eligible)),
    "answers_must": HardRule(answers_must, _nothing, ByClass(given_answers, given_answers)),
    "answers_must_not": HardRule(answers_must_not, _nothing, ByClass(given_answers, given_answers)),
    "forbidden_pair": _of_pairs(forbidden_pair),
    "minimum_score": HardRule(minimum_score, _nothing),  # read off the points themselves
}


def rules_in_force(settings: Settings) -> tuple[Rule, ...]:
    """The rules in the order they are asked; the three nobody can switch off are always there."""
    for rule in settings.rules:
        if rule.name not in RULES:
            raise InputRefused("rule_unknown", rule=rule.name)
    always = (Rule("forbidden_pair"), Rule("minimum_score"))
    chosen = tuple(r for r in settings.rules if r not in always and r.name != "same_person")
    return (Rule("same_person"), *chosen, *always)


def first_failing(block: Block, rules: tuple[Rule, ...]) -> Grid:
    """For every pair the index of the first rule it fails, or -1 if it is allowed."""
    failing = np.full(block.points.shape, -1, np.int64)
    for index in reversed(range(len(rules))):
        failing[RULES[rules[index].name].forbids(block, rules[index])] = index
    return failing


def refusal(rule: Rule, mentee: Participant, mentor: Participant) -> Refusal:
    return Refusal(rule.name, RULES[rule.name].wording(mentee, mentor, rule))
