from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from trellis.programmes.choices import (
    COMPARED_KINDS,
    LEAST_IMPORTANCE,
    MOST_IMPORTANCE,
    AnswerMode,
    QuestionKind,
    Side,
)
from trellis.programmes.configuration import QuestionText
from trellis.programmes.eligibility import HIGHEST, KINDS, STATEMENT, Condition, condition
from trellis.programmes.models import EligibilityRule, Question
from trellis.programmes.queries.matched_questions import MatchedQuestion
from trellis.programmes.questions import options_of
from trellis.web.wizard.forms.fields import LinesField, NumberField, WordsField

OFFERS = (QuestionKind.CHOICE, QuestionKind.MANY, QuestionKind.RANK)


class ConditionForm(forms.Form):
    """One condition. Which of number, list and words counts depends on the kind; the others are left alone."""

    side = forms.ChoiceField(label=_("For"), choices=Side.choices)
    kind = forms.ChoiceField(label=_("Condition"))
    number = NumberField(
        label=_("Number"), required=False, min_value=0, max_value=max(HIGHEST.values()),
        help_text=_("Months, days or level."),
    )  # fmt: skip
    values = WordsField(
        label=_("One of"), required=False, help_text=_("Units, places or languages, with commas between them.")
    )
    words = forms.CharField(
        label=_("In your own words"), required=False, max_length=300,
        help_text=_("For a statement that each person confirms: “leads a team for the first time”."),
    )  # fmt: skip

    def __init__(self, *args: Any, row: EligibilityRule | None = None, **options: Any) -> None:  # Any: as Form takes
        options.setdefault("initial", _initial(row) if row else None)
        super().__init__(*args, **options)
        kinds = [(kind, each.label) for kind, each in KINDS.items()]
        self.fields["kind"].choices = [*kinds, (STATEMENT, _("A statement the person confirms"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        needs = self._needs(given.get("kind", ""))
        if needs and needs not in self.errors and not given.get(needs) and given.get(needs) != 0:
            self.add_error(needs, _now("This condition needs it. Fill it in, or choose another condition."))
        return given

    def _needs(self, kind: str) -> str:
        if kind == STATEMENT:
            return "words"
        parameter = KINDS[kind].parameter if kind in KINDS else ""
        return {"": "", "values": "values"}.get(parameter, "number")

    def condition(self) -> Condition:
        given = self.cleaned_data
        needs = self._needs(given["kind"])
        if needs == "words":
            return condition(given["side"], STATEMENT, {}, given["words"])
        parameter = KINDS[given["kind"]].parameter
        return condition(given["side"], given["kind"], {parameter: given[needs]} if needs else {})


def _initial(row: EligibilityRule) -> dict[str, Any]:
    kind = KINDS.get(row.kind)
    value = row.value.get(kind.parameter) if kind and kind.parameter else None
    found: dict[str, Any] = {"side": row.side, "kind": row.kind}
    if kind is None:
        return found | {"words": row.words}
    return found | {"values" if isinstance(value, list) else "number": value}


class QuestionForm(forms.Form):
    """One question of the sign-up form."""

    side = forms.ChoiceField(label=_("Asked of"), choices=Side.choices)
    kind = forms.ChoiceField(label=_("Kind of answer"), choices=QuestionKind.choices)
    text = forms.CharField(label=_("Question"), max_length=300)
    help = forms.CharField(label=_("Hint under it"), max_length=300, required=False)
    options = LinesField(
        label=_("Options"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line; only for one choice, several choices and ranking."),
    )  # fmt: skip
    required = forms.BooleanField(label=_("Must be answered"), required=False)
    of_both = forms.BooleanField(
        label=_("Ask both sides"), required=False,
        help_text=_("Matching can compare answers only to what both sides are asked: one choice or several."),
    )  # fmt: skip

    def __init__(self, *args: Any, row: Question | None = None, **options: Any) -> None:
        self.row = row
        options.setdefault("initial", _as_given(row) if row else None)
        super().__init__(*args, **options)
        if row:
            self.fields["side"].disabled = True
            del self.fields["of_both"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") in OFFERS and len(given.get("options") or []) < 2:
            self.add_error("options", _now("This kind of question needs options. Write two or more, one a line."))
        return given

    def question(self) -> QuestionText:
        given = self.cleaned_data
        options = tuple(given["options"]) if given["kind"] in OFFERS else ()
        use = (self.row.mode, self.row.importance) if self.row and given["kind"] in COMPARED_KINDS else ()
        return QuestionText(
            given["side"], self.row.key if self.row else "", given["kind"], given["text"], given["help"], options,
            given["required"], *use,
        )  # fmt: skip


def _as_given(row: Question) -> dict[str, Any]:
    names = ("side", "kind", "text", "help", "required")
    return {name: getattr(row, name) for name in names} | {
        "options": [option.label for option in options_of(row.options)]
    }


class AnswerUseForm(forms.Form):
    """For each question that both sides are asked: what matching does with the answers, and how much they count."""

    def __init__(self, *args: Any, questions: Sequence[MatchedQuestion], **options: Any) -> None:
        self.questions = questions
        options.setdefault("initial", {
            **{f"mode_{each.key}": each.mode for each in questions},
            **{f"importance_{each.key}": each.importance for each in questions},
        })  # fmt: skip
        super().__init__(*args, **options)
        for each in questions:
            self.fields[f"mode_{each.key}"] = forms.ChoiceField(
                label=_("In matching: %(question)s") % {"question": each.text}, choices=AnswerMode.choices,
                widget=forms.Select(attrs={"class": "sel s"}),
            )  # fmt: skip
            self.fields[f"importance_{each.key}"] = NumberField(
                label=_("Importance from 1 to 9: %(question)s") % {"question": each.text},
                min_value=LEAST_IMPORTANCE, max_value=MOST_IMPORTANCE,
                widget=forms.NumberInput(attrs={"class": "inp n s"}),
            )  # fmt: skip

    @property
    def rows(self) -> list[tuple[MatchedQuestion, forms.BoundField, forms.BoundField]]:
        return [(each, self[f"mode_{each.key}"], self[f"importance_{each.key}"]) for each in self.questions]

    def uses(self) -> dict[str, tuple[str, int]]:
        given = self.cleaned_data
        return {each.key: (given[f"mode_{each.key}"], given[f"importance_{each.key}"]) for each in self.questions}
