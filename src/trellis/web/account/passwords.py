"""How long a password must be: long where it stands alone, shorter beside a second factor."""

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext

from trellis.people.models import Account

ALONE, WITH_SECOND_FACTOR, MOST = 15, 8, 128


def least_length(account: Account | None) -> int:
    """Characters asked of this account's password; NIST SP 800-63B-4."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    protected = account is not None and Authenticator.objects.filter(user=account.pk, type__in=kinds).exists()
    return WITH_SECOND_FACTOR if protected else ALONE


class LengthValidator:
    def validate(self, password: str, user: Account | None = None) -> None:
        least = least_length(user)
        if len(password) < least:
            raise ValidationError(
                ngettext(
                    "At least %(least)d character (you have %(have)d).",
                    "At least %(least)d characters (you have %(have)d).",
                    least,
                ),
                params={"least": least, "have": len(password)},
            )
        if len(password) > MOST:
            raise ValidationError(
                gettext("At most %(most)d characters (you have %(have)d)."),
                params={"most": MOST, "have": len(password)},
            )

    def get_help_text(self) -> str:
        return gettext("Any characters, spaces too. No need to change it from time to time.")
