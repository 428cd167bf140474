import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.people.models import Consent, Organisation, Person

WELCOME = "/welcome/"


@pytest.fixture
def newcomer(client: Client, organisation: Organisation) -> Person:
    person = PersonFactory(organisation=organisation, onboarded_at=None, languages=[])
    client.force_login(person.account)
    return person


@pytest.mark.parametrize("path", ["/", "/notices/", "/organisation/settings/", "/jobs/1/", "/team/", "/report/"])
def test_nothing_opens_before_consent(client: Client, newcomer: Person, path: str) -> None:
    assertRedirects(client.get(path), WELCOME)


def test_settings_and_sign_out_are_open_before_consent(client: Client, newcomer: Person) -> None:
    assert client.get("/account/security/").status_code == 200
    assertRedirects(client.post(reverse("sign_out")), reverse("sign_in"))


def test_consent_opens_trellis(client: Client, newcomer: Person) -> None:
    assertRedirects(client.post(WELCOME, {"version": "1", "agree": "on"}), WELCOME)

    assert Consent.objects.get().version == 1
    assert "1 of 5 done" in client.get(WELCOME).content.decode()
    assert client.get("/notices/").status_code == 200


def test_box_must_be_ticked(client: Client, newcomer: Person) -> None:
    response = client.post(WELCOME, {"version": "1"})

    assert "Tick the box to go on." in response.content.decode()
    assert Consent.objects.count() == 0


@pytest.mark.parametrize("version", ["", "x", "-1", "0", "99", "9" * 40])
def test_consent_to_something_else_than_shown_is_not_recorded(client: Client, newcomer: Person, version: str) -> None:
    assert client.post(WELCOME, {"version": version, "agree": "on"}).status_code == 200
    assert Consent.objects.count() == 0


def test_checklist_counts_what_is_done_elsewhere(client: Client, newcomer: Person) -> None:
    client.post(WELCOME, {"version": "1", "agree": "on"})
    client.post(
        reverse("account_settings"),
        {
            "preferred_name": "",
            "languages": "English",
            "time_zone": "Europe/London",
            "language": "en-gb",
            "theme": "dark",
        },
    )
    EnrolmentFactory(programme=ProgrammeFactory(organisation=newcomer.organisation), person=newcomer)

    assert "4 of 5 done" in client.get(WELCOME).content.decode()


def test_own_notice_of_the_organisation_is_shown_as_text(client: Client, newcomer: Person) -> None:
    Organisation.objects.update(privacy_notice="We keep <b>little</b>.")

    assert "We keep &lt;b&gt;little&lt;/b&gt;." in client.get(WELCOME).content.decode()


def test_a_new_notice_is_asked_for_again(client: Client, newcomer: Person) -> None:
    client.post(WELCOME, {"version": "1", "agree": "on"})
    Organisation.objects.update(privacy_notice_version=2)

    assert "I have read this and agree" in client.get(WELCOME).content.decode()
