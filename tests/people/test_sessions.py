"""Sessions that are over, and what was noted of the devices they ran on, go in the end; the others stay."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.people.actions.sessions import end_sessions, forget_ended_sessions
from trellis.people.models import Organisation, Person

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> str:
    client = Client()
    client.force_login(person.account)
    key = client.session.session_key
    assert key is not None
    UserSession.objects.create(user=person.account, ip="192.0.2.1", session_key=key, user_agent="x")
    return key


def devices() -> set[str]:
    return set(UserSession.objects.values_list("session_key", flat=True))


def test_session_that_ran_out_is_forgotten_with_its_device(person: Person) -> None:
    over, here = signed_in(person), signed_in(person)
    Session.objects.filter(pk=over).update(expire_date=clock.now() - timedelta(minutes=1))

    assert forget_ended_sessions(now=clock.now()) == 1
    assert devices() == {here}
    assert [session.pk for session in Session.objects.all()] == [here]


def test_device_whose_session_was_signed_out_is_forgotten(person: Person) -> None:
    Session.objects.filter(pk=signed_in(person)).delete()

    assert forget_ended_sessions(now=clock.now()) == 1
    assert devices() == set()


def test_ending_signs_one_account_out_and_no_other(organisation: Organisation, person: Person) -> None:
    signed_in(person)
    theirs = signed_in(PersonFactory(organisation=organisation))

    end_sessions([person.account_id or 0])

    assert devices() == {theirs}
    assert [session.pk for session in Session.objects.all()] == [theirs]
