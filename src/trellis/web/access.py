"""Every address names who may use it. A view without `@audience` fails the suite.

The audience decides who gets through the door. Which object they may see is decided by the queryset the
view looks in (`.of(person)`, `readable_programme(...)`): what is not theirs does not exist for them (404).
"""

from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from trellis.people import rules as people_rules
from trellis.people.models import Account, Person
from trellis.programmes import rules as programme_rules

View = Callable[..., HttpResponseBase]


class PersonRequest(HttpRequest):
    """A request whose signed-in account stands for a person of one organisation."""

    person: Person
    user: Account  # the middleware and @audience have made sure of both


class Audience(Enum):
    ANYONE = "anyone"  # also without signing in
    ACCOUNT = "account"  # signed in, whether or not onboarded
    MEMBER = "member"  # a person of the organisation
    PROGRAMME_READER = "programme_reader"  # owner, coordinator or analyst of some programme, or organisation analyst
    PROGRAMME_MANAGER = "programme_manager"  # owner or coordinator of some programme, or organisation admin
    ADMIN = "admin"  # organisation admin
    ADMIN_OR_MANAGER = "admin_or_manager"
    PEOPLE_MANAGER = "people_manager"  # has reports in the directory
    EXECUTIVE = "executive"


_MAY_ENTER: dict[Audience, Callable[[Person], bool]] = {
    Audience.MEMBER: lambda person: True,
    Audience.PROGRAMME_READER: programme_rules.is_programme_reader,
    Audience.PROGRAMME_MANAGER: programme_rules.is_programme_manager,
    Audience.ADMIN: people_rules.is_admin,
    Audience.ADMIN_OR_MANAGER: lambda person: (
        people_rules.is_admin(person) or programme_rules.is_programme_manager(person)
    ),
    Audience.PEOPLE_MANAGER: people_rules.is_people_manager,
    Audience.EXECUTIVE: people_rules.is_executive,
}


def audience(who: Audience) -> Callable[[View], View]:
    """Name who may use a view; answers with the sign-in page, 403 or the view."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:  # Any: whatever the address carries
            if who is not Audience.ANYONE and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if who in _MAY_ENTER:
                person = getattr(request, "person", None)
                if person is None or not _MAY_ENTER[who](person):
                    raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.trellis_audience = who  # type: ignore[attr-defined]  # read by the isolation matrix
        return guarded

    return decorate
