"""Factories of the relationship's own models."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.kernel import clock
from trellis.mentorships.choices import PartyRole
from trellis.mentorships.models import Mentorship, Party
from trellis.people.models import Person
from trellis.programmes.models import Programme


class MentorshipFactory(DjangoModelFactory[Mentorship]):
    class Meta:
        model = Mentorship

    organisation = factory.LazyAttribute(lambda mentorship: mentorship.programme.organisation)
    programme = factory.SubFactory(ProgrammeFactory)
    pair_key = factory.Sequence(lambda n: f"{n}:{n}")
    started_at = factory.LazyFunction(clock.now)
    planned_end_on = factory.LazyFunction(lambda: clock.today() + timedelta(weeks=39))


class PartyFactory(DjangoModelFactory[Party]):
    class Meta:
        model = Party

    organisation = factory.LazyAttribute(lambda party: party.mentorship.organisation)
    mentorship = factory.SubFactory(MentorshipFactory)
    person = factory.SubFactory(PersonFactory)
    role = PartyRole.MENTEE


def a_pair(programme: Programme, mentee: Person | None = None, mentor: Person | None = None) -> Mentorship:
    """A live mentorship with both parties, in the programme's organisation."""
    mentee = mentee or PersonFactory(organisation=programme.organisation)
    mentor = mentor or PersonFactory(organisation=programme.organisation)
    mentorship = MentorshipFactory(programme=programme, pair_key=f"{mentee.pk}:{mentor.pk}")
    PartyFactory(mentorship=mentorship, person=mentee, role=PartyRole.MENTEE)
    PartyFactory(mentorship=mentorship, person=mentor, role=PartyRole.MENTOR)
    return mentorship
