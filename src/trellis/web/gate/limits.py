"""How often somebody may try. Counted in the shared cache, so all processes count together."""

from allauth.core import ratelimit
from allauth.core.internal import ratelimit as counted
from allauth.core.internal.ratelimit import RateLimitUsage
from django.http import HttpRequest


def may_ask_for_code(request: HttpRequest, email: str) -> bool:
    return bool(ratelimit.consume(request, action="request_login_code", key=email))


def try_once(request: HttpRequest, email: str) -> RateLimitUsage | None:
    """Counts one wrong password or code for this address; None when ten were given within 15 minutes.

    The try is counted before it is made, so that many at once do not slip through; who was right rolls it back.
    """
    return counted.consume(request, app="allauth.account", action="login_failed", key=email)


def may_try_attempt(request: HttpRequest, attempt: str) -> bool:
    """Counts as it asks: one code bears five tries."""
    return bool(ratelimit.consume(request, action="try_code", key=attempt))


def may_come(request: HttpRequest) -> bool:
    """Whether this address of the network has tries left this minute; counts as it asks."""
    return bool(ratelimit.consume(request, action="login"))
