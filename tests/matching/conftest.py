import pytest

from tests.factories.matching import World, a_world
from trellis.people.models import Organisation


@pytest.fixture
def world(organisation: Organisation) -> World:
    """Three mentees, three mentors with one place each, and somebody who runs the programme."""
    return a_world(organisation)
