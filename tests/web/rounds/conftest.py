import pytest
from django.test import Client

from tests.factories.matching import World, a_world
from trellis.people.models import Organisation


@pytest.fixture
def world(organisation: Organisation) -> World:
    return a_world(organisation)


@pytest.fixture
def manager(client: Client, world: World) -> Client:
    """Signed in as the person who runs the programme."""
    client.force_login(world.manager.account)
    return client
