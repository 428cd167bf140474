"""Who is asking, inside which organisation, and what every answer says to the browser."""

from collections.abc import Callable
from contextlib import nullcontext

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control

from trellis.kernel.tenancy import organisation_scope
from trellis.people import rules as people_rules
from trellis.people.models import Person
from trellis.people.queries.accounts import people_of

Answer = Callable[[HttpRequest], HttpResponseBase]

SESSION_PERSON = "person"
FOR_MACHINES = (
    "/static/", "/health", "/manifest.webmanifest", "/offline", "/service-worker.js", "/robots.txt", "/.well-known/",
)  # fmt: skip
WITHOUT_SECOND_FACTOR = (*FOR_MACHINES, "/account/", "/sign-in/", "/sign-out/", "/demo/")
WITHOUT_ONBOARDING = (*WITHOUT_SECOND_FACTOR, "/welcome/", "/invitation/")
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
UNUSED = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
    "payment", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS = ", ".join(
    [*(f"{name}=()" for name in UNUSED), "publickey-credentials-get=(self)", "publickey-credentials-create=(self)"]
)


class HeadersMiddleware:
    """Says what the browser need never allow, and that pages are kept nowhere.

    Not those before the sign-in either: they name the address somebody typed, or whom an invitation is for.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not response.has_header("Cache-Control"):  # files of ours say for themselves how long they keep
            patch_cache_control(response, private=True, no_store=True)
        return response


class NullByteMiddleware:
    """An address or cookie with a null byte names nothing: PostgreSQL refuses such text, and nobody can type it.

    Before whatever reads the session: a cookie may spell a null byte as \\000, and would be asked for as a key.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = (request.path, *request.COOKIES.values())
        if "%00" in request.META.get("QUERY_STRING", "") or any("\x00" in text for text in asked):
            raise Http404
        return self.get_response(request)


class PersonMiddleware:
    """Sets `request.person` and opens the scope of their organisation for the whole request."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = self._person(request)
        request.person = person  # type: ignore[attr-defined]
        if person is None:
            return self.get_response(request)
        language = request.user.language if request.user.is_authenticated else ""
        with (
            organisation_scope(person.organisation_id),
            timezone.override(person.time_zone or settings.TIME_ZONE),
            translation.override(language) if language else nullcontext(),
        ):
            first = self._must_do_first(request, person)
            return HttpResponseRedirect(reverse(first)) if first else self.get_response(request)

    def _person(self, request: HttpRequest) -> Person | None:
        """Whom the session stands for. Who has left, or was suspended, is signed out by the next thing they ask."""
        if not request.user.is_authenticated:
            return None
        people = people_of(request.user)
        if not people:
            logout(request)
            return None
        chosen = request.session.get(SESSION_PERSON)
        return next((person for person in people if person.pk == chosen), people[0])

    def _must_do_first(self, request: HttpRequest, person: Person) -> str:
        """The one page that comes before all others: consent, then for admins the second factor."""
        if person.onboarded_at is None:
            return "" if request.path.startswith(WITHOUT_ONBOARDING) else "welcome"
        if request.path.startswith(WITHOUT_SECOND_FACTOR) or not needs_second_factor(person):
            return ""
        return "account_security"


def needs_second_factor(person: Person) -> bool:
    """An admin of an organisation that asks for it, and without one so far. Never in the demo."""
    return must_keep_second_factor(person) and not is_mfa_enabled(person.account, SECOND_FACTORS)


def must_keep_second_factor(person: Person) -> bool:
    return not settings.DEMO and person.organisation.second_factor_for_admins and people_rules.is_admin(person)
