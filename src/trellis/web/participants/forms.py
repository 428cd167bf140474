"""What a manager asks of the list, decides in the queue, and whom they invite. Nothing is saved here."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from trellis.programmes.choices import Side
from trellis.programmes.queries.enrolment import TABS
from trellis.programmes.queries.invitable import Pick, people_by_email

ANY = [("", _("Both roles"))]
EMAILS_AT_MOST = 2000
DIGITS = 19  # a longer number is no id


class ListForm(forms.Form):
    """The filters of the list, as the address carries them."""

    tab = forms.ChoiceField(choices=[(key, key) for key in TABS], required=False)
    side = forms.ChoiceField(choices=[*ANY, *Side.choices], required=False)
    q = forms.CharField(max_length=100, required=False)
    after = forms.IntegerField(min_value=1, required=False)
    before = forms.IntegerField(min_value=1, required=False)


class DecisionForm(forms.Form):
    """One decision about ticked applications, or about all that the list holds."""

    DECISIONS = ("approve", "reject", "wait")

    do = forms.ChoiceField(choices=[(each, each) for each in DECISIONS])
    everybody = forms.IntegerField(min_value=1, required=False)  # all of the list, and how many the page said they are

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if not clean.get("everybody") and not self.ticked():
            raise ValidationError(_("Nobody is ticked. Tick the people you decide about, or choose everybody."))
        return clean

    def ticked(self) -> list[int]:
        """Ids as sent. The decision itself passes over those that somebody else has decided about meanwhile."""
        given: list[str] = self.data.getlist("enrolments")  # type: ignore[attr-defined]  # a QueryDict
        return [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < DIGITS]


class InviteForm(forms.Form):
    """Whom to invite: a selection from the directory, or addresses, one a line or with commas between."""

    side = forms.ChoiceField(label=_("As"), choices=Side.choices)
    how = forms.ChoiceField(choices=[("pick", "pick"), ("emails", "emails")])
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    location = forms.ChoiceField(label=_("Site"), required=False)
    level_from = forms.IntegerField(label=_("Level, from"), min_value=0, max_value=99, required=False)
    level_to = forms.IntegerField(label=_("Level, to"), min_value=0, max_value=99, required=False)
    emails = forms.CharField(label=_("E-mail addresses"), widget=forms.Textarea, required=False, max_length=200_000)

    def __init__(self, *arguments: Any, units: Sequence[str], locations: Sequence[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["unit"].choices = [("", _("All units")), *((unit, unit) for unit in units)]  # type: ignore[attr-defined]
        self.fields["location"].choices = [("", _("All sites")), *((one, one) for one in locations)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        low, high = clean.get("level_from"), clean.get("level_to")
        if low is not None and high is not None and low > high:
            self.add_error("level_to", _("The last level lies below the first one. Swap them."))
        if clean.get("how") == "emails" and "emails" in clean:
            clean["people"] = self._people(clean["emails"])
        return clean

    def pick(self) -> Pick:
        clean = self.cleaned_data
        return Pick(clean["unit"], clean["location"], clean["level_from"], clean["level_to"])

    def _people(self, text: str) -> list[int]:
        emails = list(dict.fromkeys(part.strip("<>") for part in text.replace(",", " ").replace(";", " ").split()))
        if not emails:
            self.add_error("emails", _("Write at least one address, or choose people from the directory."))
        elif len(emails) > EMAILS_AT_MOST:
            self.add_error("emails", _("At most %(most)s addresses at a time.") % {"most": EMAILS_AT_MOST})
        else:
            found = people_by_email(emails)
            unknown = [email for email in emails if email.casefold() not in found]
            if unknown:
                self.add_error("emails", _unknown(unknown))
            return [found[email.casefold()] for email in emails if email.casefold() in found]
        return []


def _unknown(emails: Sequence[str]) -> str:
    return ngettext(
        "%(count)d address is not in the directory: %(emails)s. Correct it, or import the person first.",
        "%(count)d addresses are not in the directory: %(emails)s. Correct them, or import the people first.",
        len(emails),
    ) % {"count": len(emails), "emails": ", ".join(email[:80] for email in emails[:10])}
