"""One form for each section of a programme's settings. `change()` gives what the section's action takes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trellis.kernel.visible import visible
from trellis.programmes import content
from trellis.programmes.actions.settings import Basics, Joining
from trellis.programmes.choices import MentoringModel, PairVisibility, SignUp
from trellis.programmes.configuration import Target, cadence_of
from trellis.programmes.models import KpiTarget, Programme
from trellis.programmes.plan import Cadence
from trellis.web.wizard.forms.fields import DayField, NumberField, ObjectiveField, ticks

Change = Mapping[str, Any]  # Any: keyword arguments of one action


class SectionForm(forms.Form):
    """A form about one programme, filled with what it has now."""

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:  # Any: as Form takes
        self.programme = programme
        options.setdefault("initial", self.now(programme))
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, ObjectiveField):
                field.in_scope()

    def now(self, programme: Programme) -> dict[str, Any]:
        """What the programme has at present, by field."""
        return {name: getattr(programme, name) for name in self.base_fields}

    def change(self) -> Change:
        raise NotImplementedError

    def changed_labels(self) -> list[str]:
        """Names of the fields that differ, for the page that asks once more."""
        return list(dict.fromkeys(str(self.fields[name].label) for name in self.changed_data))


class BasicsForm(SectionForm):
    name = forms.CharField(label=_("Name people will see"), max_length=200, validators=[visible])
    summary = forms.CharField(
        label=_("Why this programme exists"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown on the invitation. Two sentences at most work best."),
    )  # fmt: skip
    audience = forms.CharField(label=_("Who it is for"), max_length=300, required=False)
    objective = ObjectiveField(label=_("Objective it serves"))
    enrolment_opens_on = DayField(label=_("Sign-up opens"))
    enrolment_closes_on = DayField(
        label=_("Sign-up closes"), required=False, help_text=_("Empty: people may join at any time.")
    )
    starts_on = DayField(label=_("Starts"))
    ends_on = DayField(label=_("Ends"), required=False, help_text=_("Empty: it goes on."))

    def change(self) -> Change:
        return {"basics": Basics(**self.cleaned_data)}


class CadenceForm(SectionForm):
    model = forms.ChoiceField(label=_("Mentoring model"), choices=MentoringModel.choices)
    duration_weeks = NumberField(label=_("Weeks a pair runs"), min_value=1, max_value=156)
    interval_early_days = NumberField(label=_("Days between meetings, first 8 weeks"), min_value=0, max_value=180)
    interval_later_days = NumberField(label=_("Days between meetings, after that"), min_value=0, max_value=180)
    meeting_minutes = NumberField(label=_("Minutes a meeting"), min_value=10, max_value=480)
    planned_meetings = NumberField(label=_("Meetings in all"), min_value=1, max_value=200)

    def now(self, programme: Programme) -> dict[str, Any]:
        cadence = vars(cadence_of(programme))
        return {"model": programme.model, "duration_weeks": programme.duration_weeks, **cadence}

    def change(self) -> Change:
        given = dict(self.cleaned_data)
        return {"model": given.pop("model"), "duration_weeks": given.pop("duration_weeks"), "cadence": Cadence(**given)}


class JoiningForm(SectionForm):
    sign_up = forms.ChoiceField(label=_("How people join"), choices=SignUp.choices)
    mentors_need_approval = forms.BooleanField(label=_("Somebody approves each mentor"), required=False)
    training_gate = forms.BooleanField(
        label=_("Training comes before matching"), required=False,
        help_text=_("20 minutes for mentees, 45 for mentors. It is one of the few things that is known to help."),
    )  # fmt: skip
    mentor_capacity = NumberField(
        label=_("Places a mentor offers"), min_value=1, max_value=50, help_text=_("Each mentor can take fewer.")
    )
    mentors_per_mentee = NumberField(label=_("Mentors a mentee has"), min_value=1, max_value=10)
    places_for_mentees = NumberField(
        label=_("Places for mentees in all"), required=False, min_value=1, max_value=100_000,
        help_text=_("Empty: no limit. Beyond it people are put on a waiting list."),
    )  # fmt: skip

    def now(self, programme: Programme) -> dict[str, Any]:
        names = ("sign_up", "mentors_need_approval", "training_gate", "mentors_per_mentee", "places_for_mentees")
        return {name: getattr(programme, name) for name in names} | {
            "mentor_capacity": programme.mentor_capacity_default
        }

    def change(self) -> Change:
        return {"joining": Joining(**self.cleaned_data)}


class SurveysForm(SectionForm):
    surveys = ticks((), label=_("Surveys"), help_text=_("Everybody may decline each one; declining counts as done."))
    packs = ticks((), label=_("Packs of conversation prompts"))

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        super().__init__(*args, programme=programme, **options)
        surveys = [
            (key, f"{pack.name} ({pack.when}, {pack.minutes:g} min)") for key, pack in content.survey_packs().items()
        ]
        self.fields["surveys"].choices = surveys  # type: ignore[attr-defined]  # a multiple choice, see `ticks`
        self.fields["packs"].choices = [  # type: ignore[attr-defined]
            (pack, pack.replace("_", " ").capitalize()) for pack in sorted(content.prompt_packs())
        ]

    def now(self, programme: Programme) -> dict[str, Any]:
        return {"surveys": programme.surveys, "packs": programme.prompt_packs}

    def change(self) -> Change:
        return {"surveys": self.cleaned_data["surveys"], "packs": self.cleaned_data["packs"]}


class TargetsForm(SectionForm):
    """The objective, and for each measure whether the programme is judged by it and which target it has."""

    objective = ObjectiveField(label=_("Objective it serves"))

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        rows = KpiTarget.objects.filter(programme=programme)
        self.targets = dict(rows.order_by("id").values_list("kpi", "target"))
        super().__init__(*args, programme=programme, **options)
        for key, kpi in content.kpis().items():
            self.fields[f"on_{key}"] = forms.BooleanField(label=kpi.name, required=False)
            self.fields[f"to_{key}"] = forms.DecimalField(
                label=_("Target for “%(kpi)s”") % {"kpi": kpi.name}, required=False, max_digits=8, decimal_places=2,
                widget=forms.NumberInput(attrs={"class": "inp n", "step": "any"}),
            )  # fmt: skip

    def now(self, programme: Programme) -> dict[str, Any]:
        known = content.kpis()
        return {
            "objective": programme.objective,
            **{f"on_{key}": key in self.targets for key in known},
            **{f"to_{key}": _plain(self.targets.get(key, known[key].default_target)) for key in known},
        }

    @property
    def rows(self) -> list[tuple[content.Kpi, forms.BoundField, forms.BoundField]]:
        """Measures that are on first, in the order they have; then the others."""
        keys = [*self.targets, *(key for key in content.kpis() if key not in self.targets)]
        return [(content.kpis()[key], self[f"on_{key}"], self[f"to_{key}"]) for key in keys if key in content.kpis()]

    @property
    def on(self) -> list[tuple[content.Kpi, forms.BoundField, forms.BoundField]]:
        return [row for row in self.rows if row[0].id in self.targets]

    @property
    def off(self) -> list[tuple[content.Kpi, forms.BoundField, forms.BoundField]]:
        return [row for row in self.rows if row[0].id not in self.targets]

    def change(self) -> Change:
        given = self.cleaned_data
        chosen = [kpi.id for kpi, _on, _to in self.rows if given[f"on_{kpi.id}"]]
        return {"objective": given["objective"], "targets": [Target(key, given[f"to_{key}"]) for key in chosen]}


def _plain(number: Any) -> Any:
    """70.00 as 70, 1.10 as 1.1."""
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else number.normalize()


class TermsForm(SectionForm):
    terms = forms.CharField(
        label=_("Terms"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("Plain text; an empty line starts a new paragraph."),
    )  # fmt: skip

    def change(self) -> Change:
        return {"terms": self.cleaned_data["terms"]}


class VisibilityForm(SectionForm):
    pair_visibility = forms.ChoiceField(
        label=_("What people managers see"), choices=PairVisibility.choices, widget=forms.RadioSelect
    )

    def change(self) -> Change:
        return {"pair_visibility": PairVisibility(self.cleaned_data["pair_visibility"])}
