"""How allauth signs somebody in here."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trellis.kernel import clock
from trellis.notifications.actions import tell
from trellis.notifications.notices import SIGN_IN_CHANGED
from trellis.people.actions.accounts import link_people
from trellis.people.models import Account
from trellis.people.queries.accounts import notice_is_new_to, people_by_email, people_of

WORDS = {
    "mfa/messages/totp_activated.txt": _("The authenticator app is set up. You are asked for its code from now on."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app was removed."),
    "mfa/messages/recovery_codes_generated.txt": _("You have new recovery codes. Older ones no longer work."),
    "mfa/messages/webauthn_added.txt": _("The passkey was added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey was removed."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Our own pages ask, for every way of signing in alike: web/account/fresh.py."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only addresses inside this site, whatever ALLOWED_HOSTS says."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def pre_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse | None:
        """Whoever has no active person in any directory does not get in, by whichever key."""
        if user.is_active and (people_of(user) or people_by_email(user.email)):
            return None
        messages.error(request, gettext("This account is no longer open. Ask your organisation admin."))
        return HttpResponseRedirect(reverse("sign_in"))

    def login(self, request: HttpRequest, user: Account) -> None:
        super().login(request, user)  # gives the session a new key
        link_people(account=user, now=clock.now())
        days = min(person.organisation.session_days for person in people_of(user))
        request.session.set_expiry(timedelta(days=days))  # a fixed moment: seconds would count from each change

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        people = people_of(user)
        if len(people) > 1:
            onward = urlencode({"next": response.headers["Location"]})
            return HttpResponseRedirect(f"{reverse('choose_organisation')}?{onward}")
        if notice_is_new_to(people[0]):
            return HttpResponseRedirect(reverse("welcome"))
        return response

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Our own words, and none where allauth would only say that something worked."""
        words = kwargs.get("message") or WORDS.get(message_template or "")
        if words:
            messages.add_message(request, level, str(words))

    def send_notification_mail(self, template_prefix: str, user: Account, *args: Any, **kwargs: Any) -> None:
        """A change of how somebody signs in is told as a notice, through the queue like all mail."""
        tell_sign_in_changed(context.request)


def tell_sign_in_changed(request: HttpRequest) -> None:
    person = getattr(request, "person", None)
    if person is not None:
        now = clock.now()
        tell(
            person=person, kind=SIGN_IN_CHANGED, key=f"sign-in-changed:{now.isoformat()}", now=now,
            path=reverse("account_security"),
        )  # fmt: skip
