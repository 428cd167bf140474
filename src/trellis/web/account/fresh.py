"""Before somebody changes how they sign in, they show once more that it is them."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from trellis.web.middleware import SECOND_FACTORS

MINUTES = 15


def is_fresh(request: HttpRequest) -> bool:
    """Whether they proved themself within 15 minutes: with their second factor where they have one."""
    records = get_authentication_records(request, request.user)
    if is_mfa_enabled(request.user, SECOND_FACTORS):
        records = [record for record in records if record.get("method") == "mfa"]
    return bool(records) and time.time() - records[-1]["at"] < MINUTES * 60


def fresh(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Send whoever signed in longer ago through the page "Is it you?" and back."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # Any: as the address has it
        if is_fresh(request):
            return view(request, *args, **kwargs)
        back = request.path if request.method in {"GET", "HEAD"} else reverse("account_security")
        return HttpResponseRedirect(f"{reverse('account_confirm')}?{urlencode({'next': back})}")

    return checked


def proves_factor(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Whoever has just set a second factor up has just used it; they need not show it again on the next page."""

    @wraps(view)
    def recorded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # Any: as the address has it
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 302:
            record_authentication(request, request.user, method="mfa")
        return response

    return recorded
