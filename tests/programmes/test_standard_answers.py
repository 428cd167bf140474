import pytest

from trellis.programmes.questions import AnswerRefused
from trellis.programmes.standard_answers import (
    most_places,
    parse_availability,
    parse_places,
    parse_style,
    parse_values,
)


def test_style_by_id_in_any_case() -> None:
    assert parse_style(" Structured ") == "structured"


def test_unknown_style_lists_the_known_ones() -> None:
    with pytest.raises(AnswerRefused, match="structured, exploratory, direct, reflective"):
        parse_style("loud")


def test_values_are_kept_once() -> None:
    assert parse_values(["Craft", "learning", "craft", ""]) == ("craft", "learning")


def test_more_than_five_values_are_refused() -> None:
    with pytest.raises(AnswerRefused, match=r"at most 5 values \(you have 6\)"):
        parse_values(["craft", "learning", "humour", "health", "nature", "faith"])


def test_misspelt_value_suggests_the_nearest() -> None:
    with pytest.raises(AnswerRefused, match="Use learning"):
        parse_values(["lerning"])


def test_availability_is_put_in_the_order_of_the_week() -> None:
    assert parse_availability(["fri AM", "Mon  pm"]) == ("Mon pm", "Fri am")


def test_unknown_half_day_is_refused_with_an_example() -> None:
    with pytest.raises(AnswerRefused, match=r"“sunday” is not a half-day.*“Thu am”"):
        parse_availability(["Sunday"])


@pytest.mark.parametrize(("side", "default", "per_mentee", "most"), [
    ("mentor", 2, 1, 5), ("mentor", 7, 1, 7), ("mentee", 2, 1, 1), ("mentee", 2, 3, 3),
])  # fmt: skip
def test_most_places(side: str, default: int, per_mentee: int, most: int) -> None:
    assert most_places(side=side, mentor_capacity_default=default, mentors_per_mentee=per_mentee) == most


@pytest.mark.parametrize("words", ["0", "6", "two", "", "-1", "³"])
def test_places_outside_the_range_are_refused(words: str) -> None:
    with pytest.raises(AnswerRefused, match="from 1 to 5"):
        parse_places(words, 5)
