"""The one next step, through the life of a pair, for both sides."""

from datetime import datetime, timedelta

import pytest

from tests.factories.journeys import (
    JourneyFactory,
    ReviewChoiceFactory,
    a_goal,
    a_started_pair,
    a_step,
    agreed,
    carried_to,
    mentee_of,
    mentor_of,
    met,
    oriented,
    planned,
    settled,
)
from tests.factories.programmes import EnrolmentFactory
from trellis.goals.models import GoalStatus
from trellis.journeys.actions import close_journey, press_next, tick_task
from trellis.journeys.queries import NextStep, next_step_of
from trellis.meetings.models import Confirmation, MeetingState
from trellis.mentorships.actions import end_mentorship, pause_mentorship
from trellis.mentorships.models import Agreement, Mentorship, Signature
from trellis.people.choices import ConsentKind
from trellis.people.models import Consent, Organisation, Person
from trellis.programmes.models import Programme


def key(pair: Mentorship, person: Person, now: datetime) -> str:
    pair.refresh_from_db()
    return step(pair, person, now).key


def step(pair: Mentorship, person: Person, now: datetime) -> NextStep:
    found = next_step_of(pair, person, now)
    assert all([found.title, found.why, found.path, found.button])
    return found


def test_orientation_asks_for_ones_own_form_then_training(pair: Mentorship, mentee: Person, now: datetime) -> None:
    assert key(pair, mentee, now) == "profile"
    EnrolmentFactory(programme=pair.programme, person=mentee)
    assert key(pair, mentee, now) == "training"


def test_orientation_asks_for_consent_to_new_terms(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime, organisation: Organisation
) -> None:
    oriented(pair)
    organisation.privacy_notice = "We keep little."
    organisation.save()

    assert key(pair, mentee, now) == "consent"


def test_training_and_consent_of_the_other_are_not_ones_step(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime, organisation: Organisation
) -> None:
    oriented(pair)
    mentor.modules_completed.all().delete()
    assert key(pair, mentee, now) == "plan_meeting"

    organisation.privacy_notice = "We keep little."
    organisation.save()
    Consent.objects.create(
        organisation=organisation, person=mentee, kind=ConsentKind.PRIVACY_NOTICE, version=1, given_at=now
    )
    assert key(pair, mentee, now) == "plan_meeting"


def test_what_only_the_other_can_do_is_not_ones_step(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime, programme: Programme
) -> None:
    EnrolmentFactory(programme=programme, person=mentee)
    programme.training_gate = False
    programme.save()

    assert key(pair, mentor, now) == "profile"
    assert key(pair, mentee, now) == "plan_meeting"


def test_connection_asks_to_meet_then_to_agree_then_to_sign(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    carried_to(pair, "connection")
    assert "first meeting" in step(pair, mentee, now).title
    assert "first step" in step(pair, mentor, now).why
    planned(pair)
    assert key(pair, mentee, now) == "write_agreement"
    agreement = agreed(pair, signed_by=0)
    assert key(pair, mentor, now) == "sign_agreement"
    Signature.objects.create(organisation=pair.organisation, agreement=agreement, person=mentor, signed_at=now)
    assert key(pair, mentor, now) == "task"
    assert Agreement.objects.count() == 1


def test_a_meeting_that_is_over_comes_first(pair: Mentorship, mentee: Person, mentor: Person, now: datetime) -> None:
    carried_to(pair, "connection")
    meeting = planned(pair, days=-1)
    assert key(pair, mentee, now) == "confirm_meeting"

    Confirmation.objects.create(
        organisation=pair.organisation, meeting=meeting, person=mentee, took_place=False, at=now
    )
    assert key(pair, mentee, now) == "plan_meeting"
    meeting.state = MeetingState.CANCELLED
    meeting.save()
    assert key(pair, mentor, now) == "plan_meeting"


def test_the_pulse_is_asked_from_day_thirty(programme: Programme, now: datetime) -> None:
    pair = a_started_pair(programme, now - timedelta(days=29))
    carried_to(pair, "connection")
    met(pair, 2)
    agreed(pair)
    planned(pair)

    assert key(pair, mentee_of(pair), now) == "write_goal"  # goal setting has begun beside it
    assert key(pair, mentee_of(pair), now + timedelta(days=1)) == "check_in"
    settled(pair, "pulse_30", mentee_of(pair))
    assert key(pair, mentee_of(pair), now + timedelta(days=1)) == "write_goal"


def test_goal_setting_leads_the_mentee_and_gives_the_mentor_a_task(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    carried_to(pair, "goal_setting")
    planned(pair)
    assert key(pair, mentee, now) == "write_goal"
    assert key(pair, mentor, now) == "task"

    a_goal(pair, complete=False, planned_out=False)
    assert step(pair, mentee, now).title == "Finish writing your goal"
    assert key(pair, mentor, now) == "task"


def test_action_planning_asks_for_steps_then_an_if_then_plan(pair: Mentorship, mentee: Person, now: datetime) -> None:
    carried_to(pair, "action_planning")
    planned(pair)
    assert key(pair, mentee, now) == "add_steps"

    for days in (3, 7, 11):
        a_step(pair.goals.get(), days)
    assert "if–then" in step(pair, mentee, now).title


def test_action_planning_without_any_goal_asks_for_nothing_impossible(
    pair: Mentorship, mentee: Person, now: datetime
) -> None:
    oriented(pair)
    planned(pair)
    for stage in ("orientation", "connection", "goal_setting"):
        if stage != "orientation":
            press_next(by=mentee, mentorship=pair, stage=stage, now=now)
        else:
            assert key(pair, mentee, now) == "write_agreement"

    assert key(pair, mentee, now) == "task"


def test_growth_with_everything_ticked_prepares_the_next_meeting(
    pair: Mentorship, mentee: Person, now: datetime
) -> None:
    carried_to(pair, "growth")
    assert key(pair, mentee, now) == "plan_meeting"
    planned(pair)
    assert key(pair, mentee, now) == "prepare_meeting"


def test_growth_at_half_time_asks_for_the_review(programme: Programme, now: datetime) -> None:
    pair = a_started_pair(programme, now - timedelta(weeks=19))
    carried_to(pair, "growth")
    met(pair, 6)
    planned(pair)
    assert key(pair, mentee_of(pair), now) == "review"

    journey = JourneyFactory(mentorship=pair, stage="growth")
    ReviewChoiceFactory(journey=journey, person=mentee_of(pair))
    assert key(pair, mentee_of(pair), now) == "task"
    pair.meetings.filter(state="planned").update(starts_at=now + timedelta(weeks=3))
    assert key(pair, mentee_of(pair), now + timedelta(weeks=1)) == "check_in"
    assert key(pair, mentor_of(pair), now) == "review"


def test_evaluation_scores_goals_and_closure_closes(programme: Programme, now: datetime) -> None:
    pair = a_started_pair(programme, now - timedelta(weeks=37))
    carried_to(pair, "growth")
    met(pair, 9)
    planned(pair)
    settled(pair, "mid_pack")
    settled(pair, "end_pack")
    journey = JourneyFactory(mentorship=pair, stage="growth")
    for person in (mentee_of(pair), mentor_of(pair)):
        ReviewChoiceFactory(journey=journey, person=person)
    assert step(pair, mentee_of(pair), now).title == "Score your goals"

    pair.goals.update(final_attainment=1)
    assert key(pair, mentor_of(pair), now) == "close"
    close_journey(by=mentor_of(pair), mentorship=pair, now=now)
    assert key(pair, mentee_of(pair), now) == "look_back"


def test_an_overdue_task_says_no_date(pair: Mentorship, mentor: Person, now: datetime) -> None:
    carried_to(pair, "goal_setting")
    planned(pair, days=60)
    press_next(by=mentor, mentorship=pair, stage="goal_setting", now=now)
    tick_task(by=mentor, mentorship=pair, task_id="ac_mr_risk", now=now)

    assert "best by" in step(pair, mentor, now).why
    assert "best by" not in step(pair, mentor, now + timedelta(days=50)).why


@pytest.mark.parametrize("paused", [True, False])
def test_paused_and_ended_ones_say_so(pair: Mentorship, mentee: Person, now: datetime, paused: bool) -> None:
    if paused:
        pause_mentorship(by=mentee, mentorship=pair, until=now.date() + timedelta(days=9), now=now)
    else:
        end_mentorship(by=mentee, mentorship=pair, now=now)

    assert key(pair, mentee, now) == ("resume" if paused else "say_wish")


def test_a_task_without_a_date_comes_last(
    pair: Mentorship, mentor: Person, now: datetime, programme: Programme
) -> None:
    programme.tasks = {
        "growth": {"mentor": [
            {"id": "each", "title": "Prepare", "due_days": 0, "required": True, "recurring": "per_meeting"},
        ]}
    }  # fmt: skip
    programme.save()
    carried_to(pair, "growth")
    met(pair, 1)

    found = step(Mentorship.objects.select_related("programme").get(pk=pair.pk), mentor, now)

    assert found.key in {"plan_meeting", "task"}


def test_steps_are_asked_of_the_goal_that_still_runs(pair: Mentorship, mentee: Person, now: datetime) -> None:
    carried_to(pair, "action_planning")
    planned(pair)
    pair.goals.update(status=GoalStatus.REACHED)
    assert step(pair, mentee, now).title == "Write your next goal"

    running = a_goal(pair)

    assert step(pair, mentee, now).path == f"/goals/{running.pk}/"
    assert key(pair, mentee, now) == "add_steps"
