"""Fixtures: a programme and a pair that has just begun in it, by the real clock. A conftest imports those it wants."""

from datetime import datetime

import pytest

from tests.factories.journeys import a_started_pair, mentee_of, mentor_of
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
def mentee(pair: Mentorship) -> Person:
    return mentee_of(pair)


@pytest.fixture
def mentor(pair: Mentorship) -> Person:
    return mentor_of(pair)
