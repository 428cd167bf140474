"""What two people can type or choose in their space. Every field says who can read it, beside it on the page."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from trellis.journeys.models import ReviewChoice
from trellis.journeys.rules import WORDS_AT_MOST
from trellis.mentorships.choices import ClosureType
from trellis.mentorships.rules import EXTENSION_WEEKS_AT_MOST, PAUSE_DAYS_AT_MOST
from trellis.surveys.packs import COUNT_AT_MOST, Item, Kind
from trellis.surveys.rules import TEXT_AT_MOST, Value


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent; an empty form is still sent."""
    return request.POST if request.method == "POST" else None


SHORT = 2_000  # characters of one part of an agreement


def words_field(label: Any, *, rows: int = 3, most: int = WORDS_AT_MOST, **more: Any) -> forms.CharField:
    """A text that a person writes. Any: lazy labels, and Django's own keyword arguments."""
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows, "class": "input"}), **more
    )


class AgreementForm(forms.Form):
    aims = words_field(
        _("What we want from this"), most=SHORT, help_text=_("A sentence or two. The goals themselves come later.")
    )
    rhythm = words_field(
        _("Our rhythm"), most=SHORT, rows=2, help_text=_("How often, how long, and how fast we answer in between.")
    )
    boundaries = words_field(
        _("Off the table"), most=SHORT, rows=2, help_text=_("Topics, times and favours that are not part of this.")
    )
    confidentiality = words_field(
        _("What stays between us"), most=SHORT, help_text=_("And which things either of you would have to report.")
    )


class PauseForm(forms.Form):
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
        help_text=_("At most %(days)d days. You can go on earlier at any time.") % {"days": PAUSE_DAYS_AT_MOST},
    )  # fmt: skip
    words = words_field(_("A note to yourself"), rows=2, required=False)

    def __init__(self, *args: Any, today: date, **more: Any) -> None:  # Any: Django's own arguments
        super().__init__(*args, **more)
        until = self.fields["until"]
        until.initial = today + timedelta(days=30)
        until.widget.attrs |= {
            "min": (today + timedelta(days=1)).isoformat(),
            "max": (today + timedelta(days=PAUSE_DAYS_AT_MOST)).isoformat(),
        }


class ExtendForm(forms.Form):
    weeks = forms.IntegerField(
        label=_("How many weeks longer?"), min_value=1, max_value=EXTENSION_WEEKS_AT_MOST, initial=12,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )  # fmt: skip


EARLY_ENDS = (ClosureType.CHANGED_CIRCUMSTANCES, ClosureType.NOT_A_FIT)


class EndForm(forms.Form):
    closure = forms.ChoiceField(
        label=_("If you like, say which"), required=False, widget=forms.RadioSelect,
        initial=ClosureType.CHANGED_CIRCUMSTANCES,
    )  # fmt: skip
    wants_rematch = forms.BooleanField(label=_("I would like a new match"), required=False)
    words = words_field(_("Anything you want to keep for yourself"), rows=2, required=False)

    def __init__(self, *args: Any, contact: bool, **more: Any) -> None:  # Any: Django's own arguments
        super().__init__(*args, **more)
        types = [*EARLY_ENDS, ClosureType.CONCERN] if contact else list(EARLY_ENDS)
        closure = self.fields["closure"]
        assert isinstance(closure, forms.ChoiceField)
        closure.choices = [(each.value, each.label) for each in types]

    def clean_closure(self) -> str:
        return self.cleaned_data["closure"] or ClosureType.CHANGED_CIRCUMSTANCES


class ReviewForm(forms.Form):
    choice = forms.ChoiceField(
        label=_("How do you want to go on?"), choices=ReviewChoice.Choice.choices, widget=forms.RadioSelect
    )
    barriers = words_field(_("What gets in the way?"), rows=3, required=False)


class CloseForm(forms.Form):
    ENDINGS = (
        ("informal", _("Informally"), _("A talk now and then, no programme around it. It needs a yes from both.")),
        ("completed", _("We are done"), _("No is a fine answer.")),
    )  # fmt: skip
    ending = forms.ChoiceField(
        label=_("How do you want to carry on?"), choices=[(key, words) for key, words, _why in ENDINGS],
        initial="informal", widget=forms.RadioSelect,
    )  # fmt: skip
    wants_rematch = forms.BooleanField(label=_("I would like another match after this"), required=False)


class ReflectionForm(forms.Form):
    body = words_field(_("Your look back"), rows=6, required=False)
    thanks = words_field(_("Your thanks"), rows=3, required=False)


class CheckInForm(forms.Form):
    """One field for each question of a pack; every one may be left empty."""

    def __init__(self, *args: Any, items: Iterable[Item], **more: Any) -> None:  # Any: Django's own arguments
        super().__init__(*args, **more)
        self.items = tuple(items)
        for item in self.items:
            self.fields[item.id] = _field_for(item)

    def answers(self) -> dict[str, Value]:
        """What was answered; empty ones are left out."""
        cleaned = self.cleaned_data
        return {
            item.id: cleaned[item.id] if item.kind in (Kind.TEXT, Kind.COUNT) else int(cleaned[item.id])
            for item in self.items
            if cleaned[item.id] not in ("", None)
        }


def _field_for(item: Item) -> forms.Field:
    if item.kind is Kind.TEXT:
        return words_field(item.text, most=TEXT_AT_MOST, required=False)
    if item.kind is Kind.COUNT:
        return forms.IntegerField(
            label=item.text, min_value=0, max_value=COUNT_AT_MOST, required=False,
            widget=forms.NumberInput(attrs={"class": "input"}),
        )  # fmt: skip
    choices = [(0, _("No, thank you")), (1, _("Yes, please"))] if item.kind is Kind.YES_NO else [
        (choice.value, choice.label) for choice in item.choices
    ]  # fmt: skip
    return forms.ChoiceField(label=item.text, choices=choices, required=False, widget=forms.RadioSelect)
