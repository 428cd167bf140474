import pytest

from trellis.people.choices import PersonStatus
from trellis.people.directory import values
from trellis.people.directory.values import BadValue


@pytest.mark.parametrize(("text", "level"), [("4", 4), ("4.0", 4), ("Senior", 4), ("senior", 4), ("E3", 3), ("l7", 7)])
def test_level_is_a_number_or_a_name_of_the_framework(text: str, level: int) -> None:
    assert values.read_level(text) == level


@pytest.mark.parametrize("text", ["E9", "0", "13", "-1", "4.5", "Wizard"])
def test_unknown_level_is_refused_with_the_allowed_ones(text: str) -> None:
    with pytest.raises(BadValue) as bad:
        values.read_level(text)

    assert bad.value.cure == (
        "Use a number from 1 to 12, or one of: "
        "Starting, Contributing, Independent, Senior, Leading, Principal, Executive."
    )


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("active", PersonStatus.ACTIVE), ("A", PersonStatus.ACTIVE), ("On Leave", PersonStatus.ON_LEAVE),
        ("L", PersonStatus.ON_LEAVE), ("Terminated", PersonStatus.LEFT), ("ausgeschieden", PersonStatus.LEFT),
        ("suspended", PersonStatus.SUSPENDED),
    ],
)  # fmt: skip
def test_status_in_the_words_of_hr_systems(text: str, status: PersonStatus) -> None:
    assert values.read_status(text) == status


def test_unknown_status_is_refused_with_the_allowed_ones() -> None:
    with pytest.raises(BadValue) as bad:
        values.read_status("zombie")

    assert (bad.value.what, bad.value.cure) == (
        "This status is not known.", "Use active, leave, suspended or terminated."
    )  # fmt: skip


@pytest.mark.parametrize("text", ["\u200b\u200c", "\u3164", "\u2800", "\u00ad", "\u0301"])
def test_name_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="It looks empty: only spaces or invisible characters"):
        values.read_name(text)


@pytest.mark.parametrize("text", [",", " , "])
def test_whole_name_without_a_letter_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="The name is missing"):
        values.read_full_name(text)


def test_name_of_ten_thousand_characters_is_refused() -> None:
    with pytest.raises(BadValue, match=r"^At most 200 characters \(you have 10,000\)\.$"):
        values.read_name("x" * 10_000)


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\x7f"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="There is a control character in it"):
        values.read_text(text)


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://evil")', "<img src=x onerror=alert(1)>", "\u202egnp.exe", "🙂 Zoë"]
)
def test_strange_but_visible_names_stay_as_typed(text: str) -> None:
    assert values.read_name(text) == text


@pytest.mark.parametrize("text", ["", "nobody", "a@b", "a b@example.org", "@example.org"])
def test_wrong_address_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match=r"e-mail"):
        values.read_email(text)


def test_address_is_kept_in_lower_case() -> None:
    assert values.read_email(" Ana.Silva@Example.ORG ") == "ana.silva@example.org"


def test_zone_is_spelled_as_in_the_database() -> None:
    assert values.read_zone("europe/berlin") == "Europe/Berlin"
    with pytest.raises(BadValue, match="This time zone is not known"):
        values.read_zone("Mars/Olympus")


def test_languages_are_a_list_without_doubles() -> None:
    assert values.read_languages("English; French ;; English|Deutsch") == ["English", "French", "Deutsch"]


@pytest.mark.parametrize(("text", "expected"), [("Yes", True), ("vollzeit", True), ("0", False), ("Part-time", False)])
def test_yes_and_no_in_several_words(text: str, expected: bool) -> None:
    assert values.read_yes_no(text) is expected


def test_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(BadValue, match="neither yes nor no"):
        values.read_yes_no("80 %")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ana Maria Silva", ("Ana Maria", "Silva")), ("Silva, Ana Maria", ("Ana Maria", "Silva")),
        ("Madonna", ("Madonna", "")), ("Madonna,", ("Madonna", "")), (", Ana", ("Ana", "")),
    ],
)  # fmt: skip
def test_whole_name_is_split(text: str, names: tuple[str, str]) -> None:
    assert values.split_name(text) == names
