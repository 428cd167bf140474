"""What people type about a meeting, turned into a moment. Nothing is saved here."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trellis.kernel.errors import Refusal
from trellis.meetings.actions import moment_on_the_wall
from trellis.meetings.rules import LONGEST, SHORTEST


class WhenForm(forms.Form):
    """Day, time on the planner's own clock, and length. `cleaned_data["starts_at"]` is the moment."""

    day = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is not a date. Choose one, or write it as 2026-11-24.")},
    )
    at = forms.TimeField(
        label=_("Time, on your clock"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("This is not a time. Write it as 14:30.")},
    )
    minutes = forms.IntegerField(
        label=_("Length in minutes"),
        widget=forms.NumberInput(attrs={"min": SHORTEST, "max": LONGEST, "step": 5, "inputmode": "numeric"}),
        error_messages={"invalid": _("Write the length as a number of minutes, such as 50.")},
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "day" in given and "at" in given:
            try:
                given["starts_at"] = moment_on_the_wall(day=given["day"], at=given["at"], zone=self.zone)
            except Refusal as refusal:
                self.add_error(refusal.field, str(refusal))
            except OverflowError:
                self.add_error("day", _("This date is too far away. Choose one within the programme."))
        return given

    @property
    def starts_at(self) -> datetime:
        moment: datetime = self.cleaned_data["starts_at"]
        return moment

    @property
    def what(self) -> dict[str, Any]:  # Any: what was typed, by the names that the actions take
        """Everything but when it starts."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"day", "at", "starts_at"}}


class LogForm(WhenForm):
    topic = forms.CharField(label=_("What it was about"), required=False, max_length=200)


class PlanForm(WhenForm):
    topic = forms.CharField(label=_("What it is about"), required=False, max_length=200)
    place = forms.CharField(label=_("Where: a room or a video link"), required=False, max_length=300)


class NotesForm(forms.Form):
    notes = forms.CharField(
        label=_("Shared notes"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 10})
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
