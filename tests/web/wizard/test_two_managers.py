"""Two managers with the same page of settings open: whoever saves second sees what the first one saved."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.wizard.test_settings import address, as_shown, inside
from trellis.programmes.models import EligibilityRule, Programme, Question


def seen_on(page: str) -> str:
    """The number that the form on a page carries."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("key", "theirs", "mine", "saved_now"),
    [
        ("basics", {"starts_on": "2027-02-01"}, {"name": "Mine"}, "Saved now: 1 Feb 2027"),
        ("joining", {"places_for_mentees": "9"}, {"places_for_mentees": "12"}, "Saved now: 9"),
        ("joining", {"sign_up": "invitation"}, {"training_gate": None}, "Saved now: By invitation only"),
        ("rhythm", {"model": "peer"}, {"meeting_minutes": "45"}, "Saved now: Peer"),
        ("matching", {"priority_rule": "first_come"}, {"suggestions": "3"}, "Saved now: First come, first served"),
        ("stages", {"stage-growth-to": "30"}, {"stage-growth-to": "31"}, "Saved now: 30"),
        ("tasks", {"mentee-0-title": "Theirs"}, {"mentee-0-title": "Mine"}, "Saved now: Theirs"),
        ("agendas", {"agendas-0-title": "Theirs"}, {"agendas-0-title": "Mine"}, "Saved now: Theirs"),
        ("surveys", {"surveys": ["end_pack"]}, {"surveys": []}, "Saved now: End survey"),
        ("targets", {"to_completion_rate": "91"}, {"to_completion_rate": "92"}, "Saved now: 91"),
        ("terms", {"terms": "Theirs."}, {"terms": "Mine."}, "Saved now: Theirs."),
        ("visibility", {"pair_visibility": "hidden"}, {}, "Saved now: People managers do not see"),
    ],
)
def test_the_second_save_of_a_section_keeps_what_was_typed_and_shows_what_is_saved(
    browser: Client, programme: Programme, key: str, theirs: dict[str, Any], mine: dict[str, Any], saved_now: str
) -> None:
    place = address(programme, key) + ("?stage=growth" if key == "tasks" else "")
    opened = as_shown(programme, key)
    browser.post(place, as_shown(programme, key, **theirs))
    saved = Programme.objects.get()

    sent = {name: value for name, value in (opened | mine).items() if value is not None}
    answer = browser.post(place, sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else saved changes here while you had this page open" in page
    assert saved_now in page
    assert all(str(value) in page for value in mine.values() if isinstance(value, str))
    assert Programme.objects.get() == saved
    assert Programme.objects.get().last_changes == saved.last_changes

    browser.post(place, sent | {"seen": seen_on(page)})
    assert Programme.objects.get().last_changes != saved.last_changes


def test_another_section_saved_meanwhile_is_in_nobodys_way(browser: Client, programme: Programme) -> None:
    opened = as_shown(programme, "basics", name="Mine")
    browser.post(address(programme, "terms"), as_shown(programme, "terms", terms="Theirs."))

    browser.post(address(programme, "basics"), opened)

    saved = Programme.objects.get()
    assert (saved.name, saved.terms) == ("Mine", "Theirs.")


def test_a_change_that_would_undo_another_is_never_asked_to_be_confirmed(browser: Client, programme: Programme) -> None:
    inside(programme)
    opened = as_shown(programme, "basics", name="Mine")
    browser.post(address(programme, "basics"), as_shown(programme, "basics", name="Theirs") | {"confirm": "1"})

    asked = browser.post(address(programme, "basics"), opened)
    confirmed = browser.post(address(programme, "basics"), opened | {"confirm": "1"})

    assert (asked.status_code, confirmed.status_code) == (422, 422)
    assert Programme.objects.get().name == "Theirs"


@pytest.mark.parametrize("seen", ["", "x", "-1", "²", "9" * 40])
def test_a_page_that_does_not_say_what_it_saw_saves_where_nothing_moved(
    browser: Client, programme: Programme, seen: str
) -> None:
    browser.post(address(programme, "basics"), as_shown(programme, "basics", name="New name", seen=seen))

    assert Programme.objects.get().name == "New name"


def test_a_page_that_does_not_say_what_it_saw_undoes_nothing(browser: Client, programme: Programme) -> None:
    opened = as_shown(programme, "basics", name="Mine", seen="")
    browser.post(address(programme, "basics"), as_shown(programme, "basics", name="Theirs"))

    assert browser.post(address(programme, "basics"), opened).status_code == 422
    assert Programme.objects.get().name == "Theirs"


def test_a_condition_that_somebody_else_changed(browser: Client, programme: Programme) -> None:
    row = EligibilityRule.objects.filter(kind="months_in_organisation_at_least").first()
    assert row
    change = reverse("condition", args=[programme.slug, row.pk])
    seen = seen_on(browser.get(change).content.decode())
    sent = {"seen": seen, "side": row.side, "kind": row.kind}
    browser.post(change, sent | {"number": "7"})

    answer = browser.post(change, sent | {"number": "8"})

    assert answer.status_code == 422
    assert "Saved now: 7" in answer.content.decode()
    browser.post(change, sent | {"number": "8", "seen": seen_on(answer.content.decode())})
    row.refresh_from_db()
    assert row.value == {"months": 8}


def test_a_question_that_somebody_else_changed(browser: Client, programme: Programme) -> None:
    row = Question.objects.filter(kind="text").first()
    assert row
    change = reverse("question", args=[programme.slug, row.pk])
    sent = {"seen": seen_on(browser.get(change).content.decode()), "kind": "text"}
    browser.post(change, sent | {"text": "Theirs?"})

    answer = browser.post(change, sent | {"text": "Mine?"})

    assert answer.status_code == 422
    assert "Saved now: Theirs?" in answer.content.decode()
    assert 'value="Mine?"' in answer.content.decode()
    row.refresh_from_db()
    assert row.text == "Theirs?"


@pytest.mark.parametrize("name", ["condition_remove", "question_remove"])
def test_back_from_the_question_about_removing_leads_back(browser: Client, programme: Programme, name: str) -> None:
    inside(programme)
    model = EligibilityRule if name == "condition_remove" else Question
    row = model.objects.order_by("pk").first()
    assert row

    answer = browser.post(reverse(name, args=[programme.slug, row.pk]), {"change": "1"})

    assert answer.status_code == 302
    assert model.objects.filter(pk=row.pk).exists()


def test_back_from_the_question_about_closing_leads_to_the_settings(browser: Client, programme: Programme) -> None:
    Programme.objects.update(status="running")
    inside(programme)

    answer = browser.post(reverse("programme_move", args=[programme.slug]), {"to": "closed", "change": "1"})

    assert answer.headers["Location"] == reverse("programme_settings", args=[programme.slug])
    assert Programme.objects.get().status == "running"
