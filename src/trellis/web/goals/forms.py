"""What people type about goals and steps. Nothing is saved here; lengths and rules are the actions' own."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trellis.goals.rules import TEXT_AT_MOST, TITLE_AT_MOST
from trellis.web.goals.skills import Choices

ONE_OF_FIVE = _("Choose one of the five answers.")
NOT_A_DATE = _("This is not a date. Choose one, or write it as 2026-12-18.")


def _date(label: Any, **kwargs: Any) -> forms.DateField:  # Any: lazy strings and Django's own arguments
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": NOT_A_DATE}, **kwargs,
    )  # fmt: skip


def _text(label: Any, **kwargs: Any) -> forms.CharField:  # Any: as above
    return forms.CharField(
        label=label, required=False, max_length=TEXT_AT_MOST, widget=forms.Textarea(attrs={"rows": 3}), **kwargs
    )


class GoalForm(forms.Form):
    title = forms.CharField(
        label=_("The goal in one line"), max_length=TITLE_AT_MOST,
        error_messages={"required": _("Give the goal a title.")},
    )  # fmt: skip
    outcome = _text(_("How will you know that it is reached?"))
    evidence = _text(_("What could somebody else see by then?"))
    why = _text(_("Why does it matter to you?"))
    linked_skill = forms.ChoiceField(label=_("Skill or level it belongs to"), required=False)
    due_on = _date(_("By when"), required=False, help_text=_("Your first goal is due within 30 days."))
    if_then = _text(
        _("If … happens, then I will …"),
        help_text=_("A plan for the most likely obstacle. Asked for when you plan your actions."),
    )
    first_action_on = _date(_("Date of the first action"), required=False)

    def __init__(self, *args: Any, skills: Choices, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        skill = self.fields["linked_skill"]
        assert isinstance(skill, forms.ChoiceField)
        skill.choices = skills


class StepForm(forms.Form):
    text = forms.CharField(
        label=_("What is to be done"), max_length=300, error_messages={"required": _("Write down what the step is.")}
    )
    owner = forms.TypedChoiceField(label=_("Whose step"), coerce=int)
    due_on = _date(_("By when"))

    def __init__(self, *args: Any, owners: list[tuple[int, str]], **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        owner.choices = owners

    @property
    def due(self) -> date:
        chosen: date = self.cleaned_data["due_on"]
        return chosen


class PercentForm(forms.Form):
    percent = forms.IntegerField(error_messages={"invalid": _("Progress is a number from 0 to 100.")})


class SettleForm(forms.Form):
    attainment = forms.TypedChoiceField(
        label=_("How far did you come?"), coerce=int, widget=forms.RadioSelect,
        choices=[
            (-2, _("Much less than expected")), (-1, _("Less than expected")), (0, _("As expected")),
            (1, _("More than expected")), (2, _("Much more than expected")),
        ],
        error_messages={"required": ONE_OF_FIVE, "invalid_choice": ONE_OF_FIVE},
    )  # fmt: skip
    how = forms.ChoiceField(choices=[("reached", ""), ("dropped", "")])
