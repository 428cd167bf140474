from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from trellis.programmes import eligibility
from trellis.programmes.eligibility import Condition, condition, read_words, to_confirm, unmet

TODAY = date(2026, 11, 22)


@dataclass
class Facts:
    """What the directory says about an invented person."""

    hired_on: date | None = date(2025, 11, 22)
    level: int | None = 4
    unit: str = "Finance"
    location: str = "London"
    languages: list[str] = field(default_factory=lambda: ["English"])
    full_time: bool = True


def rule(kind: str, **value: Any) -> Condition:
    return condition("mentee", kind, value)


@pytest.mark.parametrize(
    "met",
    [
        rule("months_in_organisation_at_least", months=12),
        rule("months_in_organisation_at_most", months=12),
        rule("joined_within_days", days=365),
        rule("level_at_least", level=4),
        rule("level_at_most", level=4),
        rule("unit_in", values=["Legal", "finance"]),
        rule("location_in", values=["London"]),
        rule("language_in", values=["German", "english"]),
        rule("full_time"),
    ],
    ids=lambda met: met.kind,
)
def test_unmet_is_empty_when_the_rule_is_met(met: Condition) -> None:
    assert unmet(Facts(), [met], TODAY) == []


@pytest.mark.parametrize(
    ("missed", "words"),
    [
        (
            rule("months_in_organisation_at_least", months=13),
            "This programme asks for 13 months or more in the organisation. You can join from 22 Dec 2026.",
        ),
        (
            rule("months_in_organisation_at_most", months=11),
            "This programme is for people with at most 11 months in the organisation, and you have been here longer. "
            "Another programme may fit you better.",
        ),
        (
            rule("joined_within_days", days=14),
            "This programme is for people who have joined within the last 14 days. "
            "Ask the programme's team if you would still like to join.",
        ),
        (
            rule("level_at_least", level=5),
            "This programme asks for level 5 or higher; the directory has you at level 4. "
            "If that is out of date, ask your HR team to correct it.",
        ),
        (
            rule("level_at_most", level=3),
            "This programme asks for level 3 or lower; the directory has you at level 4. "
            "If that is out of date, ask your HR team to correct it.",
        ),
        (
            rule("unit_in", values=["Legal", "Sales", "IT"]),
            "This programme is for people in Legal, Sales or IT; the directory has you in Finance. "
            "If that is out of date, ask your HR team to correct it.",
        ),
        (
            rule("location_in", values=["Porto"]),
            "This programme is for people in Porto; the directory has you in London. "
            "If that is out of date, ask your HR team to correct it.",
        ),
        (
            rule("language_in", values=["German"]),
            "This programme is held in German. If you speak one of them, add it to your profile or ask your HR team.",
        ),
    ],
    ids=lambda given: given.kind if isinstance(given, Condition) else "",
)
def test_unmet_says_why_and_what_would_help(missed: Condition, words: str) -> None:
    assert unmet(Facts(), [missed], TODAY) == [words]


def test_unmet_for_part_time() -> None:
    reasons = unmet(Facts(full_time=False), [rule("full_time")], TODAY)

    assert reasons == [
        "This programme is for people who work full time. If that is true of you, ask your HR team to correct it."
    ]


def test_unmet_tells_every_rule_that_is_missed() -> None:
    assert len(unmet(Facts(), [rule("level_at_least", level=9), rule("unit_in", values=["IT"])], TODAY)) == 2


@pytest.mark.parametrize(
    ("kind", "value", "facts"),
    [
        ("months_in_organisation_at_least", {"months": 6}, Facts(hired_on=None)),
        ("level_at_least", {"level": 6}, Facts(level=None)),
        ("unit_in", {"values": ["IT"]}, Facts(unit="")),
        ("location_in", {"values": ["Porto"]}, Facts(location="")),
        ("language_in", {"values": ["German"]}, Facts(languages=[])),
    ],
)
def test_what_the_directory_does_not_know_is_asked_and_does_not_shut_out(
    kind: str, value: dict[str, Any], facts: Facts
) -> None:
    asked = condition("mentee", kind, value)

    assert unmet(facts, [asked], TODAY) == []
    assert to_confirm(facts, [asked]) == [asked.words]


def test_statements_are_confirmed_by_the_person() -> None:
    statement = condition("mentor", "statement", {}, "proven in the skill")

    assert unmet(Facts(), [statement], TODAY) == []
    assert to_confirm(Facts(), [statement, rule("level_at_least", level=1)]) == ["proven in the skill"]


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("6 months or more in the organisation", [("months_in_organisation_at_least", {"months": 6})]),
        (
            "6 to 48 months in the organisation",
            [("months_in_organisation_at_least", {"months": 6}), ("months_in_organisation_at_most", {"months": 48})],
        ),
        ("joined within 14 days", [("joined_within_days", {"days": 14})]),
        ("not in another formal one-to-one", [("statement", {})]),
        ("any", []),
        ("any; the same person is both", []),
    ],
)
def test_read_words_computes_what_it_clearly_can(words: str, kinds: list[tuple[str, dict[str, int]]]) -> None:
    assert [(each.kind, each.value) for each in read_words("mentee", words)] == kinds


def test_every_kind_describes_itself() -> None:
    numbers = {"months": 1, "days": 1, "level": 1, "values": ["Legal"]}

    described = {kind: eligibility.words_for(kind, numbers) for kind in eligibility.KINDS}

    assert described == {
        "months_in_organisation_at_least": "1 month or more in the organisation",
        "months_in_organisation_at_most": "at most 1 month in the organisation",
        "joined_within_days": "joined within the last 1 day",
        "level_at_least": "level 1 or higher",
        "level_at_most": "level 1 or lower",
        "unit_in": "works in Legal",
        "location_in": "is based in Legal",
        "language_in": "speaks Legal",
        "full_time": "works full time",
    }


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 5, 15), 0, date(2026, 5, 15)),
    ],
)
def test_add_months_ends_on_a_day_that_exists(day: date, months: int, expected: date) -> None:
    assert eligibility.add_months(day, months) == expected
