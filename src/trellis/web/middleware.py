"""Who is asking, and inside which organisation."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.people.choices import PersonStatus
from trellis.people.models import Person

SESSION_PERSON = "person"
WITHOUT_ONBOARDING = ("/static/", "/account/", "/sign-", "/welcome/", "/demo/", "/invitation/", "/health")


class PersonMiddleware:
    """Sets `request.person` and opens the scope of their organisation for the whole request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = self._person(request)
        request.person = person  # type: ignore[attr-defined]
        if person is None:
            return self.get_response(request)
        with organisation_scope(person.organisation_id), timezone.override(person.time_zone or settings.TIME_ZONE):
            if person.onboarded_at is None and not request.path.startswith(WITHOUT_ONBOARDING):
                return HttpResponseRedirect(reverse("welcome"))
            return self.get_response(request)

    def _person(self, request: HttpRequest) -> Person | None:
        if not request.user.is_authenticated:
            return None
        with every_organisation("an account is signed in before its organisation is known"):
            people = list(
                Person.objects.filter(account=request.user.pk)
                .exclude(status__in=[PersonStatus.LEFT, PersonStatus.SUSPENDED])
                .select_related("organisation")
                .order_by("id")
            )
        chosen = request.session.get(SESSION_PERSON)
        return next((person for person in people if person.pk == chosen), people[0] if people else None)
