"""The e-mail code and link: the way in that everybody has."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from tests.factories.people import PersonFactory
from tests.web.gate.conftest import code_in, newest_mail, path_in
from trellis.kernel.jobs import drain
from trellis.kernel.models import Job
from trellis.people.choices import PersonStatus
from trellis.people.models import Account, Organisation, Person


def ask(client: Client, email: str = "amara@example.org", **more: str) -> None:
    assertRedirects(client.post(reverse("sign_in"), {"email": email, **more}), reverse("sign_in_code"))


def signed_in_as(client: Client) -> Account | None:
    return Account.objects.filter(pk=client.session.get("_auth_user_id")).first()


def test_code_signs_in_where_it_was_asked_for(client: Client, amara: Person) -> None:
    ask(client)
    response = client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})

    assertRedirects(response, "/", fetch_redirect_response=False)
    assert signed_in_as(client) == amara.account


def test_code_may_be_typed_with_a_space(client: Client, amara: Person) -> None:
    ask(client)
    code = code_in(newest_mail())

    client.post(reverse("sign_in_code"), {"code": f" {code[:3]} {code[3:]} "})

    assert signed_in_as(client) == amara.account


def test_code_is_of_no_use_on_another_device(client: Client, amara: Person) -> None:
    ask(client)
    code = code_in(newest_mail())
    elsewhere = Client()

    assertRedirects(elsewhere.post(reverse("sign_in_code"), {"code": code}), reverse("sign_in"))
    elsewhere.post(reverse("sign_in"), {"email": "stranger@example.org"})
    elsewhere.post(reverse("sign_in_code"), {"code": code})

    assert signed_in_as(elsewhere) is None


def test_first_sign_in_makes_the_account_and_asks_for_consent(client: Client, organisation: Organisation) -> None:
    newcomer = PersonFactory(organisation=organisation, account=None, email="new@example.org", onboarded_at=None)
    ask(client, "New@Example.org ")
    client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})

    assert signed_in_as(client) == Account.objects.get(email="new@example.org")
    assert Person.objects.get(pk=newcomer.pk).account == signed_in_as(client)
    assertRedirects(client.get("/notices/"), reverse("welcome"))


@pytest.mark.parametrize("status", [PersonStatus.LEFT, PersonStatus.SUSPENDED])
def test_somebody_who_is_gone_gets_no_mail(client: Client, amara: Person, status: PersonStatus) -> None:
    Person.objects.update(status=status)
    ask(client)
    drain()

    assert mail.outbox == []


def test_known_and_unknown_get_the_same_answer(amara: Person) -> None:
    answers = []
    for email in ("amara@example.org", "zzzzz@example.org"):
        visitor = Client()
        asked = visitor.post(reverse("sign_in"), {"email": email})
        page = visitor.get(asked["Location"]).content.decode().replace(email, "X")
        wrong = visitor.post(reverse("sign_in_code"), {"code": "000000"})
        wrong_page = wrong.content.decode().replace(email, "X")
        answers.append((asked.status_code, asked["Location"], _plain(page), wrong.status_code, _plain(wrong_page)))

    assert answers[0] == answers[1]


def test_known_and_unknown_cost_the_same_queries(amara: Person) -> None:

    counts = []
    for email in ("amara@example.org", "zzzzz@example.org"):
        with CaptureQueriesContext(connection) as queries:
            Client().post(reverse("sign_in"), {"email": email})
        counts.append([query["sql"].split()[0] for query in queries])

    assert counts[0] == counts[1]


def test_a_code_bears_five_tries(client: Client, amara: Person) -> None:
    ask(client)
    code = code_in(newest_mail())
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert client.post(reverse("sign_in_code"), {"code": wrong}).status_code == 200

    response = client.post(reverse("sign_in_code"), {"code": code})

    assert response.status_code == 429
    assert signed_in_as(client) is None


def test_ten_wrong_codes_close_the_address_for_every_device(amara: Person) -> None:
    for device in range(2):
        visitor = Client(REMOTE_ADDR=f"192.0.2.{device}")
        ask(visitor)
        for _ in range(5):
            visitor.post(reverse("sign_in_code"), {"code": "xxxxxx"})
    visitor = Client(REMOTE_ADDR="192.0.2.9", HTTP_X_FORWARDED_FOR="203.0.113.7")
    ask(visitor)

    response = visitor.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})

    assert response.status_code == 429
    assert signed_in_as(visitor) is None


def test_a_whole_office_behind_one_address_gets_its_mails(organisation: Organisation) -> None:
    """A round opens, and a hundred people of one site sign in within a quarter of an hour."""
    for number in range(100):
        PersonFactory(organisation=organisation, account=None, email=f"e{number}@example.org")

    for number in range(100):
        ask(Client(), f"e{number}@example.org")


def test_mails_to_one_address_are_limited(client: Client, amara: Person) -> None:
    for _ in range(5):
        ask(client)

    response = client.post(reverse("sign_in"), {"email": "amara@example.org"})

    assert response.status_code == 429
    assert "Too many mails were asked for" in response.content.decode()
    drain()
    assert len(mail.outbox) == 5


def test_opening_the_link_does_not_sign_in_but_the_button_does(client: Client, amara: Person) -> None:
    ask(client)
    path = path_in(newest_mail())
    phone = Client()

    for _ in range(3):
        assert phone.get(path).status_code == 200
        assert phone.head(path).status_code == 200
    assert signed_in_as(phone) is None
    assertRedirects(phone.post(path), "/", fetch_redirect_response=False)
    assert signed_in_as(phone) == amara.account


def test_link_used_says_so(client: Client, amara: Person) -> None:
    ask(client)
    path = path_in(newest_mail())
    Client().post(path)

    for answer in (Client().get(path), Client().post(path), Client().get("/sign-in/link/nonsense/")):
        assert answer.status_code == 404
        assert "This link was used or has expired. Ask for a new one." in answer.content.decode()


def test_code_ends_with_the_link(client: Client, amara: Person) -> None:
    ask(client)
    text = newest_mail()
    client.post(reverse("sign_in_code"), {"code": code_in(text)})

    assert Client().get(path_in(text)).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/notices/", "/notices/"), ("//evil.example", "/"), ("https://evil.example/", "/"), ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"), ("http:///evil.example", "/"), ("", "/"), ("\t//evil.example", "/"),
    ],
)  # fmt: skip
def test_next_leads_only_inside(client: Client, amara: Person, wanted: str, got: str) -> None:
    ask(client, next=wanted)
    response = client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})

    assert response["Location"] == got


def test_session_has_a_new_key_after_signing_in(client: Client, amara: Person) -> None:
    ask(client)
    planted = client.session.session_key
    client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})

    assert client.session.session_key != planted
    assert not client.session.exists(planted)


def test_session_lasts_as_long_as_the_organisation_says(client: Client, amara: Person) -> None:
    Organisation.objects.update(session_days=3)
    ask(client)
    client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})

    assert client.session.get_expiry_age() in {3 * 24 * 3600, 3 * 24 * 3600 - 1}


def test_session_is_not_prolonged_by_what_is_done_in_it(client: Client, amara: Person) -> None:
    ask(client)
    client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})
    ends = Session.objects.get(pk=client.session.session_key).expire_date

    session = client.session
    session["changed"] = True
    session.save()

    assert Session.objects.get(pk=session.session_key).expire_date == ends


def test_wrong_address_keeps_what_was_typed(client: Client, organisation: Organisation) -> None:
    response = client.post(reverse("sign_in"), {"email": "amara@"})

    assert response.status_code == 200
    assert 'value="amara@"' in response.content.decode()
    assert "This is not a whole e-mail address" in response.content.decode()


def test_the_address_is_not_in_the_clear_in_the_queue(client: Client, amara: Person) -> None:

    ask(client)

    assert "amara" not in str(Job.objects.values_list("arguments", flat=True))


def _plain(page: str) -> str:
    """Without the CSRF tokens, which differ on every page."""

    return re.sub(r'(name="csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "", page)
