from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.factories.journeys import a_started_pair, carried_to, mentee_of, mentor_of
from tests.factories.programmes import ProgrammeFactory
from trellis.kernel import clock
from trellis.mentorships.models import Mentorship
from trellis.people.models import Organisation, Person
from trellis.programmes.models import Programme


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation)


@pytest.fixture
def pair(programme: Programme) -> Mentorship:
    return a_started_pair(programme)


@pytest.fixture
def late(programme: Programme, now: datetime) -> Mentorship:
    """A pair near its end."""
    late = a_started_pair(programme, now - timedelta(weeks=36))
    carried_to(late, "growth")
    return late


@pytest.fixture
def mentee(pair: Mentorship) -> Person:
    return mentee_of(pair)


@pytest.fixture
def mentor(pair: Mentorship) -> Person:
    return mentor_of(pair)


def signed_in(client: Client, person: Person) -> Client:
    assert person.account
    client.force_login(person.account)
    return client
