"""What a clumsy or hostile manager can type into the wizard: explained, kept, saved nowhere, never a 500."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.web.wizard.test_creation import as_shown as as_created
from tests.web.wizard.test_settings import address, as_shown
from trellis.programmes.models import EligibilityRule, Programme, Question
from trellis.programmes.yaml_reader import MOST_BYTES

TOO_FAR = "This date is too far away. Choose one from the years 2000 to 2100."
NULL = "Null characters are not allowed."
NO_TITLE = "Write a title here, or tick “Remove”."


@pytest.mark.parametrize(
    ("key", "changes", "words"),
    [
        ("matching", {"ground_rules": "a\x00b"}, NULL),
        ("matching", {"ground_rules": "x" * 301}, "At most 300 characters (there are 301)."),
        ("agendas", {"agendas-0-items": "5 a\x00b"}, NULL),
        ("basics", {"ends_on": "9999-12-31"}, TOO_FAR),
        ("basics", {"enrolment_opens_on": "0001-01-01"}, TOO_FAR),
        ("stages", {"milestones-0-title": ""}, NO_TITLE),
        ("stages", {"milestones-7-week": "3"}, NO_TITLE),
        ("agendas", {"agendas-0-title": ""}, NO_TITLE),
        ("agendas", {"agendas-3-items": "5 Hello"}, NO_TITLE),
        ("tasks", {"mentee-0-title": " "}, NO_TITLE),
    ],
)
def test_a_section_explains_keeps_and_saves_nothing(
    browser: Client, programme: Programme, key: str, changes: dict[str, Any], words: str
) -> None:
    place = address(programme, key) + ("?stage=growth" if key == "tasks" else "")

    answer = browser.post(place, as_shown(programme, key, **changes))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Programme.objects.get().last_changes == {}


def test_a_row_that_is_ticked_away_needs_no_title(browser: Client, programme: Programme) -> None:
    changes = {"agendas-0-title": "", "agendas-0-remove": "on"}

    assert browser.post(address(programme, "agendas"), as_shown(programme, "agendas", **changes)).status_code == 302
    assert len(Programme.objects.get().agendas) == len(programme.agendas) - 1


def test_a_shorter_programme_names_what_lies_outside(browser: Client, programme: Programme) -> None:
    Programme.objects.update(stage_plan=[{"stage": "growth", "from_week": 0, "to_week": 10}], tasks={})

    answer = browser.post(address(programme, "rhythm"), as_shown(programme, "rhythm", duration_weeks="20"))

    assert answer.status_code == 422
    assert "outside the programme&#x27;s weeks. Use a week from 0 to 20." in answer.content.decode()
    assert Programme.objects.get().duration_weeks == 39


@pytest.mark.parametrize(
    "dates",
    [
        {"starts_on": "9999-12-31", "closes_on": ""},
        {"starts_on": "0001-01-01", "opens_on": "0001-01-01", "closes_on": ""},
    ],
)
def test_a_programme_in_another_age_is_explained(browser: Client, dates: dict[str, str]) -> None:
    answer = browser.post(reverse("programme_new", args=["career_formal"]), as_created("career_formal") | dates)

    assert answer.status_code == 422
    assert TOO_FAR in answer.content.decode()


def test_a_copy_in_another_age_is_explained(browser: Client, programme: Programme) -> None:
    sent = {"name": "Next", "starts_on": "9999-12-31"}

    assert browser.post(reverse("programme_duplicate", args=[programme.slug]), sent).status_code == 422


def test_null_characters_in_lists_of_words_are_explained(browser: Client, programme: Programme) -> None:
    conditions, questions = EligibilityRule.objects.count(), Question.objects.count()
    condition = {"side": "mentor", "kind": "unit_in", "values": "a\x00b"}
    question = {"side": "mentor", "kind": "choice", "text": "Which?", "options": "a\x00\nb"}

    answers = [
        browser.post(reverse("condition_new", args=[programme.slug]), condition),
        browser.post(reverse("question_new", args=[programme.slug]), question),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all(NULL in answer.content.decode() for answer in answers)
    assert (EligibilityRule.objects.count(), Question.objects.count()) == (conditions, questions)


def test_a_file_that_is_too_large_is_not_read(browser: Client) -> None:
    file = SimpleUploadedFile("x.yaml", b"#" * (MOST_BYTES + 1))

    answer = browser.post(reverse("programme_import"), {"file": file})

    assert answer.status_code == 422
    assert "The file has 257 KB; a programme has at most 256 KB." in answer.content.decode()
