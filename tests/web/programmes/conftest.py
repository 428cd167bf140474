import pytest
from django.test import Client

from tests.factories.programmes import ProgrammeFactory
from trellis.people.models import Organisation, Person
from trellis.programmes.models import Programme


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation, slug="growth", name="Growth", training_gate=False)


@pytest.fixture
def at(client: Client, person: Person) -> Client:
    """A browser in which `person` has signed in."""
    client.force_login(person.account)  # type: ignore[arg-type]
    return client
