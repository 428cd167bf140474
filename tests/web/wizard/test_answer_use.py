"""Which answers of the sign-up form count in matching: chosen on the page of questions, told on the form."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from trellis.programmes.actions.settings import changes_so_far
from trellis.programmes.choices import AnswerMode, Side
from trellis.programmes.models import Programme, Question

KEY = "meeting-mode"  # every template asks both sides how they would like to meet


def save(browser: Client, programme: Programme, mode: str, importance: object, seen: int | None = None) -> HttpResponse:
    return browser.post(
        reverse("answer_use", args=[programme.slug]),
        {
            f"mode_{KEY}": mode, f"importance_{KEY}": str(importance),
            "seen": changes_so_far(programme) if seen is None else seen,
        },
        follow=True,
    )  # fmt: skip


def uses() -> set[tuple[str, str, int]]:
    return set(Question.objects.filter(key=KEY).values_list("side", "mode", "importance"))


def test_only_what_both_sides_are_asked_is_offered(browser: Client, programme: Programme) -> None:
    page = browser.get(reverse("programme_questions", args=[programme.slug])).content.decode()

    assert f'name="mode_{KEY}"' in page
    assert "mode_limits" not in page


def test_a_use_is_saved_for_both_sides(browser: Client, programme: Programme) -> None:
    page = save(browser, programme, "must_not", 9).content.decode()

    assert "Saved. The next round uses it." in page
    assert uses() == {("mentee", "must_not", 9), ("mentor", "must_not", 9)}


@pytest.mark.parametrize(("mode", "importance"), [("love", 5), ("score", 0), ("score", 10), ("score", "x"), ("", "")])
def test_what_cannot_be_is_refused(browser: Client, programme: Programme, mode: str, importance: object) -> None:
    assert save(browser, programme, mode, importance).status_code == 422
    assert uses() == {("mentee", "ignore", 5), ("mentor", "ignore", 5)}


def test_somebody_elses_change_is_not_overwritten(browser: Client, programme: Programme) -> None:
    before = changes_so_far(programme)
    save(browser, programme, "score", 3)

    answer = save(browser, programme, "must", 5, seen=before)

    assert answer.status_code == 422
    assert "Somebody else saved changes here" in answer.content.decode()
    assert uses() == {("mentee", "score", 3), ("mentor", "score", 3)}


def test_a_question_can_be_asked_of_both_sides_at_once(browser: Client, programme: Programme) -> None:
    browser.post(
        reverse("question_new", args=[programme.slug]),
        {"side": "mentee", "kind": "many", "text": "Which tools?", "options": "Excel\nPython", "of_both": "on"},
    )

    assert set(Question.objects.filter(key="which-tools").values_list("side", flat=True)) == set(Side.values)


def test_a_question_that_loses_its_options_or_its_twin_counts_no_more(browser: Client, programme: Programme) -> None:
    save(browser, programme, "score", 3)
    row = Question.objects.get(key=KEY, side=Side.MENTEE)

    browser.post(reverse("question_remove", args=[programme.slug, row.pk]))

    assert uses() == {("mentor", AnswerMode.IGNORE, 3)}


def test_changing_the_words_of_a_question_keeps_its_use(browser: Client, programme: Programme) -> None:
    save(browser, programme, "score", 3)
    row = Question.objects.get(key=KEY, side=Side.MENTEE)

    browser.post(
        reverse("question", args=[programme.slug, row.pk]),
        {"kind": "choice", "text": "How do you want to meet?", "options": "\n".join(row.options),
         "seen": changes_so_far(Programme.objects.get())},
    )  # fmt: skip

    assert uses() == {("mentee", "score", 3), ("mentor", "score", 3)}
