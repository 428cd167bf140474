from datetime import datetime, timedelta

from pytest_django.fixtures import DjangoAssertNumQueries

from tests.factories.journeys import JourneyFactory, StageEntryFactory, a_started_pair
from tests.factories.programmes import ProgrammeFactory
from trellis.journeys.queries import stage_counts
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships.actions import end_mentorship
from trellis.people.models import Organisation
from trellis.programmes.models import Programme


def pair_in(programme: Programme, now: datetime, **days: int) -> None:
    """A pair that entered each stage so many days after its start."""
    pair = a_started_pair(programme, now - timedelta(days=100))
    journey = JourneyFactory(mentorship=pair, stage=list(days)[-1])
    for stage, after in days.items():
        StageEntryFactory(journey=journey, stage=stage, entered_at=pair.started_at + timedelta(days=after))


def test_stage_counts_how_many_reached_each_stage_and_when(programme: Programme, now: datetime) -> None:
    pair_in(programme, now, orientation=0, connection=4, goal_setting=20)
    pair_in(programme, now, orientation=0, connection=10)

    counts = {line.stage: (line.reached, line.here, line.median_days) for line in stage_counts(programme)}

    assert counts["orientation"] == (2, 0, 0.0)
    assert counts["connection"] == (2, 1, 7.0)
    assert counts["goal_setting"] == (1, 1, 20.0)
    assert counts["closure"] == (0, 0, None)


def test_stage_counts_take_two_queries(
    programme: Programme, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (3, 20):
        for _ in range(number):
            pair_in(programme, now, orientation=0)
        with django_assert_num_queries(2):
            stage_counts(programme)


def test_ended_pairs_stand_nowhere(programme: Programme, now: datetime) -> None:
    pair = a_started_pair(programme)
    JourneyFactory(mentorship=pair, stage="connection")
    party = pair.parties.first()
    assert party
    end_mentorship(by=party.person, mentorship=pair, now=now)

    assert all(line.here == 0 for line in stage_counts(programme))


def test_stage_counts_see_their_own_programme_and_organisation(
    programme: Programme, now: datetime, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        pair_in(ProgrammeFactory(organisation=other_organisation), now, orientation=0)
    pair_in(ProgrammeFactory(organisation=programme.organisation), now, orientation=0)

    assert all(line.reached == 0 for line in stage_counts(programme))
