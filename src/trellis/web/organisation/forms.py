from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from trellis.kernel.visible import visible
from trellis.people.actions.organisation import SESSION_DAYS
from trellis.people.choices import OrganisationRole
from trellis.web.account.forms import ZoneMixin, zone_choices


class OrganisationForm(ZoneMixin, forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200, validators=[visible])
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, help_text=_("For new people, and for the days in this area.")
    )
    session_days = forms.IntegerField(
        label=_("Days until people sign in again"), min_value=SESSION_DAYS.start, max_value=SESSION_DAYS.stop - 1,
        help_text=_("1 to 90. It counts from the sign-in; sessions that are open keep theirs."),
    )  # fmt: skip
    second_factor_for_admins = forms.BooleanField(
        label=_("Admins must use a second factor"), required=False,
        help_text=_("An authenticator app or a passkey, asked for before anything else. We advise to leave this on."),
    )  # fmt: skip


class NoticeForm(forms.Form):
    text = forms.CharField(
        label=_("Text of the privacy notice"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("Everybody in the organisation reads it before they start, and again after each change."),
    )  # fmt: skip


class GrantForm(forms.Form):
    person = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    role = forms.ChoiceField(label=_("Role"), choices=OrganisationRole.choices)


class AuditForm(forms.Form):
    """Filters of the audit log; every one may stay empty."""

    person = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    verb = forms.CharField(max_length=80, required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date", "class": "inp"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date", "class": "inp"})
    )
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False)

    def clean_since(self) -> date | None:
        return self._sane("since")

    def clean_until(self) -> date | None:
        return self._sane("until")

    def _sane(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        if day is not None and not 2000 <= day.year <= 2200:
            raise forms.ValidationError(_("Choose a day between 2000 and 2200."))
        return day
