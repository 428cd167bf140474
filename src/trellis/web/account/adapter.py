"""Second factors as allauth keeps them, with secrets encrypted and the organisation's rule obeyed."""

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trellis.kernel import encryption
from trellis.people.models import Account
from trellis.web.middleware import SECOND_FACTORS, must_keep_second_factor


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This code is not right. Codes change every 30 seconds and work once: type the newest one."
        ),
        "cannot_delete_authenticator": _(
            "Your organisation asks admins for a second factor, and this is your only one. Add another first."
        ),
        "cannot_generate_recovery_codes": _("Set up an authenticator app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user, type__in=SECOND_FACTORS)
        person = getattr(context.request, "person", None)
        return person is None or not must_keep_second_factor(person) or others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:  # noqa: A002  # allauth's name
        return gettext("My device")

    def get_public_key_credential_user_entity(self, user: Account) -> dict[str, object]:
        return super().get_public_key_credential_user_entity(user) | {"display_name": user.email}  # type: ignore[no-any-return]

    def _get_site_name(self) -> str:
        return "Trellis"
