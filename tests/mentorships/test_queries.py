from datetime import datetime

from pytest_django.fixtures import DjangoAssertNumQueries

from tests.factories.mentorships import a_pair
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.choices import PartyRole
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries import live_parties, partners_of, places_of, sides_of
from trellis.people.models import Person
from trellis.programmes.models import Programme


def test_sides_show_me_and_the_other(pair: Mentorship, mentee: Person, mentor: Person) -> None:
    sides = sides_of(pair, mentor)

    assert (sides.me.person, sides.partner, sides.is_mentor) == (mentor, mentee, True)
    assert len(sides.parties) == 2
    assert partners_of(pair, mentor) == [mentee]


def test_live_parties_counts_live_ones_in_that_role(
    programme: Programme, pair: Mentorship, mentor: Person, now: datetime
) -> None:
    a_pair(programme, mentor=mentor)
    end_mentorship(by=mentor, mentorship=pair, now=now)

    assert live_parties(programme, mentor, PartyRole.MENTOR) == 1
    assert live_parties(programme, mentor, PartyRole.MENTEE) == 0


def test_places_lists_live_mentorships_in_one_query(
    pair: Mentorship, mentee: Person, mentor: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        places = places_of(mentee)

    assert [(place.id, place.partner) for place in places] == [(pair.pk, mentor.first_name)]
