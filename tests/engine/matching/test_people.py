from typing import Any

import pytest

from trellis_engine.matching import INPUT_KEYS, InputRefused, Participant, Pool, Settings, Taxonomy


def refusal(make: Any) -> tuple[str, object]:
    with pytest.raises(InputRefused) as refused:
        make()
    assert refused.value.key in INPUT_KEYS
    return refused.value.key, refused.value.params


@pytest.mark.parametrize(
    ("stated", "key", "params"),
    [
        ({"id": ""}, "id_missing", {}),
        ({"places": -1}, "number_out_of_range", {"id": "a", "field": "places"}),
        ({"busy": -1}, "number_out_of_range", {"id": "a", "field": "busy"}),
        ({"level": 10**7}, "number_out_of_range", {"id": "a", "field": "level"}),
        ({"utc_offset_minutes": 1441}, "number_out_of_range", {"id": "a", "field": "utc_offset_minutes"}),
        ({"skills": (("go", 6),)}, "skill_level_out_of_scale", {"id": "a", "skill": "go"}),
    ],
)
def test_unusable_participant_is_refused(stated: dict[str, Any], key: str, params: dict[str, object]) -> None:
    assert refusal(lambda: Participant(**{"id": "a", **stated})) == (key, params)


def test_skills_may_be_a_mapping_in_any_order() -> None:
    mapping: Any = {"writing": 2, "coaching": 1}

    assert Participant("a", skills=mapping) == Participant("a", skills=(("coaching", 1), ("writing", 2)))


def test_same_id_twice_on_one_side_is_refused() -> None:
    twice = (Participant("a"), Participant("a", level=2))

    assert refusal(lambda: Pool(twice, ())) == ("id_repeated", {"id": "a"})
    assert refusal(lambda: Pool((), twice)) == ("id_repeated", {"id": "a"})


@pytest.mark.parametrize("ids", [("x", "o"), ("e", "x")])
def test_unknown_person_is_refused(ids: tuple[str, str]) -> None:
    pool = Pool((Participant("e"),), (Participant("o"),))

    assert refusal(lambda: pool.pair(*ids)) == ("person_unknown", {"id": "x"})


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        ({"weights": {"balance": 99}}, "weights_not_100"),
        ({"weights": {"balance": 101, "distance": -1}}, "weight_not_whole"),
        ({"weights": {"balance": 100.0}}, "weight_not_whole"),
        ({"weights": {"balance": 100}, "ideal_level_gap": (3, 1)}, "ideal_gap_reversed"),
    ],
)
def test_unusable_settings_are_refused(stated: dict[str, Any], key: str) -> None:
    assert refusal(lambda: Settings(**stated))[0] == key


def test_relation_is_read_both_ways_and_never_to_itself() -> None:
    taxonomy = Taxonomy(related={"a": frozenset({"a", "b"})}, phrases={"See": "c"})

    assert taxonomy.neighbours == {"a": frozenset({"b"}), "b": frozenset({"a"})}
    assert taxonomy.skills == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("", set()),
        ("Be better at PUBLIC   speaking.", {"public_speaking"}),
        ("speaking", {"speaking"}),
        ("speaking, public speaking", {"speaking", "public_speaking"}),
        ("I like to see C", {"c"}),
        ("vitamin c", set()),
        ("C++/SQL (and more)", {"cpp", "sql"}),
        ("unspeaking", set()),
        ("a Public", set()),
        ("Ｃ＋＋", {"cpp"}),
    ],
)
def test_skills_named_in_text(text: str, skills: set[str]) -> None:
    phrases = {"Public speaking": "public_speaking", "Speaking": "speaking", "C": "c", "C++": "cpp", "SQL": "sql"}

    assert Taxonomy(phrases=phrases).skills_named_in(text) == skills


def test_empty_taxonomy_names_nothing() -> None:
    assert Taxonomy().skills_named_in("public speaking") == frozenset()
