import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from trellis.people.choices import PersonStatus
from trellis.people.models import Person

WORDS = "three long words together"


@pytest.fixture
def with_password(amara: Person) -> Person:
    assert amara.account is not None
    amara.account.set_password(WORDS)
    amara.account.save()
    return amara


def try_password(client: Client, password: str = WORDS, email: str = "amara@example.org", **more: str) -> int:
    return client.post(reverse("sign_in_password"), {"email": email, "password": password, **more}).status_code


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_password_signs_in(client: Client, with_password: Person) -> None:
    response = client.post(
        reverse("sign_in_password"), {"email": "Amara@example.org", "password": WORDS, "next": "/notices/"}
    )

    assertRedirects(response, "/notices/", fetch_redirect_response=False)
    assert is_signed_in(client)


def test_wrong_password_and_unknown_address_read_the_same(with_password: Person) -> None:
    pages = []
    for email in ("amara@example.org", "zzzzz@example.org"):
        response = Client().post(reverse("sign_in_password"), {"email": email, "password": "not the one"})
        pages.append((response.status_code, response.content.decode().count("E-mail and password do not go together.")))

    assert pages == [(200, 1), (200, 1)]


def test_account_without_password_reads_the_same(client: Client, amara: Person) -> None:
    response = client.post(reverse("sign_in_password"), {"email": "amara@example.org", "password": "anything"})

    assert "E-mail and password do not go together." in response.content.decode()


def test_ten_failures_close_the_account_whatever_the_address_header_says(with_password: Person) -> None:
    statuses = [
        try_password(Client(REMOTE_ADDR=f"192.0.2.{n}", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}"), "wrong")
        for n in range(11)
    ]

    assert statuses == [200] * 10 + [429]
    client = Client()
    assert try_password(client) == 429
    assert not is_signed_in(client)


def test_ten_failures_of_one_leave_others_alone(client: Client, with_password: Person) -> None:
    for _ in range(10):
        try_password(Client(), "wrong", "somebody@example.org")

    assert try_password(client) == 302


def test_right_passwords_do_not_count_as_failures(with_password: Person) -> None:
    assert [try_password(Client()) for _ in range(12)] == [302] * 12


@pytest.mark.parametrize("status", [PersonStatus.LEFT, PersonStatus.SUSPENDED])
def test_somebody_who_is_gone_does_not_get_in(client: Client, with_password: Person, status: PersonStatus) -> None:
    Person.objects.update(status=status)

    assert try_password(client) == 302
    assert not is_signed_in(client)
    assert "This account is no longer open" in client.get(reverse("sign_in")).content.decode()


def test_session_of_a_leaver_ends_with_the_next_page(client: Client, with_password: Person) -> None:
    try_password(client)
    Person.objects.update(status=PersonStatus.LEFT)

    assertRedirects(client.get("/notices/"), "/sign-in/?next=/notices/", fetch_redirect_response=False)
    assert not is_signed_in(client)


def test_sign_out_needs_a_post_and_ends_the_session(client: Client, with_password: Person) -> None:
    try_password(client)
    key = client.session.session_key

    assert client.get(reverse("sign_out")).status_code == 405
    assertRedirects(client.post(reverse("sign_out")), reverse("sign_in"))
    assert not client.session.exists(key)
    assertRedirects(client.get("/notices/"), "/sign-in/?next=/notices/", fetch_redirect_response=False)


def test_sign_in_form_needs_its_secret(with_password: Person) -> None:
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(reverse("sign_in_password"), {"email": "amara@example.org", "password": WORDS})

    assert response.status_code == 403
    assert "This form was open too long" in response.content.decode()
