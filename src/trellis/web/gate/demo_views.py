"""One-click sign-in. Included by gate/urls.py in the demo and nowhere else."""

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from trellis.kernel import clock
from trellis.people.actions.accounts import account_for_sign_in
from trellis.people.queries.demo import demo_sign_ins
from trellis.web.access import Audience, audience


@audience(Audience.ANYONE)
@require_POST
def demo_sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Become one of the demo's listed people. The settings are asked once more: this must never exist elsewhere."""
    listed = next((person for person in demo_sign_ins() if person.key == key), None)
    if not settings.DEMO or listed is None:
        raise Http404
    account = account_for_sign_in(email=listed.email, now=clock.now())
    if account is None:
        raise Http404
    request.session.flush()
    answer: HttpResponse = perform_login(request, Login(user=account, redirect_url=reverse("home"), email=listed.email))
    return answer
