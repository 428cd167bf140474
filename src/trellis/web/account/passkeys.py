from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.flows import remove_authenticator
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.account.fresh import fresh


@audience(Audience.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: PersonRequest, number: int) -> HttpResponseBase:
    """Remove one of the person's own passkeys; somebody else's does not exist, however fresh the sign-in is."""
    passkey = get_object_or_404(Authenticator, pk=number, user=request.user, type=Authenticator.Type.WEBAUTHN)
    return _remove(request, passkey)


@fresh
def _remove(request: PersonRequest, passkey: Authenticator) -> HttpResponse:
    """The last second factor of an admin who must have one stays."""
    if request.method == "POST":
        adapter = get_adapter()
        if adapter.can_delete_authenticator(passkey):
            remove_authenticator(request, passkey)
        else:
            messages.error(request, str(adapter.error_messages["cannot_delete_authenticator"]))
        return redirect("account_security")
    context = {"name": passkey.wrap().name, "number": passkey.pk, "tab": "account_security"}
    return render(request, "account/passkey_remove.html", context)
