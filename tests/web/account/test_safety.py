import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from tests.factories.people import AccountFactory, PersonFactory
from tests.web.gate.conftest import code_in, newest_mail
from tests.web.gate.test_second_factor import code_of
from trellis.notifications.models import Notice
from trellis.people.models import Account, Organisation, Person
from trellis.web.account.passwords import least_length

WORDS = "three long words together"


@pytest.fixture(autouse=True)
def counters_at_zero() -> None:
    cache.clear()


@pytest.fixture
def amara(organisation: Organisation) -> Person:
    return PersonFactory(organisation=organisation, account=AccountFactory(email="amara@example.org"))


def enter(client: Client) -> Client:
    client.post(reverse("sign_in"), {"email": "amara@example.org"})
    client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})
    return client


def test_password_is_set_right_after_signing_in(client: Client, amara: Person) -> None:
    enter(client)

    assertRedirects(client.post(reverse("account_password"), {"password": WORDS}), reverse("account_security"))
    assert Account.objects.get(pk=amara.account_id).check_password(WORDS)
    assert Notice.objects.get(kind="people.sign_in_changed").person == amara


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("fourteen chars", "At least 15 characters (you have 14)."),
        ("x" * 129, "at most 128 characters (it has 129)"),
        ("amara@example.org", "too similar"),
        ("", "This field is required"),
    ],
)
def test_weak_password_is_refused_in_words(client: Client, amara: Person, password: str, said: str) -> None:
    enter(client)

    response = client.post(reverse("account_password"), {"password": password})

    assert said in response.content.decode()
    assert not Account.objects.get(pk=amara.account_id).has_usable_password()


def test_common_password_is_refused(client: Client, amara: Person) -> None:
    enter(client)
    TOTP.activate(amara.account, generate_totp_secret())

    assert least_length(amara.account) == 8

    with pytest.raises(ValidationError, match="too common"):
        validate_password("password1", amara.account)
    validate_password("nine long", amara.account)


def test_new_password_signs_other_devices_out(client: Client, amara: Person) -> None:
    enter(client)
    other = enter(Client())

    other.post(reverse("account_password"), {"password": WORDS})

    assert other.get(reverse("account_security")).status_code == 200
    assertRedirects(client.get("/notices/"), "/sign-in/?next=/notices/", fetch_redirect_response=False)


def test_old_sign_in_must_prove_itself_by_mail(client: Client, amara: Person) -> None:
    client.force_login(amara.account)
    confirm = reverse("account_confirm")
    assertRedirects(client.get(reverse("account_password")), f"{confirm}?next=%2Faccount%2Fpassword%2F")

    client.post(confirm, {"way": "mail", "next": "/account/password/"})
    client.post(confirm, {"way": "code", "next": "/account/password/", "code": "000000"})
    assert client.get(reverse("account_password")).status_code == 302
    response = client.post(confirm, {"way": "code", "next": "/account/password/", "code": code_in(newest_mail())})

    assertRedirects(response, "/account/password/")


def test_old_sign_in_may_prove_itself_by_password(client: Client, amara: Person) -> None:
    assert amara.account is not None
    amara.account.set_password(WORDS)
    amara.account.save()
    client.force_login(amara.account)

    wrong = client.post(reverse("account_confirm"), {"way": "password", "password": "not the one"})
    right = client.post(reverse("account_confirm"), {"way": "password", "password": WORDS, "next": "//evil.example"})

    assert "This is not right. Please try again." in wrong.content.decode()
    assertRedirects(right, "/account/security/")


def test_with_a_second_factor_neither_mail_nor_password_is_enough(client: Client, amara: Person) -> None:
    assert amara.account is not None
    secret = generate_totp_secret()
    TOTP.activate(amara.account, secret)
    amara.account.set_password(WORDS)
    amara.account.save()
    client.force_login(amara.account)
    confirm = reverse("account_confirm")

    for tried in ({"way": "password", "password": WORDS}, {"way": "mail"}, {"way": "code", "code": "000000"}):
        assert client.post(confirm, tried).status_code == 200
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 302
    client.post(confirm, {"way": "code", "code": code_of(secret)})
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200


def test_app_set_up_gives_recovery_codes(client: Client, amara: Person) -> None:
    enter(client)
    client.get(reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": code_of(client.session["mfa.totp.secret"])})

    page = client.get(reverse("mfa_view_recovery_codes"))
    text = client.get(reverse("mfa_download_recovery_codes"))

    assert page.content.decode().count("<li>") >= 10
    assert len(text.content.decode().split()) == 10
    assert text["Content-Disposition"].startswith("attachment")


def test_wrong_code_keeps_the_app_off(client: Client, amara: Person) -> None:
    enter(client)
    client.get(reverse("mfa_activate_totp"))

    response = client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert "This code is not right." in response.content.decode()
    assert Authenticator.objects.count() == 0


@pytest.mark.parametrize("credential", ["", "{}", "[]", "nonsense", '{"id": "x", "response": {}}', "null"])
def test_nonsense_as_a_passkey_is_refused(client: Client, amara: Person, credential: str) -> None:
    enter(client)
    client.get(reverse("mfa_add_webauthn"))

    added = client.post(reverse("mfa_add_webauthn"), {"credential": credential, "passwordless": "on", "name": "x"})
    entered = Client().post(reverse("mfa_login_webauthn"), {"credential": credential})

    assert added.status_code == 200
    assert entered.status_code == 302
    assert Authenticator.objects.count() == 0


def test_passkey_of_somebody_else_cannot_be_removed(client: Client, amara: Person, organisation: Organisation) -> None:
    other = PersonFactory(organisation=organisation)
    key = Authenticator.objects.create(user=other.account, type="webauthn", data={"name": "Theirs", "credential": {}})
    enter(client)

    assert client.post(reverse("account_passkey_remove", args=[key.pk])).status_code == 404
    assert Authenticator.objects.count() == 1


def test_devices_are_listed_and_signed_out(client: Client, amara: Person) -> None:
    enter(client)
    other = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/130.0")
    enter(other)

    page = client.get(reverse("account_sessions")).content.decode()
    assert "Firefox on Windows" in page
    assert "This one" in page
    client.post(reverse("account_sessions_end"))

    assert other.get("/notices/").status_code == 302
    assert client.get("/notices/").status_code == 200


def test_one_device_is_signed_out(client: Client, amara: Person) -> None:
    enter(client)
    other = enter(Client())
    number = UserSession.objects.get(session_key=other.session.session_key).pk

    assertRedirects(client.post(reverse("account_session_end", args=[number])), reverse("account_sessions"))
    assert other.get("/notices/").status_code == 302


def test_device_of_somebody_else_is_not_found(client: Client, amara: Person, person: Person) -> None:
    theirs = Client()
    theirs.force_login(person.account)
    session = UserSession.objects.create(
        user=person.account, ip="192.0.2.1", session_key=theirs.session.session_key, user_agent="x"
    )
    enter(client)

    assert client.post(reverse("account_session_end", args=[session.pk])).status_code == 404
    assert theirs.get("/notices/").status_code == 200
