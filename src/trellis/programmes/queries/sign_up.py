"""What a sign-up form shows and what it still needs: conditions, questions, answers so far."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from trellis.people.models import Person
from trellis.programmes.eligibility import to_confirm
from trellis.programmes.models import EligibilityRule, Enrolment, Programme, Question
from trellis.programmes.questions import Option, Value, options_of


@dataclass(frozen=True)
class AskedQuestion:
    """One question of the form, with the answer given so far."""

    key: str
    kind: str
    text: str
    help: str
    options: tuple[Option, ...]
    required: bool
    value: Value


def conditions_of(programme: Programme, side: str) -> list[EligibilityRule]:
    """The conditions of one side, in their order."""
    return list(EligibilityRule.objects.filter(programme=programme, side=side).order_by("position", "pk"))


def to_be_confirmed(person: Person, conditions: Iterable[EligibilityRule]) -> list[EligibilityRule]:
    """Those conditions that only the person can confirm: statements, and facts that the directory does not have."""
    return [rule for rule in conditions if to_confirm(person, [rule])]


def unanswered(enrolment: Enrolment) -> dict[str, str]:
    """Required questions of the form without an answer: key and text."""
    answered = enrolment.answers.exclude(value="").values("question_id")
    open_ones = Question.objects.filter(programme=enrolment.programme_id, side=enrolment.side, required=True)
    return dict(open_ones.exclude(pk__in=answered).order_by("position", "pk").values_list("key", "text"))


def asked_questions(enrolment: Enrolment) -> list[AskedQuestion]:
    """The programme's own questions for this side, each with the answer so far; two queries."""
    given = {answer.question_id: answer.value for answer in enrolment.answers.all()}
    rows = Question.objects.filter(programme=enrolment.programme_id, side=enrolment.side).order_by("position", "pk")
    return [
        AskedQuestion(
            row.key, row.kind, row.text, row.help, options_of(row.options), row.required,
            json.loads(given[row.pk]) if given.get(row.pk) else None,
        )
        for row in rows
    ]  # fmt: skip


def people_not_to_match(enrolment: Enrolment) -> list[Person]:
    """The people this person would rather not be matched with. For nobody's eyes but theirs."""
    ids = json.loads(enrolment.no_match) if enrolment.no_match else []
    return list(Person.objects.filter(pk__in=ids).order_by("sort_name", "pk"))
