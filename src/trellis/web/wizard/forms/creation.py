from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trellis.kernel.visible import visible
from trellis.programmes import content
from trellis.programmes.choices import SignUp
from trellis.programmes.configuration import Configuration, ObjectiveText, from_template
from trellis.programmes.plan import Cadence
from trellis.programmes.templates import Template
from trellis.programmes.yaml_reader import MOST_BYTES, too_large
from trellis.web.wizard.forms.fields import DayField, NumberField, ObjectiveField, ticks

LEAST_NOTICE = timedelta(days=28)  # three weeks of sign-up and one of matching


def usual_start(today: date) -> date:
    """The first Monday that leaves four weeks for sign-up and matching."""
    day = today + LEAST_NOTICE
    return day + timedelta(days=-day.weekday() % 7)


class CreateForm(forms.Form):
    """The one page of the wizard. Every field starts from the template, so that a name is all it needs."""

    name = forms.CharField(label=_("Name people will see"), max_length=200, validators=[visible])
    starts_on = DayField(label=_("Starts"))
    opens_on = DayField(label=_("Sign-up opens"))
    closes_on = DayField(label=_("Sign-up closes"), required=False, help_text=_("Empty: people may join at any time."))
    objective = ObjectiveField(label=_("Objective it serves"))
    summary = forms.CharField(
        label=_("Why this programme exists"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Shown on the invitation. Two sentences at most work best."),
    )  # fmt: skip
    sign_up = forms.ChoiceField(label=_("How people join"), choices=SignUp.choices)
    mentor_capacity = NumberField(
        label=_("Places a mentor offers"), min_value=1, max_value=50, help_text=_("Each mentor can take fewer.")
    )
    places_for_mentees = NumberField(
        label=_("Places for mentees in all"), required=False, min_value=1, max_value=100_000,
        help_text=_("Empty: no limit. Beyond it people are put on a waiting list."),
    )  # fmt: skip
    priority_rule = forms.ChoiceField(
        label=_("If more people apply than there are places"), widget=forms.RadioSelect,
        choices=[("random", _("Random order, recorded")), ("first_come", _("First come, first served"))],
    )  # fmt: skip
    mentors_need_approval = forms.BooleanField(label=_("Somebody approves each mentor"), required=False)
    interval_early_days = NumberField(label=_("Days between meetings, first 8 weeks"), min_value=0, max_value=180)
    interval_later_days = NumberField(label=_("Days between meetings, after that"), min_value=0, max_value=180)
    meeting_minutes = NumberField(label=_("Minutes a meeting"), min_value=10, max_value=480)
    planned_meetings = NumberField(label=_("Meetings in all"), min_value=1, max_value=200)
    surveys = ticks((), label=_("Surveys"))

    def __init__(self, *args: Any, template: Template, today: date, **options: Any) -> None:  # Any: as Form takes
        self.template = template
        self.proposed = from_template(
            template, name=template.name, starts_on=usual_start(today), opens_on=today
        )  # fmt: skip
        options.setdefault("initial", _initial(self.proposed))
        super().__init__(*args, **options)
        self._only_objectives_in_scope()
        packs = content.survey_packs()
        self.fields["surveys"].choices = [(key, pack.name) for key, pack in packs.items()]  # type: ignore[attr-defined]

    def _only_objectives_in_scope(self) -> None:
        field = self.fields["objective"]
        assert isinstance(field, ObjectiveField)
        field.in_scope()

    def configuration(self) -> Configuration:
        """The template's proposal with what was changed on the page."""
        given = self.cleaned_data
        base = from_template(
            self.template, name=given["name"], starts_on=given["starts_on"], opens_on=given["opens_on"]
        )  # fmt: skip
        objective = given["objective"]
        return replace(
            base,
            enrolment_closes_on=given["closes_on"],
            objective=ObjectiveText(objective.title, objective.description) if objective else None,
            summary=given["summary"],
            sign_up=given["sign_up"],
            mentor_capacity=given["mentor_capacity"],
            places_for_mentees=given["places_for_mentees"],
            matching=replace(base.matching, priority_rule=given["priority_rule"]),
            mentors_need_approval=given["mentors_need_approval"],
            cadence=Cadence(
                given["interval_early_days"], given["interval_later_days"],
                given["meeting_minutes"], given["planned_meetings"],
            ),
            surveys=tuple(given["surveys"]),
        )  # fmt: skip


def _initial(proposed: Configuration) -> dict[str, Any]:
    return {
        "name": proposed.name,
        "starts_on": proposed.starts_on,
        "opens_on": proposed.enrolment_opens_on,
        "closes_on": proposed.enrolment_closes_on,
        "summary": proposed.summary,
        "sign_up": proposed.sign_up,
        "mentor_capacity": proposed.mentor_capacity,
        "priority_rule": proposed.matching.priority_rule,
        "mentors_need_approval": proposed.mentors_need_approval,
        **vars(proposed.cadence),
        "surveys": list(proposed.surveys),
    }


class CopyForm(forms.Form):
    """The next cohort: a name and a start; every other date moves along."""

    name = forms.CharField(label=_("Name of the new programme"), max_length=200, validators=[visible])
    starts_on = DayField(label=_("Starts"), help_text=_("All other dates move with this one."))


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("A .yaml file that Trellis exported, at most 256 KB."), allow_empty_file=True
    )

    def clean_file(self) -> Any:  # Any: Django's uploaded file
        """Its size is known before anything is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(too_large(file.size))
        return file
