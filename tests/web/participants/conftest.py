import pytest
from django.test import Client

from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from trellis.people.models import Organisation, Person
from trellis.programmes.models import Programme


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation, slug="growth", name="Growth", training_gate=False)


@pytest.fixture
def manager(programme: Programme) -> Person:
    return ProgrammeRoleFactory(programme=programme).person


@pytest.fixture
def at(client: Client, manager: Person) -> Client:
    """A browser in which the programme's owner has signed in."""
    client.force_login(manager.account)  # type: ignore[arg-type]
    return client
