"""Factories of the journeys app, and the facts that carry a pair through its stages."""

from datetime import datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from tests.factories.mentorships import a_pair
from tests.factories.programmes import EnrolmentFactory
from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.journeys.models import Certificate, Journey, Reflection, ReviewChoice, StageEntry, TaskDone
from trellis.kernel import clock
from trellis.learning.models import ModuleCompletion
from trellis.learning.modules import module_for
from trellis.meetings.models import Meeting, MeetingState
from trellis.mentorships.choices import MentorshipState, PartyRole
from trellis.mentorships.models import Agreement, Mentorship, Signature, Transition
from trellis.people.models import Person
from trellis.programmes.models import Programme
from trellis.surveys.models import SurveyResponse


class JourneyFactory(DjangoModelFactory[Journey]):
    class Meta:
        model = Journey

    organisation = factory.LazyAttribute(lambda journey: journey.mentorship.organisation)
    stage = "orientation"
    stage_since = factory.LazyFunction(clock.now)


class StageEntryFactory(DjangoModelFactory[StageEntry]):
    class Meta:
        model = StageEntry

    organisation = factory.LazyAttribute(lambda entry: entry.journey.organisation)
    journey = factory.SubFactory(JourneyFactory)
    stage = "orientation"
    entered_at = factory.LazyFunction(clock.now)
    how = StageEntry.How.CONDITIONS


class TaskDoneFactory(DjangoModelFactory[TaskDone]):
    class Meta:
        model = TaskDone

    organisation = factory.LazyAttribute(lambda done: done.journey.organisation)
    done_at = factory.LazyFunction(clock.now)


class ReviewChoiceFactory(DjangoModelFactory[ReviewChoice]):
    class Meta:
        model = ReviewChoice

    organisation = factory.LazyAttribute(lambda choice: choice.journey.organisation)
    choice = ReviewChoice.Choice.CONTINUE
    at = factory.LazyFunction(clock.now)


class ReflectionFactory(DjangoModelFactory[Reflection]):
    class Meta:
        model = Reflection

    organisation = factory.LazyAttribute(lambda reflection: reflection.journey.organisation)
    body = "I learned to send drafts early."
    at = factory.LazyFunction(clock.now)


class CertificateFactory(DjangoModelFactory[Certificate]):
    class Meta:
        model = Certificate

    organisation = factory.LazyAttribute(lambda certificate: certificate.journey.organisation)
    number = factory.Sequence(lambda n: f"AAAA-BBBB-CCCC-{n:04d}")
    issued_at = factory.LazyFunction(clock.now)


def a_started_pair(programme: Programme, started_at: datetime | None = None) -> Mentorship:
    """A live pair with its first transition, as the action leaves it."""
    pair = a_pair(programme)
    started_at = started_at or clock.now()
    pair.started_at = started_at
    pair.planned_end_on = started_at.date() + timedelta(weeks=programme.duration_weeks)
    pair.save()
    Transition.objects.create(
        organisation=programme.organisation, mentorship=pair, to_state=MentorshipState.ACTIVE, at=started_at
    )
    return pair


def party(pair: Mentorship, role: str) -> Person:
    return pair.parties.get(role=role).person


def mentee_of(pair: Mentorship) -> Person:
    return party(pair, PartyRole.MENTEE)


def mentor_of(pair: Mentorship) -> Person:
    return party(pair, PartyRole.MENTOR)


def oriented(pair: Mentorship) -> None:
    """Both sign-ups are sent and both trainings taken: orientation is behind the pair."""
    for side in (PartyRole.MENTEE, PartyRole.MENTOR):
        person = party(pair, side)
        EnrolmentFactory(programme=pair.programme, person=person, side=side)
        ModuleCompletion.objects.create(
            organisation=pair.organisation, person=person, module=module_for(side).id, completed_at=clock.now()
        )


def met(pair: Mentorship, times: int = 1, state: str = MeetingState.HELD_BOTH, days_ago: int = 3) -> Meeting:
    """Meetings that took place; the last one."""
    for number in range(times):
        meeting = planned(pair, days=-days_ago - number, state=state)
    return meeting


def planned(pair: Mentorship, days: int = 5, state: str = MeetingState.PLANNED) -> Meeting:
    return Meeting.objects.create(
        organisation=pair.organisation, mentorship=pair, starts_at=clock.now() + timedelta(days=days), minutes=50,
        state=state, topic="pricing", planned_by=mentee_of(pair), created_at=clock.now(),
    )  # fmt: skip


def agreed(pair: Mentorship, signed_by: int = 2) -> Agreement:
    agreement = Agreement.objects.create(
        organisation=pair.organisation, mentorship=pair, version=1, aims="Grow", rhythm="Every two weeks",
        boundaries="Pay", confidentiality="All but a risk", drafted_by=mentee_of(pair), drafted_at=clock.now(),
    )  # fmt: skip
    for person in [mentee_of(pair), mentor_of(pair)][:signed_by]:
        Signature.objects.create(
            organisation=pair.organisation, agreement=agreement, person=person, signed_at=clock.now()
        )
    return agreement


def settled(pair: Mentorship, pack: str, *people: Person) -> None:
    """These people (or both) have answered or skipped a pack."""
    for person in people or (mentee_of(pair), mentor_of(pair)):
        SurveyResponse.objects.create(
            organisation=pair.organisation, person=person, pack=pack, context=f"mentorship:{pair.pk}", declined=True,
            at=clock.now(),
        )  # fmt: skip


def a_goal(pair: Mentorship, *, complete: bool = True, planned_out: bool = True, **fields: object) -> Goal:
    """An active goal; `complete` fills what goal setting asks, `planned_out` what action planning asks."""
    values: dict[str, object] = {"title": "Lead the pricing review", "status": GoalStatus.ACTIVE}
    if complete:
        values |= {
            "outcome": "x", "evidence": "x", "why": "x", "linked_skill": "pricing",
            "due_on": clock.today() + timedelta(days=30),
        }  # fmt: skip
    if planned_out:
        values |= {"if_then": "if late, then shorten", "first_action_on": clock.today()}
    return Goal.objects.create(
        organisation=pair.organisation, mentorship=pair, owner=mentee_of(pair), created_at=clock.now(),
        activated_at=clock.now(), **(values | fields),
    )  # fmt: skip


def a_step(goal: Goal, days: int = 7, text: str = "send the draft") -> ActionItem:
    return ActionItem.objects.create(
        organisation=goal.organisation, goal=goal, owner=goal.owner, text=text,
        due_on=clock.today() + timedelta(days=days),
    )  # fmt: skip


def carried_to(pair: Mentorship, stage: str) -> None:
    """Give the pair what leads it to `stage`, by facts alone (time excepted: start it early enough)."""
    path = ["connection", "goal_setting", "action_planning", "growth"]
    wanted = path[: path.index(stage) + 1]
    oriented(pair)
    if "goal_setting" in wanted:
        met(pair, 2)
        agreed(pair)
        settled(pair, "pulse_30")
    if "action_planning" in wanted:
        goal = a_goal(pair, planned_out="growth" in wanted)
        if "growth" in wanted:
            for days in (3, 7, 11):
                a_step(goal, days)
