from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from trellis.kernel.visible import visible
from trellis.notifications.registry import GROUPS
from trellis.people.choices import Theme
from trellis.people.models import Account
from trellis.web.account.passwords import MOST, LengthValidator

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))


def zone_choices(kept: object = "UTC") -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones by region, with the city readable, and the one that is kept now: a file may bring "CET"."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for zone in ZONES:
        region, _slash, city = zone.partition("/")
        regions.setdefault(region, []).append((zone, city.replace("_", " ")))
    plain = ["UTC", *([str(kept)] if kept and kept not in {"UTC", *ZONES} else [])]
    return [("UTC", [(zone, zone) for zone in plain]), *regions.items()]


class ZoneMixin:
    """For a form with `time_zone`: whoever saves the rest of it keeps their zone, listed or not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices(self.initial.get("time_zone"))  # type: ignore[attr-defined]  # a form


class SettingsForm(ZoneMixin, forms.Form):
    preferred_name = forms.CharField(
        label=_("What people call you"), max_length=200, required=False, validators=[visible],
        help_text=_("Shown instead of your given name. Everybody in your organisation can read it."),
    )  # fmt: skip
    languages = forms.CharField(
        label=_("Languages you can talk in"), max_length=200, required=False,
        help_text=_("With commas between: English, Hindi. Used for matching; your organisation can read it."),
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, help_text=_("Every time you see is in this zone.")
    )
    language = forms.ChoiceField(label=_("Language of Trellis"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(label=_("Colours"), choices=Theme.choices, widget=forms.RadioSelect)

    def clean_languages(self) -> list[str]:
        spoken = [" ".join(word.split()) for word in self.cleaned_data["languages"].split(",")]
        return [word for word in dict.fromkeys(spoken) if word]

    def clean_preferred_name(self) -> str:
        return " ".join(self.cleaned_data["preferred_name"].split())


class MailForm(forms.Form):
    wanted = forms.MultipleChoiceField(
        label=_("Send me as mail"), choices=lambda: list(GROUPS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def muted(self) -> set[str]:
        return set(GROUPS) - set(self.cleaned_data["wanted"])


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"), strip=False, max_length=MOST,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password"}),
        help_text=LengthValidator().get_help_text(),
    )  # fmt: skip

    def __init__(self, *args: object, account: Account, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.account = account

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.account)
        return password


class ConfirmPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"), strip=False, max_length=MOST,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )  # fmt: skip
