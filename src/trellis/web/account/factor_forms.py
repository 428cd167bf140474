"""A code of the authenticator app, or a recovery code, accepted once."""

import re

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

WINDOW = 120  # seconds; a code is good for three steps of 30, so it is remembered for longer than that


class _OnceMixin:
    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        place = "totp-once:{}:{}".format(self.user.pk, re.sub(r"\D", "", code))  # type: ignore[attr-defined]
        once = self.authenticator.type != Authenticator.Type.TOTP  # type: ignore[attr-defined]
        if not once and not cache.add(place, 1, WINDOW):
            raise get_adapter().validation_error("incorrect_code")
        return code

    def _dress(self) -> None:
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.label = _("Code")
        field.help_text = _("Six digits from your authenticator app, or one of your recovery codes.")
        field.widget.attrs = {"class": "input", "autocomplete": "one-time-code", "maxlength": 12}


class SecondFactorForm(_OnceMixin, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._dress()


class ConfirmFactorForm(_OnceMixin, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._dress()
