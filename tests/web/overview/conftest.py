from datetime import timedelta

import pytest
from django.test import Client

from tests.factories.journeys import a_started_pair
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel import clock
from trellis.mentorships.models import Mentorship
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import ProgrammeRoleKind
from trellis.programmes.models import Programme


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation)


@pytest.fixture
def pair(programme: Programme) -> Mentorship:
    """Five weeks in, and they have not met: it could use a hand, urgently."""
    return a_started_pair(programme, clock.now() - timedelta(weeks=5))


@pytest.fixture
def manager(programme: Programme) -> Person:
    return ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.COORDINATOR).person


@pytest.fixture
def analyst(programme: Programme) -> Person:
    return ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST).person


@pytest.fixture
def outsider(organisation: Organisation) -> Person:
    """Runs another programme of the same organisation."""
    return ProgrammeRoleFactory(programme=ProgrammeFactory(organisation=organisation)).person


@pytest.fixture
def organisation_analyst(organisation: Organisation) -> Person:
    person: Person = PersonFactory(organisation=organisation)
    RoleGrantFactory(person=person, role=OrganisationRole.ANALYST)
    return person


def signed_in(person: Person) -> Client:
    client = Client()
    assert person.account
    client.force_login(person.account)
    return client
