import pytest

from trellis.skills import taxonomy


def test_skills_are_all_of_the_shipped_list() -> None:
    assert len(taxonomy.skills()) == 369
    assert len({skill.id for skill in taxonomy.skills()}) == 369


def test_skill_by_id() -> None:
    skill = taxonomy.skill("presentation_design")

    assert (skill.name, skill.group, skill.aliases) == ("Presentation design", "communication", ("slides",))
    assert taxonomy.has_skill("presentation_design")


def test_skill_unknown_is_an_error() -> None:
    assert not taxonomy.has_skill("juggling_knives")
    with pytest.raises(KeyError):
        taxonomy.skill("juggling_knives")


def test_groups_hold_every_skill_once() -> None:
    grouped = [skill.id for group in taxonomy.groups() for skill in group.skills]

    assert len(taxonomy.groups()) == 18
    assert sorted(grouped) == sorted(skill.id for skill in taxonomy.skills())


def test_levels_run_from_one_to_five() -> None:
    assert [level.level for level in taxonomy.levels()] == [1, 2, 3, 4, 5]
    assert taxonomy.levels()[2].name == "On my own"


def test_related_goes_both_ways() -> None:
    for skill in taxonomy.skills():
        for neighbour in taxonomy.related(skill.id):
            assert skill.id in taxonomy.related(neighbour)


def test_related_of_an_unknown_skill_is_empty() -> None:
    assert taxonomy.related("juggling_knives") == frozenset()


@pytest.mark.parametrize("words", ["Presentation design", "  presentation   DESIGN ", "Slides"])
def test_match_name_ignores_case_and_spacing(words: str) -> None:
    assert taxonomy.match_name(words) == "presentation_design"


def test_match_name_without_a_match() -> None:
    assert taxonomy.match_name("juggling knives") is None


def test_phrases_hold_names_and_aliases_as_written() -> None:
    phrases = taxonomy.phrases()

    assert phrases["Presentation design"] == "presentation_design"
    assert phrases["slides"] == "presentation_design"
    assert set(phrases.values()) == {skill.id for skill in taxonomy.skills()}
