"""allauth's forms of a second factor: codes accepted once, passkeys read without trusting them."""

import re
import struct
from collections.abc import Callable

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
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


class _WellFormedMixin:
    """What a browser sends as a passkey is anybody's text until it is read: nonsense is a wrong code, not an error."""

    def clean_credential(self) -> object:
        return self._read(lambda: super(_WellFormedMixin, self).clean_credential())  # type: ignore[misc]

    def _read(self, parse: Callable[[], object]) -> object:
        try:
            return parse()
        except (LookupError, TypeError, ValueError, AttributeError, struct.error) as error:
            raise get_adapter().validation_error("incorrect_code") from error


class AddPasskeyForm(_WellFormedMixin, AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    def clean_credential(self) -> object:
        return self.cleaned_data["credential"]

    def clean(self) -> object:
        return self._read(super().clean)


class SecondPasskeyForm(_WellFormedMixin, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    pass


class EnterByPasskeyForm(_WellFormedMixin, LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    pass


class ConfirmPasskeyForm(_WellFormedMixin, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    pass
