"""Settings that change how a person is shown and what reaches them; their data."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.insights.queries.own_data import own_data
from trellis.kernel import clock
from trellis.notifications.actions import choose_mail
from trellis.notifications.queries import muted_groups
from trellis.notifications.registry import GROUPS
from trellis.people.actions.accounts import save_preferences
from trellis.people.models import Person
from trellis.people.queries.accounts import people_of
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.account.forms import MailForm, SettingsForm


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: PersonRequest) -> HttpResponse:
    form = SettingsForm(request.POST or None, initial=_present(request.person))
    if request.method == "POST" and form.is_valid():
        save_preferences(by=request.person, now=clock.now(), **form.cleaned_data)
        messages.success(request, gettext("Your settings are saved."))
        return redirect("account_settings")
    several = len(people_of(request.user)) > 1
    return render(request, "account/settings.html", {"form": form, "several": several, "tab": "account_settings"})


def _present(person: Person) -> dict[str, object]:
    account = person.account
    return {
        "preferred_name": person.preferred_name, "languages": ", ".join(person.languages),
        "time_zone": person.time_zone, "language": account.language or settings.LANGUAGE_CODE if account else "",
        "theme": account.theme if account else "",
    }  # fmt: skip


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: PersonRequest) -> HttpResponse:
    wanted = [group for group in GROUPS if group not in muted_groups(request.person)]
    form = MailForm(request.POST if request.method == "POST" else None, initial={"wanted": wanted})
    if request.method == "POST" and form.is_valid():
        choose_mail(by=request.person, muted=form.muted(), now=clock.now())
        messages.success(request, gettext("Your choice is saved. Your inbox in Trellis still shows everything."))
        return redirect("account_mail")
    return render(request, "account/mail.html", {"form": form, "tab": "account_mail"})


@audience(Audience.MEMBER)
@require_safe
def data(request: PersonRequest) -> HttpResponse:
    return render(request, "account/data.html", {"tab": "account_data"})


@audience(Audience.MEMBER)
@require_POST
def data_download(request: PersonRequest) -> HttpResponse:
    """Everything kept about the person who asks, and nothing that somebody else wrote."""
    response = JsonResponse(own_data(request.person, now=clock.now()), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="trellis-my-data.json"'
    return response
