"""Every key the engine can speak in has a sentence, and none shows what somebody wished to keep to themself."""

import pytest

from trellis.matching import words
from trellis_engine.matching import (
    FACTORS,
    FAULT_KEYS,
    GAP_KEYS,
    INPUT_KEYS,
    REASON_KEYS,
    REFUSAL_KEYS,
    UNMATCHED_KEYS,
    Fault,
    InputRefused,
    PinRefused,
    Refusal,
)

PARAMS = {
    "skills": ["negotiation", "made_up_skill"], "related": ["coaching"], "covered": 1, "sought": 3,
    "values": ["craft", "learning", "impact"], "roles": ["Team lead"], "levels": 2, "shared": ["First in the family"],
    "minutes": 240, "slots": [], "answers": 2, "back": ["coaching"],
}  # fmt: skip


@pytest.mark.parametrize("key", [*REASON_KEYS, *GAP_KEYS])
def test_every_reason_and_gap_has_a_sentence(key: str) -> None:
    said = words.reason_words(key, PARAMS)

    assert said.endswith(".")
    assert "%" not in said


def test_no_sentence_is_left_over() -> None:
    assert set(words._SENTENCES) == {*REASON_KEYS, *GAP_KEYS}
    assert set(words.RULE_NAMES) == set(REFUSAL_KEYS)
    assert set(words._UNMATCHED) == set(words._HELP) == set(UNMATCHED_KEYS)
    assert set(words._INPUTS) == set(INPUT_KEYS)
    assert set(words._FAULTS) == set(FAULT_KEYS)
    assert set(words.FACTOR_NAMES) == {factor.name for factor in FACTORS}


def test_names_are_joined_as_people_say_them() -> None:
    assert words.reason_words("values_style.values", {"values": ["craft"]}) == "Shared values: craft."
    assert words.reason_words("values_style.values", PARAMS) == "Shared values: craft, learning and impact."


def test_a_skill_is_named_and_an_unknown_one_shown_as_it_is() -> None:
    said = words.reason_words("skill_coverage.covered", {"skills": ["negotiation", "made_up_skill"]})

    assert said == "The mentor knows well what the mentee wants to learn: Negotiation and made_up_skill."


def test_those_who_run_a_programme_do_not_read_what_two_chose_to_mention_to_each_other() -> None:
    assert words.reason_words("experience.shared", PARAMS) == "Both chose to mention: First in the family."
    assert (
        words.reviewer_words("experience.shared", PARAMS)
        == "They share an experience that both chose to mention to each other."
    )


def test_a_wish_not_to_be_matched_reads_like_every_other_protection() -> None:
    protected = {words.refusal_words(rule) for rule in ("reporting_line", "no_match_list", "forbidden_pair")}

    assert len(protected) == 1
    assert words.unmatched_words(
        "no_allowed_mentor", {"removed": {"reporting_line": 1, "no_match_list": 2, "common_language": 4}}
    ) == (
        "No mentor is left after the rules: 4 because they have no language in common; 3 because a rule that protects "
        "people keeps them apart (the same reporting line, a wish not to be matched, an earlier no)."
    )


@pytest.mark.parametrize("key", UNMATCHED_KEYS)
def test_every_reason_for_nobody_says_why_and_what_would_help(key: str) -> None:
    said = words.unmatched_words(key, {"allowed": 4})

    assert said.endswith(".")
    assert "%" not in said
    assert words.help_words(key, {}).endswith(".")


@pytest.mark.parametrize("rule", REFUSAL_KEYS)
def test_help_never_depends_on_which_protection_it_was(rule: str) -> None:
    protection = {"reporting_line", "no_match_list", "forbidden_pair", "same_person", "places_taken_by_pins"}
    said = words.help_words("no_allowed_mentor", {"removed": {rule: 3}})

    assert (said == words.help_words("no_allowed_mentor", {})) is (rule in protection)


@pytest.mark.parametrize("key", INPUT_KEYS)
def test_every_unusable_input_says_how_to_cure_it(key: str) -> None:
    params = dict.fromkeys(("factor", "rule", "objective"), "magic")
    said = words.input_words(InputRefused(key, id="P1", sum=90, field="level", skill="x", **params))

    assert said.count(".") == 2
    assert "%" not in said


def test_an_impossible_pin_names_both_people_and_the_way_on() -> None:
    refused = PinRefused("P1", "P2", Refusal("common_language", {}))

    assert words.pin_words("Ana", "Ben", refused) == (
        "The pinned pair Ana and Ben is not possible: they have no language in common. Run again without it."
    )


@pytest.mark.parametrize("kind", FAULT_KEYS)
def test_every_fault_of_a_certificate_has_a_sentence(kind: str) -> None:
    params = {"mentee": "P1", "mentor": "P2", "places": 2, "found": 1, "expected": 2, "worth": 3, "bound": 4}
    said = words.fault_words(Fault(kind, "pairs/3", params))

    assert said.endswith(".")
    assert "%" not in said


def test_a_fault_names_the_pair_and_the_place() -> None:
    fault = Fault("score_wrong", "pairs/3", {"mentee": "P1", "mentor": "P2", "found": 1, "expected": 2})

    assert words.fault_words(fault) == "The score of P1 with P2 is 2 by the rules, not 1 as it says (pairs/3)."
