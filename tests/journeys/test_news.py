"""Journeys hear what happens below them, whoever caused it; and check-ins within a mentorship."""

from datetime import datetime

import pytest

from tests.factories.journeys import agreed, carried_to, met, oriented, settled
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeRoleFactory
from trellis.journeys import jobs, subscribers
from trellis.journeys.actions import answer_check_in, skip_check_in
from trellis.journeys.models import Journey
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs.tables import Job
from trellis.mentorships import subscribers as mentorship_subscribers
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.surveys.models import SurveyResponse


def stage() -> str:
    return Journey.objects.get().stage


def test_a_started_mentorship_gets_its_journey(pair: Mentorship) -> None:
    subscribers.start_at_mentorship_start(organisation_id=pair.organisation_id, mentorship_id=pair.pk)

    assert stage() == "orientation"


def test_a_withdrawn_mentorship_is_passed_over(pair: Mentorship) -> None:
    subscribers.refresh_at_change(organisation_id=pair.organisation_id, mentorship_id=pair.pk + 1, state="withdrawn")

    assert not Journey.objects.exists()


def test_training_meetings_agreement_survey_and_goals_move_it(pair: Mentorship, mentee: Person) -> None:
    organisation = pair.organisation_id
    oriented(pair)
    subscribers.refresh_at_training(organisation_id=organisation, person_id=mentee.pk, module="mentee_start")
    assert stage() == "connection"
    met(pair, 2)
    subscribers.refresh_at_meeting(organisation_id=organisation, mentorship_id=pair.pk, meeting_id=1, state="held_both")
    agreed(pair)
    subscribers.refresh_at_agreement(organisation_id=organisation, mentorship_id=pair.pk)
    assert stage() == "connection"
    settled(pair, "pulse_30")
    subscribers.refresh_at_survey(
        organisation_id=organisation, person_id=mentee.pk, pack="pulse_30", context=f"mentorship:{pair.pk}"
    )
    assert stage() == "goal_setting"
    subscribers.refresh_at_goal(organisation_id=organisation, mentorship_id=pair.pk, goal_id=1, status="active")


@pytest.mark.parametrize("context", ["programme:3", "mentorship:x", ""])
def test_surveys_outside_a_mentorship_move_nothing(pair: Mentorship, mentee: Person, context: str) -> None:
    subscribers.refresh_at_survey(
        organisation_id=pair.organisation_id, person_id=mentee.pk, pack="pulse_30", context=context
    )

    assert not Journey.objects.exists()


def test_somebody_who_left_ends_their_mentorships(pair: Mentorship, mentor: Person, now: datetime) -> None:
    for person in (mentor.pk, 0):
        mentorship_subscribers.end_when_person_left(
            organisation_id=pair.organisation_id, person_id=person, left_on="2026-11-01"
        )

    pair.refresh_from_db()
    assert pair.state == "ended"


def test_the_daily_timer_asks_every_organisation(pair: Mentorship, other_organisation: Organisation) -> None:
    jobs.refresh_everywhere()

    queued = Job.objects.filter(name="journeys.refresh_organisation").values_list("organisation_id", flat=True)
    assert set(queued) == {pair.organisation_id, other_organisation.pk}
    assert jobs.refresh_organisation(organisation_id=pair.organisation_id) == {"moved": 1}


def test_a_check_in_is_kept_and_moves_the_journey(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    carried_to(pair, "connection")
    met(pair, 2)
    agreed(pair)

    answer_check_in(by=mentee, mentorship=pair, pack_id="pulse_30", role="mentee", answers={"ep1": 1}, now=now)
    skip_check_in(by=mentor, mentorship=pair, pack_id="pulse_30", now=now)

    assert stage() == "goal_setting"
    assert not Notice.objects.filter(kind="journeys.contact_wanted").exists()


def test_a_wish_for_contact_reaches_the_team_as_a_name(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    owner = ProgrammeRoleFactory(programme=pair.programme).person
    ProgrammeRoleFactory(programme=pair.programme, person=mentor)

    answer_check_in(
        by=mentee, mentorship=pair, pack_id="pulse_30", role="mentee", answers={"ep1": 2, "ep3": 1}, now=now
    )

    told = Notice.objects.get(kind="journeys.contact_wanted")
    assert (told.person_id, told.parameters["name"]) == (owner.pk, mentee.full_name)


def test_check_ins_of_others_are_not_allowed(pair: Mentorship, organisation: Organisation, now: datetime) -> None:
    stranger = PersonFactory(organisation=organisation)

    with pytest.raises(NotAllowed):
        answer_check_in(by=stranger, mentorship=pair, pack_id="pulse_30", role="mentee", answers={}, now=now)
    with pytest.raises(NotAllowed):
        skip_check_in(by=stranger, mentorship=pair, pack_id="pulse_30", now=now)
    assert not SurveyResponse.objects.exists()


def test_a_pair_that_waits_for_time_alone_is_left_alone(pair: Mentorship, now: datetime) -> None:
    carried_to(pair, "growth")
    jobs.refresh_organisation(organisation_id=pair.organisation_id)

    assert jobs.refresh_organisation(organisation_id=pair.organisation_id) == {"moved": 0}
    assert stage() == "growth"


def test_a_wish_for_contact_where_the_partner_runs_the_programme_reaches_the_safeguarding_contact(
    pair: Mentorship, mentee: Person, mentor: Person, organisation: Organisation, now: datetime
) -> None:
    ProgrammeRoleFactory(programme=pair.programme, person=mentor)
    contact = RoleGrantFactory(
        person=PersonFactory(organisation=organisation), role=OrganisationRole.SAFEGUARDING
    ).person

    answer_check_in(by=mentee, mentorship=pair, pack_id="pulse_30", role="mentee", answers={"ep3": 1}, now=now)

    assert Notice.objects.get(kind="journeys.contact_wanted").person_id == contact.pk
