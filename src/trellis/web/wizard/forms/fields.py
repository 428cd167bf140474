"""Fields as this area uses them: native inputs, words that say what is wrong and how to cure it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from trellis.programmes.checks import check_day
from trellis.programmes.models import Objective

SHOWN_AT_MOST = 400  # characters of a saved text beside the field in which somebody typed another


def near_enough(day: date) -> None:
    for fault in check_day(day, ""):
        raise forms.ValidationError(str(fault))


class DayField(forms.DateField):
    def __init__(self, **options: Any) -> None:  # Any: whatever a form field takes
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        options.setdefault("error_messages", {"invalid": _("This is not a date. Write it as 2027-01-11.")})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], validators=[near_enough], **options)


class NumberField(forms.IntegerField):
    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {"invalid": _("This is not a whole number. Use digits only.")})
        super().__init__(**options)


class WordsField(forms.CharField):
    """A short list with commas: "Finance, Legal"."""

    def to_python(self, value: str | None) -> list[str]:  # type: ignore[override]  # CharField says text
        parts = [" ".join(part.split()) for part in (value or "").replace("\n", ",").replace(";", ",").split(",")]
        return list(dict.fromkeys(part for part in parts if part))

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"])

    def run_validators(self, value: Any) -> None:
        """Each part as a text of its own; what the list is for, the action knows."""
        for part in value:
            super().run_validators(part)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.to_python(data)


class LinesField(WordsField):
    """A list with one entry a line."""

    widget = forms.Textarea

    def to_python(self, value: str | None) -> list[str]:  # type: ignore[override]
        return [" ".join(line.split()) for line in (value or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value


class ObjectiveField(forms.ModelChoiceField[Objective]):
    """One of the organisation's objectives; the queryset is read when the form is made, inside its scope."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=None, required=False, empty_label=_("None yet"), **options
        )  # fmt: skip

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.title)

    def in_scope(self) -> None:
        self.queryset = Objective.objects.order_by("title")


def ticks(choices: Iterable[tuple[str, Any]], **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=list(choices), widget=forms.CheckboxSelectMultiple, required=False, **options
    )  # fmt: skip


def in_words(field: forms.Field, value: Any) -> str:
    """A field's value as a reader sees it: labels for choices, dates in the reader's format, long text cut."""
    if isinstance(value, bool):
        return _now("yes") if value else _now("no")
    if value in (None, "", [], ()):
        return _now("nothing")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(field, forms.ModelChoiceField):
        return field.label_from_instance(value)
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    several = value if isinstance(value, list | tuple) else [value]
    return Truncator(", ".join(labels.get(str(each), str(each)) for each in several)).chars(SHOWN_AT_MOST)
