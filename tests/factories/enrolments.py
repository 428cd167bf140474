"""Factories of what a sign-up form is made of."""

import factory
from factory.django import DjangoModelFactory

from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.programmes.choices import QuestionKind, Side
from trellis.programmes.models import EligibilityRule, EnrolmentSkill, Question


class QuestionFactory(DjangoModelFactory[Question]):
    class Meta:
        model = Question

    organisation = factory.LazyAttribute(lambda question: question.programme.organisation)
    programme = factory.SubFactory(ProgrammeFactory)
    side = Side.MENTEE
    key = factory.Sequence(lambda n: f"question-{n}")
    kind = QuestionKind.TEXT
    text = factory.Sequence(lambda n: f"Question {n}?")
    position = factory.Sequence(lambda n: n)


class EligibilityRuleFactory(DjangoModelFactory[EligibilityRule]):
    class Meta:
        model = EligibilityRule

    organisation = factory.LazyAttribute(lambda rule: rule.programme.organisation)
    programme = factory.SubFactory(ProgrammeFactory)
    side = Side.MENTEE
    kind = "statement"
    words = factory.Sequence(lambda n: f"Condition {n}")


class EnrolmentSkillFactory(DjangoModelFactory[EnrolmentSkill]):
    class Meta:
        model = EnrolmentSkill

    organisation = factory.LazyAttribute(lambda skill: skill.enrolment.organisation)
    enrolment = factory.SubFactory(EnrolmentFactory)
    skill = "active_listening"
    level = 3
