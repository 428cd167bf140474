from django import forms
from django.utils.translation import gettext_lazy as _


class EmailField(forms.EmailField):
    """A work e-mail, lower-cased: addresses are compared that way everywhere."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Work e-mail"), max_length=254,
            widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "username", "inputmode": "email"}),
            error_messages={
                "required": _("Type your work e-mail."),
                "invalid": _("This is not a whole e-mail address. It looks like name@organisation.example."),
            },
        )  # fmt: skip

    def clean(self, value: object) -> str:
        return str(super().clean(value)).lower()


class AskForm(forms.Form):
    """Where to send code and link."""

    email = EmailField()


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Six-digit code"), max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "input code", "inputmode": "numeric", "autocomplete": "one-time-code", "pattern": "[0-9 ]*",
            }
        ),
        error_messages={"required": _("Type the six digits from the mail.")},
    )  # fmt: skip

    def clean_code(self) -> str:
        return "".join(character for character in self.cleaned_data["code"] if character.isdigit())


class PasswordForm(forms.Form):
    email = EmailField()
    password = forms.CharField(
        label=_("Password"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
        error_messages={"required": _("Type your password.")},
    )  # fmt: skip
