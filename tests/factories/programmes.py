"""One explicit factory per model of the programmes app."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from tests.factories.people import OrganisationFactory, PersonFactory
from trellis.kernel import clock
from trellis.programmes.choices import EnrolmentState, MentoringModel, ProgrammeRoleKind, ProgrammeStatus, Side
from trellis.programmes.models import Enrolment, Programme, ProgrammeRole

WEIGHTS = {
    "skill_coverage": 22, "goal_fit": 18, "values_style": 18, "career_path": 14, "seniority_gap": 6,
    "distance": 6, "availability": 6, "mutual_preference": 8, "balance": 2,
}  # fmt: skip
STAGES = [
    ("orientation", -3, 0), ("connection", 0, 6), ("goal_setting", 4, 9), ("action_planning", 7, 12),
    ("growth", 11, 33), ("review", 18, 21), ("evaluation", 33, 37), ("closure", 36, 39),
]  # fmt: skip


class ProgrammeFactory(DjangoModelFactory[Programme]):
    class Meta:
        model = Programme

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Career growth {n}")
    slug = factory.Sequence(lambda n: f"career-growth-{n}")
    template_id = "career_formal"
    model = MentoringModel.FORMAL
    status = ProgrammeStatus.RUNNING
    enrolment_opens_on = factory.LazyFunction(lambda: clock.today() - timedelta(days=30))
    starts_on = factory.LazyFunction(clock.today)
    duration_weeks = 39
    interval_early_days = 14
    interval_later_days = 28
    meeting_minutes = 50
    planned_meetings = 12
    matching = factory.LazyFunction(lambda: {"weights": dict(WEIGHTS), "ideal_level_gap": [1, 3], "suggestions": 4})
    stage_plan = factory.LazyFunction(
        lambda: [{"stage": stage, "from_week": start, "to_week": end} for stage, start, end in STAGES]
    )
    surveys = factory.LazyFunction(lambda: ["baseline_pack", "pulse_30", "mid_pack", "end_pack"])
    created_at = factory.LazyFunction(clock.now)


class ProgrammeRoleFactory(DjangoModelFactory[ProgrammeRole]):
    class Meta:
        model = ProgrammeRole

    organisation = factory.LazyAttribute(lambda role: role.programme.organisation)
    programme = factory.SubFactory(ProgrammeFactory)
    person = factory.SubFactory(
        PersonFactory, organisation=factory.LazyAttribute(lambda person: person.factory_parent.programme.organisation)
    )
    kind = ProgrammeRoleKind.OWNER


class EnrolmentFactory(DjangoModelFactory[Enrolment]):
    class Meta:
        model = Enrolment

    organisation = factory.LazyAttribute(lambda enrolment: enrolment.programme.organisation)
    programme = factory.SubFactory(ProgrammeFactory)
    person = factory.SubFactory(
        PersonFactory, organisation=factory.LazyAttribute(lambda person: person.factory_parent.programme.organisation)
    )
    side = Side.MENTEE
    state = EnrolmentState.APPROVED
    places = 1
    goal = "Grow into a lead role"
    working_style = "structured"
    values = ["learning", "impact"]
    availability = ["Thu am", "Tue pm"]
    created_at = factory.LazyFunction(clock.now)
    applied_at = factory.LazyFunction(clock.now)
