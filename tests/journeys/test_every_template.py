"""Two people who do what their own page says come from the first day to the close, in every shipped programme."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.journeys import a_started_pair, mentee_of, mentor_of
from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory
from trellis.goals.actions import activate_goal, add_action, draft_goal, edit_goal, settle_goal
from trellis.goals.models import Goal, GoalStatus
from trellis.journeys.actions import answer_check_in, close_journey, record_review, refresh_journey, tick_task
from trellis.journeys.guide import plan_of
from trellis.journeys.models import StageEntry
from trellis.journeys.queries import JourneyView, journey_view
from trellis.learning.actions import complete_module
from trellis.learning.modules import module_for
from trellis.meetings.actions import confirm_meeting, plan_meeting
from trellis.meetings.models import Meeting
from trellis.mentorships.actions import draft_agreement, sign_agreement
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.people.choices import ConsentKind
from trellis.people.models import Consent, Organisation, Person
from trellis.programmes.actions.programmes import create_programme
from trellis.programmes.choices import Side
from trellis.programmes.models import Programme
from trellis.programmes.templates import Template, all_templates

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LOOKS = 20  # how often in all the two open their page: enough for every meeting that any template plans for
Doing = Callable[[JourneyView, Person, datetime], object]


def _number(view: JourneyView) -> int:
    return int(view.next_step.path.strip("/").split("/")[-1])


def _agree(view: JourneyView, me: Person, now: datetime) -> object:
    words = {"aims": "Grow", "rhythm": "Weekly", "boundaries": "Pay", "confidentiality": "All but a risk"}
    return draft_agreement(by=me, mentorship=view.mentorship, now=now, **words)


def _write_goal(view: JourneyView, me: Person, now: datetime) -> object:
    goal = draft_goal(
        by=me, mentorship=view.mentorship, title="Lead a review", outcome="x", evidence="x", why="x",
        linked_skill="pricing", due_on=now.date() + timedelta(days=20), now=now,
    )  # fmt: skip
    return activate_goal(by=me, goal=goal, now=now)


def _complete_goal(view: JourneyView, me: Person, now: datetime) -> object:
    goal = Goal.objects.get(pk=_number(view))
    if view.stage.id == "evaluation":
        return settle_goal(by=me, goal=goal, reached=True, attainment=1, now=now)
    return edit_goal(
        by=me, goal=goal, title=goal.title, outcome="x", evidence="x", why="x", linked_skill="pricing",
        if_then="If late, then shorter", due_on=goal.due_on, first_action_on=now.date(), now=now,
    )  # fmt: skip


def _accept_terms(view: JourneyView, me: Person, now: datetime) -> object:
    programme = view.mentorship.programme
    return Consent.objects.create(
        organisation=programme.organisation, person=me, kind=ConsentKind.PROGRAMME_TERMS,
        about=f"programme:{programme.pk}", version=programme.terms_version, given_at=now,
    )  # fmt: skip


def _check_in(view: JourneyView, me: Person, now: datetime) -> object:
    pack = view.next_step.path.strip("/").split("/")[-1]
    return answer_check_in(by=me, mentorship=view.mentorship, pack_id=pack, role=view.me.role, answers={}, now=now)


def _tick(view: JourneyView, me: Person, now: datetime) -> object:
    """The first that can be ticked; those that tick themselves wait for what they are about."""
    for line in view.tasks:
        if line.required and not line.done and not line.by_itself:
            return tick_task(by=me, mentorship=view.mentorship, task_id=line.id, now=now)
    return None


DOING: dict[str, Doing] = {
    "consent": _accept_terms,
    "training": lambda view, me, now: complete_module(by=me, module_id=module_for(view.me.role).id, now=now),
    "plan_meeting": lambda view, me, now: plan_meeting(
        by=me, mentorship=view.mentorship, starts_at=now + timedelta(hours=5), minutes=30, now=now
    ),
    "confirm_meeting": lambda view, me, now: confirm_meeting(
        by=me, meeting=Meeting.objects.get(pk=_number(view)), took_place=True, now=now
    ),
    "write_agreement": _agree,
    "sign_agreement": lambda view, me, now: sign_agreement(by=me, mentorship=view.mentorship, version=1, now=now),
    "check_in": _check_in,
    "write_goal": _write_goal,
    "complete_goal": _complete_goal,
    "add_steps": lambda view, me, now: add_action(
        by=me, goal=Goal.objects.get(pk=_number(view)), owner=me, text="Draft", due_on=now.date(), now=now
    ),
    "review": lambda view, me, now: record_review(by=me, mentorship=view.mentorship, choice="continue", now=now),
    "close": lambda view, me, now: close_journey(by=me, mentorship=view.mentorship, now=now),
    "task": _tick,
    "prepare_meeting": lambda view, me, now: None,
}


def follow_the_page(pair: Mentorship, me: Person, now: datetime) -> None:
    """Do each next step until there is nothing to do but wait."""
    for _ in range(30):
        pair.refresh_from_db()
        view = journey_view(pair, me, now)
        if pair.state == MentorshipState.COMPLETED:
            return
        if DOING[view.next_step.key](view, me, now) is None:
            break
    else:
        pytest.fail(f"{view.next_step} is asked again and again")
    if view.stance.close and not view.next_stage:  # a plan may end without a stage of its own for closing
        close_journey(by=me, mentorship=pair, now=now)


def a_pair_of(template: Template, organisation: Organisation) -> tuple[Programme, Mentorship]:
    owner = PersonFactory(organisation=organisation)
    programme = create_programme(
        by=None, owner=owner, template=template, name=template.name, starts_on=START.date(), now=START
    )
    pair = a_started_pair(programme, START)
    EnrolmentFactory(programme=programme, person=mentee_of(pair), side=Side.MENTEE)
    EnrolmentFactory(programme=programme, person=mentor_of(pair), side=Side.MENTOR)
    return programme, pair


@pytest.mark.parametrize("template", all_templates(), ids=lambda template: template.id)
def test_doing_what_the_page_says_leads_to_the_close(template: Template, organisation: Organisation) -> None:
    programme, pair = a_pair_of(template, organisation)
    length = timedelta(weeks=programme.duration_weeks)

    for look in range(LOOKS + 1):
        now = START + length * look / LOOKS + timedelta(hours=1)
        refresh_journey(mentorship=pair, now=now)  # as the events do
        for me in (mentee_of(pair), mentor_of(pair)):
            follow_the_page(pair, me, now)

    assert pair.state == MentorshipState.COMPLETED
    entries = StageEntry.objects.filter(journey__mentorship=pair).order_by("id")
    assert list(entries.values_list("stage", flat=True)) == [stage.id for stage in plan_of(programme).stages]
    assert set(entries.values_list("how", flat=True)) == {StageEntry.How.STARTED, StageEntry.How.CONDITIONS}
    if all(window.stage != "goal_setting" for window in template.stage_plan):
        assert not Goal.objects.filter(status=GoalStatus.ACTIVE).exists()


def test_a_programme_without_goal_setting_asks_for_no_goal_and_no_step(organisation: Organisation) -> None:
    for template in all_templates():
        if all(window.stage != "goal_setting" for window in template.stage_plan):
            programme, _pair = a_pair_of(template, organisation)
            asked = {each.key for stage in plan_of(programme).stages for each in (*stage.entry, *stage.exit)}
            assert not asked & {"goals_active_between", "action_items_open_gte"}
