"""Whoever takes part and has not accepted the terms as they are now reads them on the programme's page and says so."""

from typing import Any

import pytest
from django.test import Client

from tests.factories.programmes import EnrolmentFactory
from trellis.kernel.models import AuditEntry
from trellis.people.models import Consent, Person
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.models import Programme

PAGE = "/programmes/growth/"
ASKED = "Please read the terms"


@pytest.fixture
def programme(programme: Programme) -> Programme:
    programme.terms, programme.terms_version = "Be kind.", 3
    programme.save()
    return programme


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_new_terms_are_read_and_accepted_once(at: Client, person: Person, programme: Programme) -> None:
    EnrolmentFactory(programme=programme, person=person)
    page = words(at.get(PAGE))

    accepted = at.post(PAGE, {"terms_version": "3"}, follow=True)
    again = at.post(PAGE, {"terms_version": "3"}, follow=True)

    assert (ASKED in page, "Be kind." in page) == (True, True)
    assert "Thank you. That you accept the terms is recorded." in words(accepted)
    assert ASKED not in words(accepted)
    assert "There is nothing here for you to accept." in words(again)
    consent = Consent.objects.get()
    assert (consent.person, consent.about, consent.version) == (person, f"programme:{programme.pk}", 3)
    assert AuditEntry.objects.get(verb="consent.given").facts == {"terms_version": 3}


@pytest.mark.parametrize("version", ["", "2", "x", "²", "9" * 40, "\x00"])
def test_terms_that_are_not_the_current_ones_are_not_accepted(
    at: Client, person: Person, programme: Programme, version: str
) -> None:
    EnrolmentFactory(programme=programme, person=person)

    response = at.post(PAGE, {"terms_version": version}, follow=True)

    assert "The terms have changed since you opened this page." in words(response)
    assert not Consent.objects.exists()


@pytest.mark.parametrize("state", [EnrolmentState.STARTED, EnrolmentState.WITHDRAWN, EnrolmentState.INVITED])
def test_who_does_not_take_part_is_not_asked(at: Client, person: Person, programme: Programme, state: str) -> None:
    EnrolmentFactory(programme=programme, person=person, state=state)

    page, sent = at.get(PAGE), at.post(PAGE, {"terms_version": "3"}, follow=True)

    assert ASKED not in words(page)
    assert "There is nothing here for you to accept." in words(sent)
    assert not Consent.objects.exists()


def test_a_programme_without_terms_asks_nobody(at: Client, person: Person, programme: Programme) -> None:
    Programme.objects.update(terms="")
    EnrolmentFactory(programme=programme, person=person)

    assert ASKED not in words(at.get(PAGE))
