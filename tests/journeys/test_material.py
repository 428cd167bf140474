from datetime import datetime, timedelta

from pytest_django.fixtures import DjangoAssertNumQueries

from tests.factories.journeys import a_goal, a_step, agreed, carried_to, met, oriented, planned, settled
from tests.factories.programmes import EnrolmentFactory
from trellis.goals.models import GoalStatus
from trellis.journeys.queries.material import gather
from trellis.kernel import clock
from trellis.meetings.models import Confirmation, MeetingState
from trellis.mentorships.actions import end_mentorship, pause_mentorship
from trellis.mentorships.models import Mentorship
from trellis.people.choices import ConsentKind
from trellis.people.models import Consent, Organisation, Person
from trellis.programmes.models import Programme

QUERIES = 16


def member(pair: Mentorship, person: Person, now: datetime) -> object:
    return next(each for each in gather(pair, now).facts.members if each.id == person.pk)


def test_gather_takes_the_same_queries_empty_and_full(
    pair: Mentorship, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(QUERIES):
        gather(pair, now)
    carried_to(pair, "growth")
    met(pair, 20)
    with django_assert_num_queries(QUERIES):
        gather(pair, now)


def test_a_new_pair_is_in_orientation(pair: Mentorship, now: datetime) -> None:
    material = gather(pair, now)

    assert material.standing.stage == "orientation"
    assert {condition.key for condition in material.standing.exit if not condition.met} == {
        "profile_complete", "training_done",
    }  # fmt: skip


def test_facts_lead_on_without_any_job(pair: Mentorship, now: datetime) -> None:
    carried_to(pair, "growth")

    assert gather(pair, now).standing.stage == "growth"


def test_profile_is_complete_once_the_form_was_sent(pair: Mentorship, mentee: Person, now: datetime) -> None:
    form = EnrolmentFactory(programme=pair.programme, person=mentee, applied_at=None, availability=[])
    assert not member(pair, mentee, now).profile_complete

    form.applied_at = now
    form.save()
    assert member(pair, mentee, now).profile_complete


def test_consent_is_to_the_current_texts(
    pair: Mentorship, mentee: Person, now: datetime, organisation: Organisation, programme: Programme
) -> None:
    assert member(pair, mentee, now).consent_recorded  # no text, nothing to accept
    organisation.privacy_notice, organisation.privacy_notice_version = "We keep little.", 2
    organisation.save()
    programme.terms = "Be kind."
    programme.save()
    about = f"programme:{programme.pk}"
    for kind, subject, version in ((ConsentKind.PRIVACY_NOTICE, "", 1), (ConsentKind.PROGRAMME_TERMS, about, 1)):
        Consent.objects.create(
            organisation=organisation, person=mentee, kind=kind, about=subject, version=version, given_at=now
        )
    pair.programme.refresh_from_db()
    assert not member(pair, mentee, now).consent_recorded

    Consent.objects.filter(kind=ConsentKind.PRIVACY_NOTICE).update(version=2)
    assert member(pair, mentee, now).consent_recorded


def test_meetings_count_when_either_side_confirmed(pair: Mentorship, mentee: Person, now: datetime) -> None:
    met(pair, 1, MeetingState.HELD_ONE)
    met(pair, 1, MeetingState.HELD_BOTH, days_ago=9)
    disputed = met(pair, 1, MeetingState.DISPUTED, days_ago=20)
    Confirmation.objects.create(
        organisation=pair.organisation, meeting=disputed, person=mentee, took_place=True, at=now
    )

    material = gather(pair, now)

    assert material.facts.meetings_held == 2
    assert material.meetings[0].answered_by == {mentee.pk}


def test_meetings_planned_to_date_follow_the_programmes_plan(pair: Mentorship, now: datetime) -> None:
    assert gather(pair, now).facts.meetings_planned_to_date == 1
    assert gather(pair, now + timedelta(weeks=20)).facts.meetings_planned_to_date == 6


def test_next_meeting_is_the_first_that_is_not_over(pair: Mentorship, now: datetime) -> None:
    planned(pair, days=20)
    soon = planned(pair, days=4)
    planned(pair, days=-4)

    upcoming = gather(pair, now).next_meeting
    assert upcoming
    assert upcoming.id == soon.pk


def test_drafts_do_not_count_and_reached_goals_need_no_plan(pair: Mentorship, now: datetime) -> None:
    a_goal(pair, status=GoalStatus.DRAFT)
    a_goal(pair, status=GoalStatus.REACHED, complete=False, planned_out=False, final_attainment=1)
    a_step(a_goal(pair, complete=False, planned_out=False))

    facts = gather(pair, now).facts

    assert (facts.goals_active, len(facts.goals), facts.open_actions) == (1, 2, 1)
    assert "if_then_step" in facts.goals[0]
    assert "final_attainment" in facts.goals[0]
    assert facts.goals[1] == frozenset()


def test_signatures_count_for_the_latest_version_only(pair: Mentorship, now: datetime) -> None:
    agreement = agreed(pair)
    agreement.pk, agreement.version = None, 2
    agreement.save()

    facts = gather(pair, now).facts

    assert [each.signed for each in facts.members] == [False, False]


def test_surveys_belong_to_this_mentorship_only(pair: Mentorship, mentee: Person, now: datetime) -> None:
    settled(pair, "pulse_30", mentee)

    assert [each.surveys for each in gather(pair, now).facts.members] == [{"pulse_30"}, frozenset()]


def test_a_pause_that_lasts_stops_the_clock(pair: Mentorship, mentee: Person, now: datetime) -> None:
    later = now + timedelta(days=40)
    pause_mentorship(by=mentee, mentorship=pair, until=later.date() + timedelta(days=60), now=later)
    pair.refresh_from_db()

    timeline = gather(pair, later + timedelta(days=30)).timeline

    assert timeline.active_days((later + timedelta(days=30)).date()) == 40


def test_a_paused_one_without_history_is_taken_as_just_paused(pair: Mentorship, now: datetime) -> None:
    pair.transitions.all().delete()
    pair.state = "paused"

    assert gather(pair, now).timeline.paused == 0


def test_time_stands_still_after_the_end(pair: Mentorship, mentee: Person, now: datetime) -> None:
    end_mentorship(by=mentee, mentorship=pair, now=now + timedelta(days=10))
    pair.refresh_from_db()

    assert gather(pair, now + timedelta(days=300)).today == (now + timedelta(days=10)).date()


def test_stage_began_when_entered_else_when_usual(pair: Mentorship) -> None:
    oriented(pair)
    material = gather(pair, clock.now())

    assert material.stage_began_on("review") == pair.started_at.date() + timedelta(weeks=18)
