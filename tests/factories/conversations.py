"""Factories of messages."""

import factory
from factory.django import DjangoModelFactory

from tests.factories.mentorships import MentorshipFactory
from trellis.conversations.models import Message
from trellis.kernel import clock


class MessageFactory(DjangoModelFactory[Message]):
    """A message by its mentorship's first party."""

    class Meta:
        model = Message

    organisation = factory.LazyAttribute(lambda message: message.mentorship.organisation)
    mentorship = factory.SubFactory(MentorshipFactory)
    author = factory.LazyAttribute(lambda message: message.mentorship.parties.order_by("id")[0].person)
    body = "BODY-MARKER"
    sent_at = factory.LazyFunction(clock.now)
