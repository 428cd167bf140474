"""Factories of meetings: what is in the table, without the rules of the actions."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from tests.factories.mentorships import MentorshipFactory
from trellis.kernel import clock
from trellis.meetings.models import Confirmation, Meeting


class MeetingFactory(DjangoModelFactory[Meeting]):
    """A planned meeting in two days, by the first party of its mentorship."""

    class Meta:
        model = Meeting

    organisation = factory.LazyAttribute(lambda meeting: meeting.mentorship.organisation)
    mentorship = factory.SubFactory(MentorshipFactory)
    starts_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=2))
    minutes = 50
    topic = "TOPIC-MARKER"
    place = "PLACE-MARKER"
    notes = "NOTES-MARKER"
    planned_by = factory.LazyAttribute(lambda meeting: meeting.mentorship.parties.order_by("id")[0].person)
    created_at = factory.LazyFunction(clock.now)


class ConfirmationFactory(DjangoModelFactory[Confirmation]):
    class Meta:
        model = Confirmation

    organisation = factory.LazyAttribute(lambda word: word.meeting.organisation)
    took_place = True
    at = factory.LazyFunction(clock.now)
