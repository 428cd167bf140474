"""Many ask for the last place at the same moment; one gets it."""

import threading

import pytest
from django.db import connection

from tests.factories.people import OrganisationFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships.actions import StartRefused, start_mentorship
from trellis.mentorships.models import Mentorship
from trellis.programmes.choices import Side

RACERS = 6


@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_exactly_one() -> None:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        programme = ProgrammeFactory(organisation=organisation)
        mentor = EnrolmentFactory(programme=programme, side=Side.MENTOR, places=1).person
        mentees = [EnrolmentFactory(programme=programme).person for _ in range(RACERS)]
    outcomes: list[str] = []
    line = threading.Barrier(RACERS)

    def race(number: int) -> None:
        try:
            with organisation_scope(organisation.pk):
                line.wait()
                start_mentorship(by=None, programme=programme, mentee=mentees[number], mentor=mentor, now=clock.now())
            outcomes.append("won")
        except StartRefused:
            outcomes.append("full")
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=(number,)) for number in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["full"] * (RACERS - 1) + ["won"]
    with organisation_scope(organisation.pk):
        assert Mentorship.objects.count() == 1
