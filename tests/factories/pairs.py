"""Fixtures: the two people of one pair, and a fixed moment. A conftest imports those it wants."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.kernel import clock
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


@pytest.fixture
def running(organisation: Organisation, amara: Person, priya: Person) -> Mentorship:
    """The same pair by the real clock, eight weeks in: for pages, which ask what time it is."""
    pair = a_pair(ProgrammeFactory(organisation=organisation), amara, priya)
    pair.started_at = clock.now() - timedelta(weeks=8)
    pair.save()
    return pair
