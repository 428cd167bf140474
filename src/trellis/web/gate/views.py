from allauth.account.internal.flows.login import perform_login, perform_password_login, record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trellis.kernel import clock
from trellis.notifications.actions import ask_for_sign_in_mail
from trellis.people.actions.invitations import InvitationSpent, accept_invitation, open_invitation
from trellis.people.actions.sign_in import account_by_code, account_by_link, new_attempt, use_link
from trellis.people.models import Account
from trellis.people.queries.accounts import notice_is_new_to, people_of
from trellis.people.queries.demo import demo_sign_ins
from trellis.web.access import Audience, audience
from trellis.web.gate import limits
from trellis.web.gate.forms import AskForm, CodeForm, PasswordForm
from trellis.web.middleware import SESSION_PERSON

ATTEMPT = "sign_in_attempt"  # session: {"id", "email", "next"}


@audience(Audience.ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a code and a link. The answer is the same whether or not the address is known."""
    if request.user.is_authenticated:
        return redirect(_onward(request.GET.get("next")))
    form = AskForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _sign_in_page(request, ask=form)
    email = form.cleaned_data["email"]
    if not limits.may_ask_for_code(request, email):
        form.add_error(None, gettext("Too many mails were asked for. Use the last one, or wait 15 minutes."))
        return _sign_in_page(request, ask=form, status=429)
    attempt = new_attempt()
    request.session[ATTEMPT] = {"id": attempt, "email": email, "next": request.POST.get("next", "")}
    ask_for_sign_in_mail(email=email, attempt=attempt)
    return redirect("sign_in_code")


@audience(Audience.ANYONE)
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Take the code, in the browser that asked for it."""
    asked = request.session.get(ATTEMPT)
    if asked is None or request.user.is_authenticated:
        return redirect("sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        counted = limits.try_once(request, asked["email"])
        if not counted or not limits.may_try_attempt(request, asked["id"]):
            form.add_error(None, gettext("Too many wrong codes. Ask for a new mail, or wait 15 minutes."))
            return render(request, "gate/code.html", {"form": form, "asked": asked}, status=429)
        account = account_by_code(attempt=asked["id"], code=form.cleaned_data["code"])
        if account is not None:
            counted.rollback()
            return _let_in(request, account, asked["next"])
        form.add_error("code", gettext("This code is not right, or it is older than 15 minutes."))
    return render(request, "gate/code.html", {"form": form, "asked": asked})


@audience(Audience.ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing, because mail scanners open links; the button signs in."""
    if request.method != "POST":
        if account_by_link(token=token) is None:
            return _spent(request)
        return render(request, "gate/link.html", {"token": token})
    account = use_link(token=token)
    if account is None:
        return _spent(request)
    return _let_in(request, account, request.session.get(ATTEMPT, {}).get("next", ""))


@audience(Audience.ANYONE)
@sensitive_post_parameters("password")
@require_POST
def sign_in_password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST, auto_id="pw_%s")
    if not form.is_valid():
        return _sign_in_page(request, password=form)
    email = form.cleaned_data["email"]
    counted = limits.try_once(request, email)
    if not limits.may_come(request) or not counted:
        form.add_error(None, gettext("Too many tries. Wait 15 minutes, or sign in with a code by e-mail."))
        return _sign_in_page(request, password=form, status=429)
    account = authenticate(request, email=email, password=form.cleaned_data["password"])
    if not isinstance(account, Account):
        form.add_error(None, gettext("E-mail and password do not go together."))
        return _sign_in_page(request, password=form)
    counted.rollback()
    login = Login(user=account, redirect_url=_onward(request.POST.get("next")), email=email)
    answer: HttpResponse = perform_password_login(request, {"email": email}, login)
    return answer


@audience(Audience.ANYONE)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request, show_message=False)
    request.session.flush()
    response = redirect("sign_in")
    response["Clear-Site-Data"] = '"cache"'
    return response


@audience(Audience.ANYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation shows whom it is for; its button uses it up and signs in."""
    now = clock.now()
    try:
        if request.method == "POST":
            return _let_in(request, accept_invitation(token=token, now=now), reverse("welcome"))
        opened = open_invitation(token, now=now)
    except InvitationSpent as refusal:
        return render(request, "gate/spent.html", {"words": str(refusal)}, status=404)
    return render(request, "gate/invitation.html", {"invited": opened.person, "token": token})


@audience(Audience.ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def choose_organisation(request: HttpRequest) -> HttpResponse:
    """For an account that stands for people of several organisations: which one to be now."""
    account = request.user
    assert isinstance(account, Account)
    people = people_of(account)
    onward = _onward(request.POST.get("next") or request.GET.get("next"))
    if request.method == "POST":
        chosen = next((person for person in people if str(person.pk) == request.POST.get("person")), None)
        if chosen is not None:
            request.session[SESSION_PERSON] = chosen.pk
            return redirect("welcome" if notice_is_new_to(chosen) else onward)
    return render(request, "gate/choose.html", {"people": people, "onward": onward})


@audience(Audience.ANYONE)
@require_safe
def sign_in_help(request: HttpRequest) -> HttpResponse:
    return render(request, "gate/help.html")


def _let_in(request: HttpRequest, account: Account, onward: str) -> HttpResponse:
    """Sign in an account whose mailbox was proven. A second factor, where there is one, is still asked for."""
    if request.user.is_authenticated and request.user.pk != account.pk:
        logout(request, show_message=False)
    request.session.pop(ATTEMPT, None)
    record_authentication(request, account, method="code", email=account.email)
    answer: HttpResponse = perform_login(
        request, Login(user=account, redirect_url=_onward(onward), email=account.email)
    )
    return answer


def _onward(address: str | None) -> str:
    """Where to go next: an address inside this site, or home."""
    if address and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return reverse("home")


def _spent(request: HttpRequest) -> HttpResponse:
    words = gettext("This link was used or has expired. Ask for a new one.")
    return render(request, "gate/spent.html", {"words": words}, status=404)


def _sign_in_page(
    request: HttpRequest, *, ask: AskForm | None = None, password: PasswordForm | None = None, status: int = 200
) -> HttpResponse:
    onward = _onward(request.POST.get("next") or request.GET.get("next"))
    context = {
        "ask": ask or AskForm(), "password": password or PasswordForm(auto_id="pw_%s"),
        "next": "" if onward == reverse("home") else onward, "people": demo_sign_ins() if settings.DEMO else [],
        "asked": request.session.get(ATTEMPT),
    }  # fmt: skip
    return render(request, "gate/sign_in.html", context, status=status)
