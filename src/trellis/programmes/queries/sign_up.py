"""What a sign-up form shows and what it still needs: conditions, questions, answers so far."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from trellis.people.choices import ConsentKind
from trellis.people.models import Consent, Person
from trellis.programmes.choices import AnswerMode
from trellis.programmes.eligibility import to_confirm
from trellis.programmes.enrolment_rules import TAKES_PART
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
    mode: str = AnswerMode.IGNORE.value  # what matching does with the answer


def conditions_of(programme: Programme, side: str) -> list[EligibilityRule]:
    """The conditions of one side, in their order."""
    return list(EligibilityRule.objects.filter(programme=programme, side=side).order_by("position", "pk"))


def to_be_confirmed(person: Person, conditions: Iterable[EligibilityRule]) -> list[EligibilityRule]:
    """Those conditions that only the person can confirm: statements, and facts that the directory does not have."""
    return [rule for rule in conditions if to_confirm(person, [rule])]


def confirmation_of(condition_id: int) -> str:
    """What a person's confirmation of one condition is about, in the table of consents."""
    return f"condition:{condition_id}"


def acceptance_of(programme_id: int) -> str:
    """What the acceptance of a programme's terms is about, in the table of consents."""
    return f"programme:{programme_id}"


def terms_open(person: Person, programme: Programme) -> bool:
    """Whether somebody who takes part has yet to accept the terms as they are now; one query, or two."""
    if (
        not programme.terms
        or not Enrolment.objects.of(person).filter(programme=programme, state__in=TAKES_PART).exists()
    ):
        return False
    about, version = acceptance_of(programme.pk), programme.terms_version
    given = Consent.objects.filter(person=person, kind=ConsentKind.PROGRAMME_TERMS, about=about, version=version)
    return not given.exists()


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
            json.loads(given[row.pk]) if given.get(row.pk) else None, row.mode,
        )
        for row in rows
    ]  # fmt: skip


def people_not_to_match(enrolment: Enrolment) -> list[Person]:
    """The people this person would rather not be matched with. For nobody's eyes but theirs."""
    ids = json.loads(enrolment.no_match) if enrolment.no_match else []
    return list(Person.objects.filter(pk__in=ids).order_by("sort_name", "pk"))


def people_called(names: Iterable[str]) -> dict[str, list[Person]]:
    """Active people for each work e-mail or full name, in any case; one query."""
    wanted = {name: name.casefold() for name in names}
    emails = Q(email__in=set(wanted.values()) | set(wanted))
    by_family_name = Q()
    for name in wanted:
        if "@" not in name and " " in name:
            by_family_name |= (
                Q(family_name__iexact=name.split()[-1])
                | Q(given_name__iexact=name.split()[0])
                | Q(preferred_name__iexact=name.split()[0])
            )
    people = (
        list(Person.objects.active().filter(emails | by_family_name if by_family_name else emails)) if wanted else []
    )
    return {
        name: [
            person for person in people
            if folded in {person.email.casefold(), person.full_name.casefold(), _given_name(person)}
        ]
        for name, folded in wanted.items()
    }  # fmt: skip


def _given_name(person: Person) -> str:
    return f"{person.given_name} {person.family_name}".strip().casefold()
