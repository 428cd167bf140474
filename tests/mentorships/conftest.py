from datetime import datetime

import pytest

from tests.factories.mentorships import a_pair
from tests.factories.programmes import ProgrammeFactory
from trellis.kernel import clock
from trellis.mentorships.choices import MentorshipState, PartyRole
from trellis.mentorships.models import Mentorship, Transition
from trellis.people.models import Organisation, Person
from trellis.programmes.models import Programme


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation)


@pytest.fixture
def pair(programme: Programme, now: datetime) -> Mentorship:
    """A live mentorship with the history it has when it was started by the action."""
    mentorship = a_pair(programme)
    Transition.objects.create(
        organisation=programme.organisation, mentorship=mentorship, to_state=MentorshipState.ACTIVE, at=now
    )
    return mentorship


@pytest.fixture
def mentee(pair: Mentorship) -> Person:
    return pair.parties.get(role=PartyRole.MENTEE).person


@pytest.fixture
def mentor(pair: Mentorship) -> Person:
    return pair.parties.get(role=PartyRole.MENTOR).person
