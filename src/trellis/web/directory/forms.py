from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trellis.integrations.tables import Encoding
from trellis.integrations.tables.read import too_large
from trellis.integrations.tables.table import MAX_BYTES
from trellis.people.choices import PersonStatus
from trellis.people.directory.dates import Order
from trellis.people.directory.fields import LABELS, Guess
from trellis.people.directory.sheet import Sheet, sample
from trellis.people.queries.directory import PRESENT

LEAVE_OUT = ("", _("Do not import"))
ENCODINGS = [
    (Encoding.AUTO, _("Find out")), (Encoding.UTF_8, "UTF-8"), (Encoding.UTF_16, "UTF-16"),
    (Encoding.WINDOWS_1252, _("Windows-1252 (Western Europe)")),
    (Encoding.WINDOWS_1250, _("Windows-1250 (Central Europe)")),
    (Encoding.WINDOWS_1251, _("Windows-1251 (Cyrillic)")), (Encoding.SHIFT_JIS, _("Shift JIS (Japanese)")),
]  # fmt: skip


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # the reader says it in better words
        help_text=_("CSV, TSV or XLSX, up to 50 MB, with one row for each person and the column names on top."),
        widget=forms.ClearableFileInput(attrs={"class": "inp", "accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    encoding = forms.TypedChoiceField(
        label=_("Letters are written in"),
        choices=ENCODINGS,
        coerce=Encoding,
        empty_value=Encoding.AUTO,
        required=False,
        help_text=_("Only matters for text files, when names come out wrong."),
    )

    def clean_file(self) -> Any:  # Any: Django's UploadedFile is generic only in its stubs
        file = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(str(too_large()))
        return file


@dataclass(frozen=True)
class ColumnRow:
    header: str
    sample: str
    field: forms.BoundField
    word: str
    tone: str


class ColumnsForm(forms.Form):
    """Which column is which field. Columns are numbered in the page, because a header may be anything."""

    date_order = forms.ChoiceField(
        label=_("Dates like 03/04/2024"),
        choices=[
            ("", _("Find out from the other dates")),
            (Order.DAY_FIRST, _("Day first: 3 April")),
            (Order.MONTH_FIRST, _("Month first: March 4")),
        ],
        required=False,
    )
    missing_means_left = forms.BooleanField(label=_("Who is not in the file has left"), required=False)

    def __init__(self, data: Any, *, sheet: Sheet, guesses: Mapping[str, Guess], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.sheet, self.guesses = sheet, guesses
        for number, header in enumerate(sheet.header):
            guess = guesses[header]
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=header,
                choices=[LEAVE_OUT, *LABELS.items()],
                required=False,
                initial=guess.field or "",
                widget=forms.Select(attrs={"class": "sel s"}),
            )

    def columns(self) -> dict[str, str]:
        """Header to chosen field, "" for a column that is left out."""
        return {header: self.cleaned_data[f"column_{number}"] for number, header in enumerate(self.sheet.header)}

    def rows(self) -> Iterator[ColumnRow]:
        for number, header in enumerate(self.sheet.header):
            guess = self.guesses[header]
            if guess.remembered:
                word, tone = _("remembered"), "ok"
            elif guess.field:
                word, tone = _("please check"), "late"
            else:
                word, tone = _("skipped"), ""
            yield ColumnRow(header, sample(self.sheet.column(header)), self[f"column_{number}"], str(word), tone)


class ApplyForm(forms.Form):
    allow_leavers = forms.BooleanField(required=False)


class PeopleFilter(forms.Form):
    q = forms.CharField(required=False, max_length=100)
    status = forms.ChoiceField(required=False, choices=[(PRESENT, PRESENT), ("all", "all"), *PersonStatus.choices])
    unit = forms.CharField(required=False, max_length=200)
    after = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)


def views_of_people() -> Sequence[tuple[str, Any]]:
    """The ready-made filters above the list."""
    return [
        (PRESENT, _("Here now")), (PersonStatus.ON_LEAVE, _("On leave")), (PersonStatus.SUSPENDED, _("Suspended")),
        (PersonStatus.LEFT, _("Left")), ("all", _("Everyone")),
    ]  # fmt: skip
