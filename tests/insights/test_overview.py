"""What needs a person today, the figures and the funnel, held against hand-counted rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.mentorships import a_pair
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.goals.models import Goal, GoalStatus
from trellis.insights.queries.overview import overview, portfolio_numbers
from trellis.insights.queries.pair_page import pair_page
from trellis.journeys.models import Journey, StageEntry
from trellis.kernel import clock
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.meetings.models import Meeting, MeetingState
from trellis.mentorships.models import Mentorship, Transition
from trellis.people.models import Organisation
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation)


def _figures(programme: Programme) -> list[str]:
    return [figure.value for figure in overview(programme, clock.now()).figures]


def _pair(programme: Programme, days: int = 30) -> Mentorship:
    mentorship = a_pair(programme)
    mentorship.started_at = clock.now() - timedelta(days=days)
    mentorship.save()
    return mentorship


def test_empty_programme_needs_nobody_and_claims_nothing(programme: Programme) -> None:
    found = overview(programme, clock.now())

    assert found.needs.nothing
    assert _figures(programme) == ["0", "–", "–", "–", "–"]
    assert [row.reached for row in found.funnel] == [0] * 8


def test_needs_count_what_waits(programme: Programme) -> None:
    found = Round.objects.create(
        organisation=programme.organisation, programme=programme, number=1, state=RoundState.REVIEW, salt="s",
        created_at=clock.now(),
    )  # fmt: skip
    mentee = EnrolmentFactory(organisation=programme.organisation, programme=programme)
    mentor = EnrolmentFactory(organisation=programme.organisation, programme=programme, side=Side.MENTOR)
    Proposal.objects.create(
        organisation=programme.organisation, programme=programme, round=found, mentee=mentee, mentor=mentor
    )
    EnrolmentFactory(
        organisation=programme.organisation, programme=programme, side=Side.MENTOR, state=EnrolmentState.APPLIED
    )
    _pair(programme)

    needs = overview(programme, clock.now()).needs

    assert (needs.to_review, needs.next_choices, needs.to_approve) == (1, 0, 1)
    assert (needs.at_risk, needs.without_mentor) == (1, 1)


def test_mentee_with_an_open_offer_is_not_without_mentor(programme: Programme) -> None:
    mentee = EnrolmentFactory(organisation=programme.organisation, programme=programme)
    mentor = EnrolmentFactory(organisation=programme.organisation, programme=programme, side=Side.MENTOR)
    Proposal.objects.create(
        organisation=programme.organisation, programme=programme, mentee=mentee, mentor=mentor,
        state=ProposalState.OFFERED,
    )  # fmt: skip

    assert overview(programme, clock.now()).needs.without_mentor == 0


def test_figures_can_be_recomputed_by_hand(programme: Programme) -> None:
    first, second = _pair(programme, 40), _pair(programme, 40)
    party = first.parties.first()
    assert party is not None
    for mentorship, days_ago, state in (
        (first, 35, MeetingState.HELD_BOTH), (first, 10, MeetingState.HELD_BOTH), (first, 9, MeetingState.HELD_ONE),
        (second, 8, MeetingState.HELD_BOTH),
    ):  # fmt: skip
        Meeting.objects.create(
            organisation=programme.organisation, mentorship=mentorship, minutes=45, state=state,
            planned_by=party.person, starts_at=clock.now() - timedelta(days=days_ago), created_at=clock.now(),
        )  # fmt: skip
    for days in (-2, 5, 6):
        Goal.objects.create(
            organisation=programme.organisation, mentorship=first, owner=party.person, title="Goal",
            status=GoalStatus.ACTIVE, due_on=clock.today() + timedelta(days=days), created_at=clock.now(),
        )  # fmt: skip

    # 2 live; nothing offered; 2 confirmed by both in 30 days over 2 pairs; 2 of 3 goals in time; 1 of 2 met by day 14
    assert _figures(programme) == ["2", "–", "1.0", "66%", "50%"]


def test_first_meetings_count_pairs_that_have_ended_and_none_younger_than_two_weeks(programme: Programme) -> None:
    """KPI first_meeting_on_time, worked by hand: 4 pairs began 14 or more days ago, 2 of them met by day 14."""
    now = clock.now()
    for age, met_after, state in (
        (40, 13, "active"), (40, 15, "active"), (40, None, "ended"), (14, 10, "completed"), (13, 2, "active"),
    ):  # fmt: skip
        mentorship = _pair(programme, age)
        Mentorship.objects.filter(pk=mentorship.pk).update(state=state, started_at=now - timedelta(days=age))
        if met_after is not None:
            Meeting.objects.create(
                organisation=programme.organisation, mentorship=mentorship, minutes=45, state=MeetingState.HELD_ONE,
                planned_by=mentorship.parties.get(role="mentee").person, created_at=now,
                starts_at=now - timedelta(days=age - met_after),
            )  # fmt: skip

    figure = overview(programme, now).figures[-1]

    assert (figure.value, figure.note) == ("50%", "2 of 4 within 14 days")


def test_funnel_counts_who_ever_reached_a_stage_and_the_median_days(programme: Programme) -> None:
    for days in ((0, 4), (0, 6), (0,)):
        journey = Journey.objects.create(
            organisation=programme.organisation,
            mentorship=_pair(programme),
            stage="connection",
            stage_since=clock.now(),
        )
        for stage, day in zip(("orientation", "connection"), days, strict=False):
            StageEntry.objects.create(
                organisation=programme.organisation, journey=journey, stage=stage, how=StageEntry.How.CONDITIONS,
                entered_at=clock.now() + timedelta(days=day),
            )  # fmt: skip

    first, second, third = overview(programme, clock.now()).funnel[:3]

    assert (first.reached, first.days, first.carried) == (3, 5, None)
    assert (second.reached, second.carried, second.width) == (2, 66, "66.7%")
    assert (third.reached, third.carried, third.days) == (0, 0, None)


def test_queries_do_not_grow(programme: Programme) -> None:
    _pair(programme)
    with CaptureQueriesContext(connection) as few:
        overview(programme, clock.now())
    for _ in range(20):
        _pair(programme)

    with CaptureQueriesContext(connection) as many:
        overview(programme, clock.now())

    assert len(many) == len(few)


def test_portfolio_counts_live_pairs_and_people(programme: Programme) -> None:
    _pair(programme)
    EnrolmentFactory(organisation=programme.organisation, programme=programme)

    assert portfolio_numbers([programme]) == {programme.pk: (1, 1)}


def test_pair_page_tells_dates_and_counts(programme: Programme) -> None:
    mentorship = _pair(programme)
    mentorship.match_reasons = {"reasons": [{"factor": "distance", "key": "distance.unit", "params": {}}], "gap": None}
    mentorship.save()
    Transition.objects.create(
        organisation=programme.organisation, mentorship=mentorship, to_state="active", at=mentorship.started_at
    )

    page = pair_page(Mentorship.objects.select_related("programme").get(pk=mentorship.pk), clock.now())

    assert [happening.what for happening in page.history] == ["Matched"]
    assert page.stage_number == 1
    assert len(page.reasons) == 1
    assert (page.gap, page.messages, page.notes) == ("", 0, 0)
