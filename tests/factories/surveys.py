"""Factory of the surveys app."""

import factory
from factory.django import DjangoModelFactory

from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.surveys.models import SurveyResponse


class SurveyResponseFactory(DjangoModelFactory[SurveyResponse]):
    class Meta:
        model = SurveyResponse

    organisation = factory.LazyAttribute(lambda response: response.person.organisation)
    person = factory.SubFactory(PersonFactory)
    pack = "pulse_30"
    context = "mentorship:1"
    at = factory.LazyFunction(clock.now)
