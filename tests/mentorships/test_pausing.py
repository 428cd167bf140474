from datetime import datetime, timedelta

import pytest

from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs.tables import Job
from trellis.mentorships import jobs
from trellis.mentorships.actions import (
    ExtensionRefused,
    MoveRefused,
    PauseRefused,
    end_mentorship,
    extend_mentorship,
    pause_mentorship,
    pausing,
    resume_due_pauses,
    resume_mentorship,
)
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import MentoringModel


def pause(pair: Mentorship, by: Person, now: datetime, days: int = 30, words: str = "") -> Mentorship:
    return pause_mentorship(by=by, mentorship=pair, until=now.date() + timedelta(days=days), now=now, words=words)


def test_pause_stops_the_clock_and_tells_the_partner(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    paused = pause(pair, mentee, now)

    assert (paused.state, paused.paused_until) == ("paused", now.date() + timedelta(days=30))
    assert list(Notice.objects.values_list("person_id", "kind")) == [(mentor.pk, "mentorships.paused")]


def test_the_reason_of_a_pause_stays_with_its_author(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    pause(pair, mentee, now, words="my father is ill")

    transition = pair.transitions.get(to_state="paused")
    assert (transition.by_id, transition.words) == (mentee.pk, "my father is ill")
    assert "father" not in str(Notice.objects.get(person=mentor).parameters)


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_pause_until_an_impossible_day_is_refused(pair: Mentorship, mentee: Person, now: datetime, days: int) -> None:
    with pytest.raises(PauseRefused) as refused:
        pause(pair, mentee, now, days)

    assert refused.value.field == "until"


def test_pause_of_a_paused_one_is_refused(pair: Mentorship, mentee: Person, now: datetime) -> None:
    pause(pair, mentee, now)

    with pytest.raises(MoveRefused):
        pause(pair, mentee, now)


def test_pause_by_somebody_else_is_not_allowed(pair: Mentorship, organisation: Organisation, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        pause(pair, PersonFactory(organisation=organisation), now)


def test_resume_moves_the_end_by_the_days_that_were_lost(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    end = pair.planned_end_on
    pause(pair, mentee, now)

    resumed = resume_mentorship(by=mentor, mentorship=pair, now=now + timedelta(days=12))

    assert (resumed.state, resumed.paused_days, resumed.paused_until) == ("active", 12, None)
    assert resumed.planned_end_on == end + timedelta(days=12)
    assert set(Notice.objects.filter(kind="mentorships.resumed").values_list("person_id", flat=True)) == {mentee.pk}


def test_two_pauses_add_up(pair: Mentorship, mentee: Person, now: datetime) -> None:
    for start in (0, 40):
        pause(pair, mentee, now + timedelta(days=start))
        resume_mentorship(by=mentee, mentorship=pair, now=now + timedelta(days=start + 10))

    pair.refresh_from_db()
    assert pair.paused_days == 20


def test_resume_of_a_running_one_is_refused(pair: Mentorship, mentee: Person, now: datetime) -> None:
    with pytest.raises(MoveRefused, match="not paused"):
        resume_mentorship(by=mentee, mentorship=pair, now=now)


def test_a_pause_that_has_run_out_ends_by_itself_once(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    pause(pair, mentee, now, days=10)
    later = now + timedelta(days=13)

    assert (resume_due_pauses(now=later), resume_due_pauses(now=later)) == (1, 0)
    pair.refresh_from_db()
    assert (pair.state, pair.paused_days) == ("active", 10)
    told = Notice.objects.filter(kind="mentorships.resumed").values_list("person_id", flat=True)
    assert set(told) == {mentee.pk, mentor.pk}


def test_the_timer_asks_each_organisation_with_a_pause_to_end(
    pair: Mentorship, mentee: Person, now: datetime, organisation: Organisation
) -> None:
    pause(pair, mentee, now, days=10)
    clock.shift_by(timedelta(days=11))

    jobs.resume_pauses_everywhere()

    assert list(Job.objects.filter(name="mentorships.resume_pauses").values_list("organisation_id", flat=True)) == [
        organisation.pk
    ]
    assert jobs.resume_pauses(organisation_id=organisation.pk) == {"resumed": 1}


def test_extend_runs_longer_and_tells_the_partner(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    end = pair.planned_end_on

    extended = extend_mentorship(by=mentor, mentorship=pair, weeks=8, now=now)

    assert (extended.extended_weeks, extended.planned_end_on) == (8, end + timedelta(weeks=8))
    assert list(Notice.objects.values_list("person_id", "kind")) == [(mentee.pk, "mentorships.extended")]


def test_extend_twice_is_refused(pair: Mentorship, mentee: Person, now: datetime) -> None:
    extend_mentorship(by=mentee, mentorship=pair, weeks=8, now=now)

    with pytest.raises(ExtensionRefused, match="once already"):
        extend_mentorship(by=mentee, mentorship=pair, weeks=8, now=now)


@pytest.mark.parametrize("weeks", [0, 53])
def test_extend_by_impossible_weeks_is_refused(pair: Mentorship, mentee: Person, now: datetime, weeks: int) -> None:
    with pytest.raises(ExtensionRefused, match="between 1 and 52"):
        extend_mentorship(by=mentee, mentorship=pair, weeks=weeks, now=now)


def test_extend_of_an_ended_one_is_refused(pair: Mentorship, mentee: Person, now: datetime) -> None:
    end_mentorship(by=mentee, mentorship=pair, now=now)

    with pytest.raises(ExtensionRefused):
        extend_mentorship(by=mentee, mentorship=pair, weeks=8, now=now)


def test_extend_of_a_flash_mentoring_is_refused(organisation: Organisation, now: datetime) -> None:
    flash = a_pair(ProgrammeFactory(organisation=organisation, template_id="flash", model=MentoringModel.FLASH))
    party = flash.parties.first()
    assert party

    with pytest.raises(ExtensionRefused):
        extend_mentorship(by=party.person, mentorship=flash, weeks=1, now=now)


def test_two_pauses_until_the_same_day_are_told_twice(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    pause(pair, mentee, now)
    resume_mentorship(by=mentee, mentorship=pair, now=now + timedelta(hours=1))
    pause_mentorship(by=mentee, mentorship=pair, until=now.date() + timedelta(days=30), now=now + timedelta(hours=2))
    resume_mentorship(by=mentee, mentorship=pair, now=now + timedelta(hours=3))

    told = Notice.objects.filter(person=mentor).order_by("id").values_list("kind", flat=True)
    assert list(told) == ["mentorships.paused", "mentorships.resumed"] * 2


def test_the_timer_leaves_a_pause_that_was_begun_anew(pair: Mentorship, mentee: Person, now: datetime) -> None:
    listed = pause(pair, mentee, now, days=1)
    later = now + timedelta(days=2)
    resume_mentorship(by=mentee, mentorship=pair, now=later)
    assert not pausing._resume_if_due(listed, later)

    pause(pair, mentee, later, days=5)

    assert not pausing._resume_if_due(listed, later)
    assert resume_due_pauses(now=later) == 0
