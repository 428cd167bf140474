from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.factories.journeys import a_started_pair, carried_to
from tests.factories.started_pairs import mentee, mentor, now, pair, programme
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person
from trellis.programmes.models import Programme

__all__ = ["late", "mentee", "mentor", "now", "pair", "programme", "signed_in"]


@pytest.fixture
def late(programme: Programme, now: datetime) -> Mentorship:
    """A pair near its end."""
    late = a_started_pair(programme, now - timedelta(weeks=36))
    carried_to(late, "growth")
    return late


def signed_in(client: Client, person: Person) -> Client:
    assert person.account
    client.force_login(person.account)
    return client
