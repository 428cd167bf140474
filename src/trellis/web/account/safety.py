"""How a person signs in: password, passkeys, authenticator app, recovery codes, and where they are signed in."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.kernel import clock
from trellis.notifications.actions import ask_for_sign_in_mail
from trellis.people.actions.accounts import set_password
from trellis.people.actions.sign_in import account_by_code, new_attempt
from trellis.people.models import Account
from trellis.web.access import Audience, PersonRequest, audience
from trellis.web.account.factor_forms import ConfirmFactorForm, ConfirmPasskeyForm
from trellis.web.account.forms import ConfirmPasswordForm, NewPasswordForm
from trellis.web.account.fresh import fresh
from trellis.web.account.passwords import least_length
from trellis.web.gate import limits
from trellis.web.gate.adapter import tell_sign_in_changed
from trellis.web.gate.forms import CodeForm
from trellis.web.middleware import must_keep_second_factor, needs_second_factor

CONFIRM = "confirm_attempt"


def _factors(request: HttpRequest) -> dict[str, list[Authenticator]]:
    found: dict[str, list[Authenticator]] = {}
    for factor in Authenticator.objects.filter(user=request.user.pk).order_by("pk"):
        found.setdefault(factor.type, []).append(factor)
    return found


@audience(Audience.MEMBER)
@require_safe
def security(request: PersonRequest) -> HttpResponse:
    found = _factors(request)
    codes = found.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "tab": "account_security", "has_password": request.user.has_usable_password(),
        "passkeys": [(key.pk, key.wrap().name, key.created_at) for key in found.get(Authenticator.Type.WEBAUTHN, [])],
        "app": found.get(Authenticator.Type.TOTP), "codes": codes,
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else 0,
        "must": needs_second_factor(request.person), "kept": must_keep_second_factor(request.person),
    }  # fmt: skip
    return render(request, "account/security.html", context)


@audience(Audience.MEMBER)
@fresh
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: PersonRequest) -> HttpResponse:
    """Choose a password. Everywhere else the account is signed out; here it stays."""
    form = NewPasswordForm(request.POST or None, account=request.user)
    if request.method == "POST" and form.is_valid():
        set_password(account=request.user, by=request.person, password=form.cleaned_data["password"], now=clock.now())
        update_session_auth_hash(request, request.user)
        UserSession.objects.create_from_request(request)
        tell_sign_in_changed(request)
        messages.success(request, gettext("Your password is saved. Other devices were signed out."))
        return redirect("account_security")
    context = {"form": form, "least": least_length(request.user), "tab": "account_security"}
    return render(request, "account/password.html", context)


@audience(Audience.MEMBER)
@sensitive_post_parameters("password", "code", "credential")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PersonRequest) -> HttpResponse:
    """Is it you? With a second factor, that; otherwise the password or a code by mail."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    onward = target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else "/account/security/"
    found = _factors(request)
    strong = Authenticator.Type.TOTP in found or Authenticator.Type.WEBAUTHN in found
    context: dict[str, object] = {"next": onward, "tab": "account_security", "strong": strong}
    if request.method == "POST" and request.POST.get("way") == "mail" and not strong:
        return _send_code(request, onward)
    proven = _by_factor(request, context) if strong else _by_password_or_mail(request, context)
    if proven:
        return redirect(onward)
    if Authenticator.Type.WEBAUTHN in found:
        context["passkey_options"] = begin_authentication(request.user)
        context["passkey_form"] = ConfirmPasskeyForm(user=request.user)
    return render(request, "account/confirm.html", context)


def _send_code(request: PersonRequest, onward: str) -> HttpResponse:
    if limits.may_ask_for_code(request, request.user.email):
        request.session[CONFIRM] = new_attempt()
        ask_for_sign_in_mail(email=request.user.email, attempt=request.session[CONFIRM])
        messages.info(request, gettext("A code is on its way to %(email)s.") % {"email": request.user.email})
    else:
        messages.error(request, gettext("Too many mails were asked for. Use the last one, or wait 15 minutes."))
    return redirect(f"{request.path}?{urlencode({'next': onward})}")


def _by_factor(request: PersonRequest, context: dict[str, object]) -> bool:
    way = request.POST.get("way", "")
    form = ConfirmFactorForm(request.POST if way == "code" else None, user=request.user)
    context["code_form"] = form
    if way == "passkey":
        form = ConfirmPasskeyForm(user=request.user, data=request.POST)
        if not form.is_valid():
            messages.error(request, gettext("The passkey was not accepted. Try again, or use a code."))
    if request.method != "POST" or not form.is_valid():
        return False
    form.save()
    return True


def _by_password_or_mail(request: PersonRequest, context: dict[str, object]) -> bool:
    way = request.POST.get("way", "")
    attempt = request.session.get(CONFIRM)
    password_form = ConfirmPasswordForm(request.POST if way == "password" else None)
    code_form = CodeForm(request.POST if way == "code" else None)
    context |= {"mail_form": code_form if attempt else None}
    if request.user.has_usable_password():
        context |= {"password_form": password_form}
    form = {"password": password_form, "code": code_form}.get(way)
    if form is None or not form.is_valid():
        return False
    counted = limits.try_once(request, request.user.email)
    if not counted:
        form.add_error(None, gettext("Too many tries. Wait 15 minutes."))
        return False
    if way == "password":
        right = request.user.check_password(form.cleaned_data["password"])
    else:
        right = account_by_code(attempt=attempt or "", code=form.cleaned_data["code"]) == request.user
    if not right:
        form.add_error(None, gettext("This is not right. Please try again."))
        return False
    counted.rollback()
    record_authentication(request, request.user, method=way, reauthenticated=True)
    return True


@audience(Audience.MEMBER)
@require_safe
def sessions(request: PersonRequest) -> HttpResponse:
    rows = [
        {
            "id": session.pk, "agent": _device(session.user_agent), "ip": session.ip, "since": session.created_at,
            "current": session.session_key == request.session.session_key,
        }
        for session in _live_sessions(request.user)
    ]  # fmt: skip
    rows.sort(key=lambda row: (not row["current"], row["since"]))
    return render(request, "account/sessions.html", {"rows": rows, "tab": "account_sessions"})


def _live_sessions(account: Account) -> list[UserSession]:
    """Where an account is signed in now: without sessions that have run out, or that began with an older password.

    allauth's own list does the same with several queries for each session.
    """
    records = UserSession.objects.filter(user=account)
    keys = list(records.values_list("session_key", flat=True))
    right = account.get_session_auth_hash()
    live = [
        session.session_key
        for session in Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        if session.get_decoded().get(HASH_SESSION_KEY) == right
    ]
    return list(records.filter(session_key__in=live))


@audience(Audience.MEMBER)
@require_POST
def end_session(request: PersonRequest, number: int) -> HttpResponse:
    session = UserSession.objects.filter(user=request.user, pk=number).first()
    if session is None:
        raise Http404
    end_sessions(request, [session])
    return redirect("account_sessions")


@audience(Audience.MEMBER)
@require_POST
def end_other_sessions(request: PersonRequest) -> HttpResponse:
    own = request.session.session_key
    others = UserSession.objects.filter(user=request.user).exclude(session_key=own)
    end_sessions(request, list(others))
    messages.success(request, gettext("Every other device is signed out."))
    return redirect("account_sessions")


def _device(agent: str) -> str:
    """Browser and system in two words; the whole line is of no use to anybody."""
    browsers = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {
        "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "Mac",
        "Linux": "Linux",
    }  # fmt: skip
    browser = next((name for mark, name in browsers.items() if mark in agent), gettext("A browser"))
    system = next((name for mark, name in systems.items() if mark in agent), "")
    return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser
