import random
from typing import Any

import pytest

from tests.engine.matching.worlds import FACTOR_WEIGHTS, TAXONOMY, worlds
from trellis_engine.matching import GAP_KEYS, REASON_KEYS, Explanation, Participant, Pool, Reason, Settings, explain
from trellis_engine.matching.explain import explain_all


def explained(weights: dict[str, int], mentee: dict[str, Any], mentor: dict[str, Any]) -> Explanation:
    pool = Pool((Participant("e", **mentee),), (Participant("o", **mentor),))
    return explain(pool, Settings(weights=weights), TAXONOMY, "e", "o")


def words(*each: str) -> frozenset[str]:
    return frozenset(each)


@pytest.mark.parametrize(
    ("factor", "mentee", "mentor", "key", "params"),
    [
        (
            "skill_coverage",
            {"skills": (("writing", 2), ("coaching", 1), ("drawing", 1))},
            {"skills": (("writing", 3), ("leading", 4))},
            "covered",
            {"skills": ("writing",), "related": ("coaching",)},
        ),
        (
            "skill_coverage",
            {"skills": (("coaching", 1),)},
            {"skills": (("leading", 4),)},
            "related",
            {"skills": (), "related": ("coaching",)},
        ),
        ("goal_fit", {"goal": "coaching"}, {"goal": "Coaching"}, "topics", {"skills": ("coaching",), "related": ()}),
        ("values_style", {"working_style": "a"}, {"working_style": "a"}, "style", {"values": ()}),
        (
            "values_style",
            {"working_style": "a", "values": words("x", "y")},
            {"working_style": "a", "values": words("y", "z")},
            "both",
            {"values": ("y",)},
        ),
        ("values_style", {"values": words("x", "y")}, {"values": words("y")}, "values", {"values": ("y",)}),
        ("career_path", {"aims": words("lead", "cto")}, {"track": "lead"}, "held", {"roles": ("lead",)}),
        ("seniority_gap", {"level": 2}, {"level": 4}, "ideal", {"levels": 2}),
        ("seniority_gap", {"level": 2}, {"level": 6}, "near", {"levels": 4}),
        ("distance", {"unit": "a", "location": "x"}, {"unit": "b", "location": "y"}, "both", {}),
        ("distance", {"unit": "a"}, {"unit": "b", "location": "y"}, "unit", {}),
        ("distance", {"unit": "a", "location": "x"}, {"unit": "a", "location": "y"}, "location", {}),
        ("experience", {"experience": words("p", "q")}, {"experience": words("p")}, "shared", {"shared": ("p",)}),
        ("interests", {"interests": words("p", "q")}, {"interests": words("p")}, "shared", {"shared": ("p",)}),
        (
            "availability",
            {"availability": words("Mon am", "Tue am")},
            {"availability": words("Mon am")},
            "common",
            {"minutes": 240, "slots": ("Mon am",)},
        ),
        (
            "availability",
            {"availability": words("Mon am")},
            {"availability": words("Mon am"), "utc_offset_minutes": 60},
            "common",
            {"minutes": 180, "slots": ()},
        ),
        ("mutual_preference", {"ranked": ("o",)}, {"ranked": ("e",)}, "both", {}),
    ],
)
def test_reason_of_each_factor(
    factor: str, mentee: dict[str, Any], mentor: dict[str, Any], key: str, params: dict[str, Any]
) -> None:
    assert explained({factor: 100}, mentee, mentor).reasons == (Reason(factor, f"{factor}.{key}", params),)


@pytest.mark.parametrize(
    ("factor", "mentee", "mentor", "params"),
    [
        ("skill_coverage", {"skills": (("writing", 2),)}, {"skills": (("drawing", 5),)}, {"sought": 1, "covered": 0}),
        ("goal_fit", {"goal": "coaching"}, {"goal": "drawing"}, {"sought": 1, "covered": 0}),
        ("values_style", {"working_style": "a"}, {"working_style": "b"}, {"values": ()}),
        ("career_path", {"aims": words("lead")}, {"track": "expert"}, {}),
        ("seniority_gap", {"level": 9}, {"level": 1}, {"levels": -8}),
        ("distance", {"unit": "a"}, {"unit": "a"}, {}),
        ("experience", {"experience": words("p")}, {"experience": words("q")}, {}),
        ("interests", {"interests": words("p")}, {"interests": words("q")}, {}),
        ("availability", {"availability": words("Mon am")}, {"availability": words("Tue am")}, {"minutes": 0}),
    ],
)
def test_gap_of_each_factor(
    factor: str, mentee: dict[str, Any], mentor: dict[str, Any], params: dict[str, Any]
) -> None:
    found = explained({factor: 100}, mentee, mentor)

    assert found == Explanation((), Reason(factor, f"{factor}.gap", params), 1)


def test_three_strongest_reasons_come_first_and_the_costliest_gap_last() -> None:
    weights = {
        "seniority_gap": 40,
        "distance": 30,
        "interests": 15,
        "values_style": 5,
        "availability": 9,
        "experience": 1,
    }
    shared = {"interests": words("p"), "values": words("v"), "experience": words("x")}
    mentee = {**shared, "level": 1, "unit": "a", "availability": words("Mon am")}
    mentor = {**shared, "level": 2, "unit": "b", "availability": words("Tue am")}

    found = explained(weights, mentee, mentor)

    assert [reason.factor for reason in found.reasons] == ["seniority_gap", "distance", "interests"]
    assert found.gap == Reason("availability", "availability.gap", {"minutes": 0})


def test_weak_factor_is_not_both_reason_and_gap() -> None:
    found = explained({"interests": 100}, {"interests": words(*"abcd")}, {"interests": words("a")})

    assert [reason.factor for reason in found.reasons] == ["interests"]
    assert found.gap is None


def test_one_sided_wish_is_never_told() -> None:
    for mine, theirs in (("o", "x"), ("x", "e")):
        found = explained({"mutual_preference": 100}, {"ranked": (mine,)}, {"ranked": (theirs,)})

        assert (found.reasons, found.gap) == ((), None)


def test_load_of_a_mentor_is_never_told() -> None:
    assert explained({"balance": 100}, {}, {"busy": 9}) == Explanation((), None, 10_000)
    assert explained({"balance": 100}, {}, {}) == Explanation((), None, 100_000)


def test_forbidden_pair_has_nothing_to_say() -> None:
    assert explained({"balance": 100}, {"managers": ("o",)}, {}) == Explanation((), None, 0)


def test_pairs_explained_together_read_as_each_alone() -> None:
    for seed, (pool, settings) in enumerate(worlds(5)):
        pairs = [(mentee.id, mentor.id) for mentee in pool.mentees for mentor in pool.mentors]
        random.Random(seed).shuffle(pairs)

        together = list(explain_all(pool, settings, TAXONOMY, pairs))

        assert together == [explain(pool, settings, TAXONOMY, *pair) for pair in pairs]


def test_words_of_one_side_alone_never_reach_the_explanation() -> None:
    # every free answer carries a marker of its owner; only what both said may come out
    def marked(who: str) -> dict[str, Any]:
        return {
            "goal": f"{who}-goal coaching",
            "working_style": f"{who}-style",
            "values": words(f"{who}-value", "both-value"),
            "availability": words(f"{who}-slot", "Mon am"),
            "unit": f"{who}-unit",
            "location": f"{who}-site",
            "track": f"{who}-track",
            "aims": words(f"{who}-aim"),
            "experience": words(f"{who}-lived", "both-lived"),
            "interests": words(f"{who}-hobby", "both-hobby"),
            "ranked": (f"{who}-wish",),
        }

    told = {factor: repr(explained({factor: 100}, marked("mine"), marked("theirs"))) for factor in FACTOR_WEIGHTS}

    assert [factor for factor, text in told.items() if "mine-" in text or "theirs-" in text] == []
    assert "both-lived" in told["experience"]


def test_every_key_told_is_listed_for_translation() -> None:
    for pool, settings in worlds(120):
        for mentee in pool.mentees:
            for mentor in pool.mentors:
                found = explain(pool, settings, TAXONOMY, mentee.id, mentor.id)
                assert {reason.key for reason in found.reasons} <= set(REASON_KEYS)
                assert found.gap is None or found.gap.key in GAP_KEYS
