from dataclasses import replace
from typing import Any

import pytest

from tests.engine.matching.worlds import TAXONOMY, score_table, worlds
from trellis_engine.matching import (
    REFUSAL_KEYS,
    RULES,
    InputRefused,
    Participant,
    Pool,
    Refusal,
    Rule,
    Settings,
    why_not,
)
from trellis_engine.matching.score import Scorer

PLAIN = Settings(weights={"distance": 100})


def refused(mentee: dict[str, Any], mentor: dict[str, Any], *rules: Rule, **settings: Any) -> Refusal | None:
    pool = Pool((Participant(**{"id": "e", **mentee}),), (Participant(**{"id": "o", **mentor}),))
    rules_used = replace(PLAIN, rules=rules or PLAIN.rules, **settings)
    return why_not(pool, rules_used, TAXONOMY, pool.mentees[0].id, pool.mentors[0].id)


def words(*each: str) -> frozenset[str]:
    return frozenset(each)


def test_every_rule_has_a_message_key() -> None:
    assert (*RULES, "places_taken_by_pins") == REFUSAL_KEYS


@pytest.mark.parametrize(
    ("mentee", "mentor", "rule"),
    [
        ({}, {}, None),
        ({"id": "p"}, {"id": "p"}, "same_person"),
        ({"managers": ("o",)}, {}, "reporting_line"),
        ({"managers": ("x", "y", "o")}, {}, "reporting_line"),
        ({}, {"managers": ("x", "e")}, "reporting_line"),
        ({"managers": ("x",)}, {"managers": ("x",)}, None),
        ({"no_match": words("o")}, {}, "no_match_list"),
        ({}, {"no_match": words("e")}, "no_match_list"),
        ({"languages": words("en")}, {"languages": words("fr")}, "common_language"),
        ({"languages": words("en")}, {"languages": words("fr", "en")}, None),
        ({"languages": words("en")}, {}, None),
        ({"managers": ("o",), "no_match": words("o")}, {"languages": words("fr")}, "reporting_line"),
    ],
)
def test_usual_rules_name_the_first_that_fails(
    mentee: dict[str, Any], mentor: dict[str, Any], rule: str | None
) -> None:
    assert refused(mentee, mentor) == (Refusal(rule, {}) if rule else None)


@pytest.mark.parametrize(
    ("levels", "limits", "params"),
    [
        ((2, 2), {"minimum": 1}, {"levels": 0, "minimum": 1}),
        ((2, 3), {"minimum": 1}, None),
        ((2, 7), {"maximum": 4}, {"levels": 5, "maximum": 4}),
        ((2, 1), {"minimum": 1, "maximum": 4}, {"levels": -1, "minimum": 1, "maximum": 4}),
        ((0, 9), {"maximum": 4}, None),
        ((9, 0), {"minimum": 4}, None),
        ((2, 9), {}, None),
    ],
)
def test_level_gap(levels: tuple[int, int], limits: dict[str, int], params: dict[str, int] | None) -> None:
    found = refused({"level": levels[0]}, {"level": levels[1]}, Rule("level_gap", **limits))

    assert found == (params and Refusal("level_gap", params))


@pytest.mark.parametrize(
    ("offsets", "maximum", "fails"),
    [
        ((0, 180), 3, False),
        ((0, 181), 3, True),
        ((720, -660), 1, False),
        ((720, -660), 0, True),
        ((0, 700), None, False),
    ],
)
def test_time_zone_is_compared_round_the_day(offsets: tuple[int, int], maximum: int | None, fails: bool) -> None:
    mentee, mentor = ({"utc_offset_minutes": offset} for offset in offsets)

    found = refused(mentee, mentor, Rule("time_zone", maximum=maximum))

    assert found == (Refusal("time_zone", {"maximum": maximum}) if fails else None)


def test_forbidden_pair_needs_no_rule() -> None:
    forbidden = frozenset({("e", "o"), ("nobody", "o"), ("e", "nobody")})

    assert refused({}, {}, forbidden=forbidden) == Refusal("forbidden_pair", {})


def test_minimum_score_counts_before_the_floor() -> None:
    assert refused({}, {}, minimum_score=1) == Refusal("minimum_score", {})
    assert refused({"unit": "a"}, {"unit": "b"}, minimum_score=60_000) is None
    assert refused({"unit": "a"}, {"unit": "b"}, minimum_score=60_001) == Refusal("minimum_score", {})


def test_rules_always_in_force_may_be_named_too() -> None:
    named = tuple(Rule(name) for name in ("same_person", "forbidden_pair", "minimum_score"))

    assert refused({}, {}, *named, forbidden=frozenset({("e", "o")})) == Refusal("forbidden_pair", {})


def test_unknown_rule_is_refused() -> None:
    with pytest.raises(InputRefused) as found:
        refused({}, {}, Rule("star_sign"))

    assert (found.value.key, found.value.params) == ("rule_unknown", {"rule": "star_sign"})


def test_whole_pool_and_single_pair_agree_on_every_rule() -> None:
    for pool, settings in worlds(60):
        scorer = Scorer(pool, settings, TAXONOMY)
        scores, failing = scorer.judge(slice(0, len(pool.mentees)))

        assert (scores == score_table(pool, settings)).all()
        for row, mentee in enumerate(pool.mentees):
            for column, mentor in enumerate(pool.mentors):
                found = why_not(pool, settings, TAXONOMY, mentee.id, mentor.id)
                assert (found and found.rule) == name_of(scorer, int(failing[row, column]))


def name_of(scorer: Scorer, index: int) -> str | None:
    return None if index < 0 else scorer.rules[index].name
