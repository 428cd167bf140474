"""Factories of goals: what is in the table, without the rules of the actions. Every text is a marker."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from tests.factories.mentorships import MentorshipFactory
from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.kernel import clock


class GoalFactory(DjangoModelFactory[Goal]):
    """An active goal of its mentorship's first party, the mentee, shared with nobody."""

    class Meta:
        model = Goal

    organisation = factory.LazyAttribute(lambda goal: goal.mentorship.organisation)
    mentorship = factory.SubFactory(MentorshipFactory)
    owner = factory.LazyAttribute(lambda goal: goal.mentorship.parties.order_by("id")[0].person)
    status = GoalStatus.ACTIVE
    title = "TITLE-MARKER"
    outcome = "OUTCOME-MARKER"
    evidence = "EVIDENCE-MARKER"
    why = "WHY-MARKER"
    if_then = "IFTHEN-MARKER"
    linked_skill = "negotiation"
    due_on = factory.LazyFunction(lambda: clock.today() + timedelta(days=20))
    created_at = factory.LazyFunction(clock.now)
    activated_at = factory.LazyAttribute(lambda goal: None if goal.status == GoalStatus.DRAFT else clock.now())


class ActionItemFactory(DjangoModelFactory[ActionItem]):
    class Meta:
        model = ActionItem

    organisation = factory.LazyAttribute(lambda action: action.goal.organisation)
    goal = factory.SubFactory(GoalFactory)
    owner = factory.LazyAttribute(lambda action: action.goal.owner)
    text = "STEP-MARKER"
    due_on = factory.LazyFunction(lambda: clock.today() + timedelta(days=7))
