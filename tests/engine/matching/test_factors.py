from dataclasses import replace
from typing import Any

import pytest

from tests.engine.matching.worlds import TAXONOMY
from trellis_engine.matching import FACTORS, Participant, Settings, parts

LISTED_IN_TEMPLATES = (
    "skill_coverage",
    "goal_fit",
    "values_style",
    "career_path",
    "seniority_gap",
    "distance",
    "experience",
    "interests",
    "availability",
    "mutual_preference",
    "balance",
    "answers",
)
UNKNOWN = -1


def feature(factor: str, mentee: dict[str, Any], mentor: dict[str, Any], **settings: Any) -> int:
    rules = replace(Settings(weights={factor: 100}), **settings)
    return parts(Participant("e", **mentee), Participant("o", **mentor), rules, TAXONOMY)[0].feature


def words(*each: str) -> frozenset[str]:
    return frozenset(each)


def test_factors_are_those_of_the_programme_templates() -> None:
    assert tuple(factor.name for factor in FACTORS) == LISTED_IN_TEMPLATES


@pytest.mark.parametrize("factor", [factor for factor in LISTED_IN_TEMPLATES if factor != "balance"])
def test_factor_nobody_stated_anything_for_is_unknown(factor: str) -> None:
    assert feature(factor, {}, {}) == UNKNOWN


@pytest.mark.parametrize(
    ("goal", "mentor", "expected"),
    [
        ("get into coaching", {"goal": "I can help with coaching"}, 1000),
        ("get into coaching", {"skills": (("coaching", 1),)}, 1000),
        ("get into coaching", {"skills": (("drawing", 1),)}, 0),
        ("get into coaching", {"goal": "anything"}, UNKNOWN),
        ("anything", {"skills": (("coaching", 1),)}, UNKNOWN),
    ],
)
def test_goal_fit(goal: str, mentor: dict[str, Any], expected: int) -> None:
    assert feature("goal_fit", {"goal": goal}, mentor) == expected


def test_goal_fit_by_a_neighbouring_skill_is_about_half() -> None:
    found = feature("goal_fit", {"goal": "coaching"}, {"goal": "leading"})

    # 1 of 2 half-hits, less what chance gives: 3 of 24 half-hits
    assert found == 1000 * (1 * 12 - 3) // (2 * 12 - 3)


@pytest.mark.parametrize(
    ("mentee", "mentor", "expected"),
    [
        ({"working_style": "direct"}, {"working_style": "direct"}, 500),
        ({"working_style": "direct"}, {"working_style": "gentle"}, 0),
        ({"working_style": "direct"}, {"values": words("craft")}, UNKNOWN),
        ({"values": words("craft", "impact")}, {"values": words("craft", "status")}, 250),
        ({"values": words("craft")}, {"values": words("craft", "status", "impact", "fun")}, 125),
        (
            {"working_style": "direct", "values": words("craft")},
            {"working_style": "direct", "values": words("craft")},
            1000,
        ),
    ],
)
def test_values_style(mentee: dict[str, Any], mentor: dict[str, Any], expected: int) -> None:
    assert feature("values_style", mentee, mentor) == expected


@pytest.mark.parametrize(
    ("aims", "mentor", "expected"),
    [
        (words("lead"), {"track": "lead"}, 1000),
        (words("lead"), {"track": "expert", "held": words("lead")}, 1000),
        (words("lead"), {"track": "expert"}, 0),
        (words("lead"), {"aims": words("lead")}, UNKNOWN),
        (words(), {"track": "lead"}, UNKNOWN),
    ],
)
def test_career_path(aims: frozenset[str], mentor: dict[str, Any], expected: int) -> None:
    assert feature("career_path", {"aims": aims}, mentor) == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((3, 4), 1000),
        ((3, 6), 1000),
        ((3, 7), 750),
        ((3, 3), 750),
        ((7, 1), 0),
        ((3, 5), 1000),
        ((0, 5), UNKNOWN),
        ((5, 0), UNKNOWN),
    ],
)
def test_seniority_gap(levels: tuple[int, int], expected: int) -> None:
    assert feature("seniority_gap", {"level": levels[0]}, {"level": levels[1]}) == expected


def test_seniority_gap_follows_the_programme() -> None:
    assert feature("seniority_gap", {"level": 7}, {"level": 5}, ideal_level_gap=(-3, -1)) == 1000


@pytest.mark.parametrize(
    ("mentee", "mentor", "expected"),
    [
        ({"unit": "a", "location": "x"}, {"unit": "b", "location": "y"}, 1000),
        ({"unit": "a", "location": "x"}, {"unit": "b", "location": "x"}, 600),
        ({"unit": "a", "location": "x"}, {"unit": "a", "location": "y"}, 400),
        ({"unit": "a", "location": "x"}, {"unit": "a", "location": "x"}, 0),
        ({"unit": "a", "location": "x"}, {"location": "y"}, 400),
        ({"unit": "a"}, {"location": "y"}, UNKNOWN),
    ],
)
def test_distance(mentee: dict[str, Any], mentor: dict[str, Any], expected: int) -> None:
    assert feature("distance", mentee, mentor) == expected


@pytest.mark.parametrize("factor", ["experience", "interests"])
def test_shared_things_count_against_the_longer_list(factor: str) -> None:
    assert feature(factor, {factor: words("a")}, {factor: words("a")}) == 1000
    assert feature(factor, {factor: words("a")}, {factor: words("a", "b", "c", "d")}) == 250
    assert feature(factor, {factor: words("a")}, {factor: words("b")}) == 0


@pytest.mark.parametrize(
    ("mine", "theirs", "ahead", "expected"),
    [
        (words("Mon am", "Tue am"), words("Mon am", "Tue am"), 0, 1000),
        (words("Mon am"), words("Mon am"), 0, 500),
        (words("Mon am"), words("Mon am"), 120, 250),
        (words("Mon am"), words("Tue am"), 0, 0),
        (words(), words("Mon am"), 0, UNKNOWN),
    ],
)
def test_availability(mine: frozenset[str], theirs: frozenset[str], ahead: int, expected: int) -> None:
    mentor = {"availability": theirs, "utc_offset_minutes": ahead}

    assert feature("availability", {"availability": mine}, mentor) == expected


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (("o",), ("e",), 1000),
        (("x", "o"), (), 450),
        ((), ("x", "e"), 450),
        (("x", "y"), ("x",), 0),
        ((*"abcdfghijklmn", "o"), (), 50),
        ((), (), UNKNOWN),
    ],
)
def test_mutual_preference(mine: tuple[str, ...], theirs: tuple[str, ...], expected: int) -> None:
    assert feature("mutual_preference", {"ranked": mine}, {"ranked": theirs}) == expected


def test_mutual_preference_counts_a_repeated_wish_once() -> None:
    assert feature("mutual_preference", {"ranked": ("o", "o")}, {"ranked": ("e", "e")}) == 1000


@pytest.mark.parametrize(("places", "busy", "expected"), [(2, 0, 1000), (1, 3, 250), (0, 0, 0)])
def test_balance(places: int, busy: int, expected: int) -> None:
    assert feature("balance", {}, {"places": places, "busy": busy}) == expected
