import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.programmes.choices import QuestionKind
from trellis.programmes.questions import (
    AnswerRefused,
    Option,
    in_words,
    options_of,
    parse,
    parse_skills,
    parse_text,
    parse_words,
)
from trellis.skills import taxonomy

COLOURS = (Option("r", "Red"), Option("g", "Green"), Option("b", "Blue"))


def test_options_may_be_words_or_words_with_an_id() -> None:
    assert options_of(["Red", {"id": "g", "label": "Green"}]) == (Option("Red", "Red"), Option("g", "Green"))


@pytest.mark.parametrize("kind", QuestionKind.values)
def test_nothing_answered_is_none(kind: str) -> None:
    assert parse(kind, ["", "  "], COLOURS) is None


def test_choice() -> None:
    assert parse("choice", ["g"], COLOURS) == "g"


def test_choice_outside_the_options_is_refused_with_the_options() -> None:
    with pytest.raises(AnswerRefused, match=r"“x” is not one of the answers\. Choose from: Red, Green, Blue\."):
        parse("choice", ["x"], COLOURS)


def test_many_keeps_each_once() -> None:
    assert parse("many", ["g", "r", "g"], COLOURS) == ["g", "r"]


def test_scale() -> None:
    assert parse("scale", ["4"]) == 4


@pytest.mark.parametrize("answer", ["0", "6", "four", "²", "4.0"])
def test_scale_outside_one_to_five_is_refused(answer: str) -> None:
    with pytest.raises(AnswerRefused, match="from 1 to 5"):
        parse("scale", [answer])


def test_rank_is_kept_best_first() -> None:
    assert parse("rank", ["r:3", "g:1", "b:2"], COLOURS) == ["g", "b", "r"]


@pytest.mark.parametrize(
    "entries", [["r:1", "g:1", "b:2"], ["r:1", "g:2"], ["r:1", "g:2", "b:4"], ["r:1", "r:2", "b:3"]]
)
def test_rank_with_a_place_missing_or_twice_is_refused(entries: list[str]) -> None:
    with pytest.raises(AnswerRefused, match="place"):
        parse("rank", entries, COLOURS)


@given(st.permutations(["r", "g", "b"]))
def test_rank_comes_back_as_it_was_ordered(order: list[str]) -> None:
    entries = [f"{option}:{place}" for place, option in enumerate(order, start=1)]

    assert parse("rank", sorted(entries), COLOURS) == order


def test_text_too_long_says_how_long() -> None:
    with pytest.raises(AnswerRefused, match=r"At most 5 characters \(you have 6\)"):
        parse_text("abcdef", 5)


def test_text_with_nothing_to_see_is_refused() -> None:
    with pytest.raises(AnswerRefused, match="no words"):
        parse_text("\u200b\u200b")


def test_text_loses_control_characters_only() -> None:
    assert parse_text("a\x00b\r\nc <b>") == "ab\nc <b>"


def test_words_are_split_trimmed_and_kept_once() -> None:
    assert parse_words(" Chess, trail  running;Chess\nbees ") == ("Chess", "trail running", "bees")


def test_skills_by_name_alias_or_id() -> None:
    assert parse_skills(["Active listening:3", "asking_good_questions: 4"]) == [
        ("active_listening", 3), ("asking_good_questions", 4),
    ]  # fmt: skip


def test_unknown_skill_suggests_the_nearest() -> None:
    with pytest.raises(AnswerRefused, match="Did you mean “Active listening”"):
        parse_skills(["Activ listning:3"])


def test_skill_without_a_level_says_how_to_write_it() -> None:
    with pytest.raises(AnswerRefused, match=r"“Active listening” has no level\. Write it as “Active listening:3”"):
        parse_skills(["Active listening"])


def test_skill_level_outside_one_to_five_is_refused() -> None:
    with pytest.raises(AnswerRefused, match=r"is “7”\. Give a whole number from 1 to 5\."):
        parse_skills(["Active listening:7"])


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("choice", "g", "Green"), ("many", ["r", "b"], "Red, Blue"), ("rank", ["b", "r"], "1. Blue, 2. Red"),
        ("scale", 4, "4 of 5"), ("text", "hello", "hello"), ("skills", ["active_listening:3"], "Active listening (3)"),
        ("text", None, ""),
    ],
)  # fmt: skip
def test_answers_in_words(kind: str, value: object, words: str) -> None:
    assert in_words(kind, value, COLOURS) == words  # type: ignore[arg-type]


def test_skills_are_kept_by_id_and_level() -> None:
    assert parse("skills", ["Active listening:3"]) == ["active_listening:3"]


def test_more_than_eight_skills_are_refused() -> None:
    names = [skill.name for skill in taxonomy.skills()[:9]]

    with pytest.raises(AnswerRefused, match=r"At most 8 skills \(you have 9\)"):
        parse_skills(f"{name}:3" for name in names)


def test_skill_like_no_other_is_sent_to_the_list() -> None:
    with pytest.raises(AnswerRefused, match=r"Choose one from the list\."):
        parse_skills(["Zzzzqqqq:3"])


@pytest.mark.parametrize(("text", "what"), [(",".join("abcdefghijk"), "At most 10 entries"), ("x" * 61, "is too long")])
def test_words_too_many_or_too_long_are_refused(text: str, what: str) -> None:
    with pytest.raises(AnswerRefused, match=what):
        parse_words(text)
