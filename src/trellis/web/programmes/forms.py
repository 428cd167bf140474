"""The pages of the sign-up form: what was typed into a `Draft`. Nothing is saved here."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trellis.people.models import Person
from trellis.programmes.actions.enrolment import Draft
from trellis.programmes.choices import Side
from trellis.programmes.enrolment_rules import can_be_findable, most_places_of
from trellis.programmes.models import Enrolment
from trellis.programmes.queries.sign_up import AskedQuestion, people_called, people_not_to_match
from trellis.programmes.questions import AnswerRefused, parse_text, parse_words
from trellis.programmes.standard_answers import (
    GOAL_AT_MOST,
    NO_MATCH_AT_MOST,
    VALUES_AT_MOST,
    parse_availability,
    parse_places,
    parse_style,
    parse_values,
)
from trellis.web.programmes.fields import Parsed, SkillsField, names_of, question_field

PERSONS_LONGEST = 260


def _only(raw: list[str]) -> str:
    return raw[0] if raw else ""


class PageForm(forms.Form):
    """One page. `strict` asks for what is needed; otherwise an unfinished page is fine and what is clear is kept."""

    needed: tuple[str, ...] = ()

    def __init__(self, enrolment: Enrolment, *arguments: Any, strict: bool = False, **options: Any) -> None:
        self.enrolment = enrolment
        super().__init__(*arguments, **options)
        for name in self.needed:
            self.fields[name].required = strict

    def draft(self) -> Draft:
        """What is clear on this page; a field with an error is left as it was."""
        self.is_valid()
        return self.draft_of(self.cleaned_data)

    def draft_of(self, clean: dict[str, Any]) -> Draft:
        return Draft(**clean)


class GoalPage(PageForm):
    needed = ("goal", "skills")

    goal = Parsed(lambda raw: parse_text(_only(raw), GOAL_AT_MOST), look="text", required=False)
    skills = SkillsField(required=False)
    aims = Parsed(lambda raw: parse_words(_only(raw)), look="words", required=False)

    def __init__(self, enrolment: Enrolment, *arguments: Any, **options: Any) -> None:
        super().__init__(enrolment, *arguments, **options)
        mentor = enrolment.side == Side.MENTOR
        self.fields["goal"].label = _("What you can help with") if mentor else _("What you want to become better at")
        self.fields["goal"].help_text = (
            _("A sentence or two: what you know well, and what you would rather not take on.") if mentor
            else _("A sentence or two: what, and why now.")
        )  # fmt: skip
        self.fields["skills"].label = _("Skills you offer") if mentor else _("Skills you want to grow")
        self.fields["aims"].label = (
            _("Roles or fields you have worked in") if mentor else _("Roles or fields you aim at")
        )
        self.fields["aims"].help_text = _("A few words each, with commas between.")


class StylePage(PageForm):
    needed = ("working_style", "values", "availability")

    working_style = Parsed(
        lambda raw: parse_style(_only(raw)), look="style", label=_("How you like to work"), required=False
    )
    values = Parsed(parse_values, look="values", label=_("What matters to you at work"), required=False)
    availability = Parsed(parse_availability, look="grid", label=_("When you can usually meet"), required=False)
    interests = Parsed(
        lambda raw: parse_words(_only(raw)), look="words", label=_("Interests outside work"), required=False
    )
    experience = Parsed(
        lambda raw: parse_words(_only(raw)), look="words", label=_("Experience you would like to share with somebody"),
        required=False,
    )  # fmt: skip

    def __init__(self, enrolment: Enrolment, *arguments: Any, **options: Any) -> None:
        super().__init__(enrolment, *arguments, **options)
        self.fields["values"].help_text = _("Choose up to %(most)s.") % {"most": VALUES_AT_MOST}
        self.fields["interests"].help_text = _("With commas between: choir, climbing, bees.")
        self.fields["experience"].help_text = _(
            "For example: changed country, returned from leave, first in the family to study."
        )


class QuestionsPage(PageForm):
    """The programme's own questions, the people somebody would rather not be matched with, and who may find them."""

    no_match = Parsed(
        lambda raw: _people(raw), look="people", label=_("People you would rather not be matched with"), required=False,
        help_text=_("One a line: their work e-mail, or their full name. No reason is asked."),
    )  # fmt: skip

    def __init__(
        self, enrolment: Enrolment, *arguments: Any, questions: Sequence[AskedQuestion], strict: bool = False,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(enrolment, *arguments, **options)
        self.needed = tuple(f"q_{question.key}" for question in questions if question.required)
        for question in questions:
            self.fields[f"q_{question.key}"] = question_field(
                question.kind, question.options, label=question.text, help_text=question.help,
                required=strict and question.required,
            )  # fmt: skip
        self.order_fields([*(f"q_{question.key}" for question in questions), "no_match"])
        if can_be_findable(enrolment.programme, enrolment.side):
            self.fields["findable"] = Parsed(
                lambda raw: raw == ["yes"], look="yes", label=_("Mentors may find me here and ask me"), required=False,
            )  # fmt: skip

    def draft_of(self, clean: dict[str, Any]) -> Draft:
        answers = {name.removeprefix("q_"): _plain(value) for name, value in clean.items() if name.startswith("q_")}
        return Draft(answers=answers, no_match=clean.get("no_match"), findable=clean.get("findable"))


class PlacesForm(forms.Form):
    """How many people somebody takes."""

    def __init__(self, enrolment: Enrolment, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.most = most_places_of(enrolment.programme, enrolment.side)
        self.fields["places"] = Parsed(
            lambda raw: parse_places(_only(raw), self.most), look="places", label=_("How many people you take"),
        )  # fmt: skip


class PauseForm(forms.Form):
    """A break, with the first day back if it is known. Which days are possible, the action knows."""

    until = forms.DateField(
        label=_("Back on"), required=False, input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("This is not a date. Write it as 2027-01-11, or leave it empty.")},
    )  # fmt: skip


def _plain(value: Any) -> Any:
    """Skills are kept as "id:level", like every other list of words."""
    if isinstance(value, tuple):
        return [f"{skill}:{level}" for skill, level in value] or None
    return value if value not in ("", []) else None


def _people(raw: list[str]) -> tuple[int, ...]:
    """Ids of the people named, one a line. Refuses a line that names nobody, or several."""
    text = parse_text(_only(raw), NO_MATCH_AT_MOST * PERSONS_LONGEST)
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if len(lines) > NO_MATCH_AT_MOST:
        raise AnswerRefused(gettext("At most %(most)s people.") % {"most": NO_MATCH_AT_MOST})
    found: dict[str, list[Person]] = people_called(lines)
    for line in lines:
        if not found[line]:
            raise AnswerRefused(
                gettext("Nobody in the directory is called “%(name)s”. Write their work e-mail.")
                % {"name": line[:PERSONS_LONGEST]}
            )
        if len(found[line]) > 1:
            raise AnswerRefused(
                gettext("Several people are called “%(name)s”. Write the work e-mail of the one you mean.")
                % {"name": line[:PERSONS_LONGEST]}
            )
    return tuple(dict.fromkeys(found[line][0].pk for line in lines))


def stored(enrolment: Enrolment, section: str, questions: Sequence[AskedQuestion]) -> dict[str, Any]:
    """What is kept so far, as a page's fields take it."""
    if section == "goal":
        skills = list(enrolment.skills.order_by("pk").values_list("skill", "level"))
        return {"goal": [enrolment.goal], "skills": names_of(skills), "aims": [", ".join(enrolment.aims)]}
    if section == "style":
        return {
            "working_style": [enrolment.working_style], "values": enrolment.values,
            "availability": enrolment.availability, "interests": [", ".join(enrolment.interests)],
            "experience": [", ".join(enrolment.experience)],
        }  # fmt: skip
    people = people_not_to_match(enrolment)
    return {f"q_{question.key}": _typed(question) for question in questions} | {
        "no_match": ["\n".join(person.email for person in people)],
        "findable": ["yes"] if enrolment.findable else [],
    }


def _typed(question: AskedQuestion) -> list[Any]:
    """A kept answer as somebody would have typed it."""
    value = question.value
    if value is None:
        return []
    if question.kind == "rank" and isinstance(value, list):
        return [f"{option}:{place}" for place, option in enumerate(value, start=1)]
    if question.kind == "skills" and isinstance(value, list):
        pairs = [entry.rpartition(":")[::2] for entry in value]
        return list(names_of([(skill, int(level)) for skill, level in pairs]))
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]
