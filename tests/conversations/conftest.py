"""Two people of one pair, somebody outside it, and a fixed moment."""

from datetime import UTC, datetime

import pytest

from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.mentorships.models import Mentorship
from trellis.people.models import Organisation, Person

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def amara(organisation: Organisation) -> Person:
    return PersonFactory(organisation=organisation, given_name="Amara", time_zone="Europe/London")


@pytest.fixture
def priya(organisation: Organisation) -> Person:
    return PersonFactory(organisation=organisation, given_name="Priya", time_zone="Asia/Kolkata")


@pytest.fixture
def pair(organisation: Organisation, amara: Person, priya: Person) -> Mentorship:
    pair = a_pair(ProgrammeFactory(organisation=organisation), amara, priya)
    pair.started_at = datetime(2026, 9, 1, 9, tzinfo=UTC)
    pair.save()
    return pair
