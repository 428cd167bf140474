"""Authenticator app, recovery codes, and admins who must have a second factor."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from pytest_django.asserts import assertRedirects

from tests.factories.people import RoleGrantFactory
from tests.web.gate.conftest import code_in, newest_mail
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person


def code_of(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


@pytest.fixture
def secret(amara: Person) -> str:
    """Amara has an authenticator app."""
    key = generate_totp_secret()
    TOTP.activate(amara.account, key)
    return key


def first_step(client: Client) -> None:
    client.post(reverse("sign_in"), {"email": "amara@example.org"})
    response = client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})
    assertRedirects(response, reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session


def test_code_by_mail_alone_does_not_get_past_the_app(client: Client, secret: str) -> None:
    first_step(client)

    assertRedirects(client.get("/notices/"), "/sign-in/?next=/notices/", fetch_redirect_response=False)
    response = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assertRedirects(response, "/", fetch_redirect_response=False)
    assert "_auth_user_id" in client.session


def test_wrong_code_of_the_app_is_refused_in_words(client: Client, secret: str) -> None:
    first_step(client)

    response = client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert "This code is not right." in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_code_of_the_app_works_once(client: Client, secret: str) -> None:
    first_step(client)
    code = code_of(secret)
    client.post(reverse("mfa_authenticate"), {"code": code})
    thief = Client()
    first_step(thief)

    thief.post(reverse("mfa_authenticate"), {"code": code})

    assert "_auth_user_id" not in thief.session


def test_codes_of_the_app_cannot_be_guessed_through(client: Client, secret: str) -> None:
    first_step(client)
    for _ in range(10):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert "_auth_user_id" not in client.session


def test_recovery_code_stands_in_once(client: Client, secret: str, amara: Person) -> None:
    recovery = RecoveryCodes.activate(amara.account).get_unused_codes()[0]
    first_step(client)
    client.post(reverse("mfa_authenticate"), {"code": recovery})
    assert "_auth_user_id" in client.session
    thief = Client()
    first_step(thief)

    thief.post(reverse("mfa_authenticate"), {"code": recovery})

    assert "_auth_user_id" not in thief.session


def test_secret_is_not_in_the_clear_in_the_database(secret: str) -> None:
    assert secret not in str(list(Authenticator.objects.values()))


def test_app_is_set_up_and_then_asked_for(client: Client, amara: Person) -> None:
    client.post(reverse("sign_in"), {"email": "amara@example.org"})
    client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})
    client.get(reverse("mfa_activate_totp"))
    key = client.session["mfa.totp.secret"]

    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(key)})

    assertRedirects(response, reverse("mfa_view_recovery_codes"))
    assert Authenticator.objects.filter(user=amara.account, type="totp").exists()
    client.post(reverse("sign_out"))
    first_step(client)


def test_setting_up_asks_again_who_it_is_when_the_sign_in_is_old(client: Client, amara: Person) -> None:
    assert amara.account is not None
    client.force_login(amara.account)

    for name in ("mfa_activate_totp", "mfa_add_webauthn", "account_password", "mfa_generate_recovery_codes"):
        response = client.get(reverse(name))
        assertRedirects(response, f"{reverse('account_confirm')}?next={reverse(name).replace('/', '%2F')}")


@pytest.fixture
def strict_admin(amara: Person) -> Person:
    RoleGrantFactory(person=amara, role=OrganisationRole.ADMIN)
    Organisation.objects.update(second_factor_for_admins=True)
    assert amara.account is not None
    return amara


@pytest.mark.parametrize("path", ["/", "/notices/", "/organisation/settings/", "/organisation/audit/", "/jobs/1/"])
def test_admin_without_second_factor_is_led_to_set_one_up(client: Client, strict_admin: Person, path: str) -> None:
    client.force_login(strict_admin.account)

    assertRedirects(client.get(path), reverse("account_security"))


def test_admin_cannot_post_around_the_second_factor(client: Client, strict_admin: Person) -> None:
    client.force_login(strict_admin.account)

    assertRedirects(client.post("/organisation/settings/", {"name": "Mine"}), reverse("account_security"))


def test_admin_with_a_second_factor_goes_where_they_want(client: Client, strict_admin: Person, secret: str) -> None:
    client.force_login(strict_admin.account)

    assert client.get("/organisation/settings/").status_code == 200


def test_admin_is_not_asked_where_the_organisation_switched_it_off(client: Client, strict_admin: Person) -> None:
    Organisation.objects.update(second_factor_for_admins=False)
    client.force_login(strict_admin.account)

    assert client.get("/organisation/settings/").status_code == 200


def test_admin_is_not_asked_in_the_demo(client: Client, strict_admin: Person, settings: Settings) -> None:
    settings.DEMO = True
    client.force_login(strict_admin.account)

    assert client.get("/organisation/settings/").status_code == 200


def test_others_are_not_asked(client: Client, strict_admin: Person, person: Person) -> None:
    assert person.account is not None
    client.force_login(person.account)

    assert client.get("/notices/").status_code == 200


def test_admin_cannot_remove_their_last_second_factor(client: Client, strict_admin: Person, secret: str) -> None:
    client.post(reverse("sign_in"), {"email": "amara@example.org"})
    client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    page = client.post(reverse("mfa_deactivate_totp"))

    assert "this is your only one. Add another first." in page.content.decode()
    assert Authenticator.objects.filter(user=strict_admin.account, type="totp").exists()


def test_too_many_passkeys_at_once_are_told_to_wait(client: Client, db: None, settings: Settings) -> None:
    settings.MFA_RATE_LIMITS = {"webauthn_login": "2/m/ip"}

    answers = [client.post(reverse("mfa_login_webauthn"), {"credential": "x"}) for _ in range(3)]

    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert answers[2]["Retry-After"] == "60"
    assert "That was a lot at once" in answers[2].content.decode()
