from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trellis.insights.queries.home import home_of
from trellis.kernel import clock
from trellis.web.access import Audience, PersonRequest, audience


@audience(Audience.MEMBER)
@require_safe
def home(request: PersonRequest) -> HttpResponse:
    now = clock.now()
    context = {"home": home_of(request.person, now), "now": now, "greeting": _greeting(now, request.person.first_name)}
    return render(request, "home/home.html", context)


def _greeting(now: datetime, name: str) -> str:
    """By the clock on the person's own wall."""
    hour = timezone.localtime(now).hour
    if 5 <= hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}
