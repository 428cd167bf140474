import pytest

from tests.samples.directory import HEADER
from trellis.people.directory.fields import SPELLINGS, Field, guess, guess_all


def test_headers_of_the_sample_are_all_known() -> None:
    guesses = guess_all(HEADER, {})

    assert [name for name, found in guesses.items() if found.field is None] == ["gender"]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Employee ID", Field.EXTERNAL_ID), ("employeeId", Field.EXTERNAL_ID), ("Personalnummer", Field.EXTERNAL_ID),
        ("E-Mail geschäftlich", Field.EMAIL), ("Prénom", Field.GIVEN_NAME), ("APELLIDOS", Field.FAMILY_NAME),
        ("Vorname / Name", Field.FULL_NAME), ("supervisorId", Field.MANAGER), ("Vorgesetzte_r ID", Field.MANAGER),
        ("Standort", Field.LOCATION), ("Stufe", Field.LEVEL), ("社員番号", Field.EXTERNAL_ID),
        ("Last Promotion Date", Field.PROMOTED_ON), ("Imię", Field.GIVEN_NAME),
    ],
)  # fmt: skip
def test_headers_of_many_systems_and_languages(header: str, field: Field) -> None:
    assert guess(header).field is field


@pytest.mark.parametrize(
    "header",
    ["gender", "Sex", "Geschlecht", "Date of Birth", "birthDate", "Age", "Religion", "Ethnicity", "Annual salary",
     "Disability status", "Performance rating"],
)  # fmt: skip
def test_protected_columns_are_refused_with_a_reason(header: str) -> None:
    found = guess(header)

    assert found.field is None
    assert str(found.refused) != ""


@pytest.mark.parametrize("header", ["Kostenstelle", "Language skills note", "Manager page", "Stage"])
def test_unknown_columns_are_neither_taken_nor_refused(header: str) -> None:
    assert guess(header) == guess("something else")


def test_no_spelling_stands_for_two_fields() -> None:
    words = [word.strip() for words in SPELLINGS.values() for word in words.split(",")]

    assert len(words) == len(set(words))


def test_what_was_chosen_before_comes_first_and_no_field_twice() -> None:
    guesses = guess_all(["Mail", "Dienstadresse", "Kostenstelle"], {"Dienstadresse": "email", "Kostenstelle": ""})

    assert [(found.field, found.remembered) for found in guesses.values()] == [
        (None, False), (Field.EMAIL, True), (None, True)
    ]  # fmt: skip
