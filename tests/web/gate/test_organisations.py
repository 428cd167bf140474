"""One account that stands for people of two organisations."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from tests.factories.people import PersonFactory
from tests.web.gate.conftest import code_in, newest_mail
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import ConsentKind, PersonStatus
from trellis.people.models import Consent, Organisation, Person


@pytest.fixture
def amara_elsewhere(amara: Person, other_organisation: Organisation) -> Person:
    with organisation_scope(other_organisation.pk):
        return PersonFactory(organisation=other_organisation, account=None, email="amara@example.org")


def sign_in(client: Client) -> str:
    client.post(reverse("sign_in"), {"email": "amara@example.org", "next": "/notices/"})
    return str(client.post(reverse("sign_in_code"), {"code": code_in(newest_mail())})["Location"])


def test_sign_in_asks_which_organisation(client: Client, amara: Person, amara_elsewhere: Person) -> None:
    assert sign_in(client) == "/account/organisation/?next=%2Fnotices%2F"
    page = client.get(reverse("choose_organisation")).content.decode()

    assert amara.organisation.name in page
    assert amara_elsewhere.organisation.name in page


def test_chosen_organisation_is_the_one_shown(client: Client, amara: Person, amara_elsewhere: Person) -> None:
    sign_in(client)
    response = client.post(reverse("choose_organisation"), {"person": amara_elsewhere.pk, "next": "/notices/"})

    assertRedirects(response, "/notices/")
    page = client.get(reverse("notices")).content.decode()
    assert amara_elsewhere.organisation.name in page
    assert amara.organisation.name not in page


def test_somebody_else_cannot_be_chosen(client: Client, amara: Person, amara_elsewhere: Person, person: Person) -> None:
    sign_in(client)
    client.post(reverse("choose_organisation"), {"person": person.pk})

    assert "person" not in client.session


def test_leaving_one_organisation_keeps_the_other(client: Client, amara: Person, amara_elsewhere: Person) -> None:
    sign_in(client)
    client.post(reverse("choose_organisation"), {"person": amara.pk})
    Person.objects.filter(pk=amara.pk).update(status=PersonStatus.LEFT)

    page = client.get(reverse("notices")).content.decode()

    assert amara_elsewhere.organisation.name in page
    assert amara.organisation.name not in page


def test_new_notice_of_the_chosen_organisation_is_shown_first(
    client: Client, amara: Person, amara_elsewhere: Person, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        Consent.objects.create(
            organisation=other_organisation, person=amara_elsewhere, kind=ConsentKind.PRIVACY_NOTICE, version=1,
            given_at=clock.now(),
        )  # fmt: skip
    Organisation.objects.filter(pk=other_organisation.pk).update(privacy_notice_version=2)
    sign_in(client)

    here = client.post(reverse("choose_organisation"), {"person": amara.pk, "next": "/notices/"})
    there = client.post(reverse("choose_organisation"), {"person": amara_elsewhere.pk, "next": "/notices/"})

    assert (here["Location"], there["Location"]) == ("/notices/", "/welcome/")
