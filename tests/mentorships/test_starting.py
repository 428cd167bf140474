from datetime import datetime, timedelta
from typing import Any

import pytest
from factory.django import DjangoModelFactory

from tests.factories.journeys import ReflectionFactory, ReviewChoiceFactory, TaskDoneFactory
from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory
from trellis.goals.models import Goal
from trellis.journeys.actions import start_journey
from trellis.journeys.models import Journey
from trellis.kernel.models import AuditEntry, EventRow
from trellis.mentorships.actions import (
    StartRefused,
    WithdrawRefused,
    draft_agreement,
    end_mentorship,
    pause_mentorship,
    start_mentorship,
    withdraw_mentorship,
)
from trellis.mentorships.models import Mentorship, Party, Transition
from trellis.notifications.models import Delivery, Notice
from trellis.people.models import Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Programme


@pytest.fixture
def mentor(programme: Programme) -> Person:
    return EnrolmentFactory(programme=programme, side=Side.MENTOR, places=1).person


@pytest.fixture
def mentee(programme: Programme) -> Person:
    return EnrolmentFactory(programme=programme).person


def start(programme: Programme, mentee: Person, mentor: Person, now: datetime) -> Mentorship:
    return start_mentorship(by=mentor, programme=programme, mentee=mentee, mentor=mentor, score=88, reasons={}, now=now)


def test_start_connects_both_and_counts_from_today(
    programme: Programme, mentee: Person, mentor: Person, now: datetime
) -> None:
    mentorship = start(programme, mentee, mentor, now)

    assert mentorship.pair_key == f"{mentee.pk}:{mentor.pk}"
    assert mentorship.planned_end_on == now.date() + timedelta(weeks=39)
    assert set(mentorship.parties.values_list("person_id", "role")) == {(mentee.pk, "mentee"), (mentor.pk, "mentor")}
    assert list(mentorship.transitions.values_list("from_state", "to_state")) == [("", "active")]


def test_start_is_audited_published_and_told_to_both(
    programme: Programme, mentee: Person, mentor: Person, now: datetime
) -> None:
    mentorship = start(programme, mentee, mentor, now)

    assert AuditEntry.objects.get(subject=f"mentorship:{mentorship.pk}").verb == "mentorship.started"
    assert EventRow.objects.get(kind="mentorships.MentorshipStarted").fields["mentorship_id"] == mentorship.pk
    told = Notice.objects.filter(kind="mentorships.started")
    assert {notice.person_id: notice.parameters["name"] for notice in told} == {
        mentee.pk: mentor.first_name, mentor.pk: mentee.first_name,
    }  # fmt: skip


def test_start_over_capacity_is_refused(programme: Programme, mentee: Person, mentor: Person, now: datetime) -> None:
    start(programme, EnrolmentFactory(programme=programme).person, mentor, now)

    with pytest.raises(StartRefused, match="no free place left"):
        start(programme, mentee, mentor, now)

    assert Mentorship.objects.count() == 1


def test_start_of_a_mentee_who_has_a_mentor_is_refused(
    programme: Programme, mentee: Person, mentor: Person, now: datetime
) -> None:
    start(programme, mentee, mentor, now)
    second = EnrolmentFactory(programme=programme, side=Side.MENTOR).person

    with pytest.raises(StartRefused, match="no free place left"):
        start(programme, mentee, second, now)


def test_an_ended_mentorship_gives_its_place_back(
    programme: Programme, mentee: Person, mentor: Person, now: datetime
) -> None:
    first = start(programme, mentee, mentor, now)
    end_mentorship(by=mentee, mentorship=first, now=now)

    assert start(programme, mentee, mentor, now).pk != first.pk


@pytest.mark.parametrize("swapped", [False, True])
def test_start_of_two_who_are_connected_is_refused(programme: Programme, now: datetime, swapped: bool) -> None:
    one, two = (PersonFactory(organisation=programme.organisation) for _ in range(2))
    for person in (one, two):
        for side in Side.values:
            EnrolmentFactory(programme=programme, person=person, side=side, places=3)
    start(programme, one, two, now)

    with pytest.raises(StartRefused, match="already connected"):
        start(programme, *((two, one) if swapped else (one, two)), now)


def test_start_with_oneself_is_refused(programme: Programme, mentor: Person, now: datetime) -> None:
    with pytest.raises(StartRefused, match="own mentor"):
        start(programme, mentor, mentor, now)


def test_start_without_sign_up_is_refused(programme: Programme, mentor: Person, now: datetime) -> None:
    with pytest.raises(StartRefused, match="not ready to be matched"):
        start(programme, PersonFactory(organisation=programme.organisation), mentor, now)


def test_start_with_a_paused_sign_up_is_refused(programme: Programme, mentee: Person, now: datetime) -> None:
    paused = EnrolmentFactory(programme=programme, side=Side.MENTOR, state=EnrolmentState.PAUSED).person

    with pytest.raises(StartRefused, match="not ready to be matched"):
        start(programme, mentee, paused, now)


def test_withdraw_leaves_everything_as_before(
    programme: Programme, mentee: Person, mentor: Person, now: datetime
) -> None:
    mentorship = start(programme, mentee, mentor, now)
    number = mentorship.pk

    withdraw_mentorship(by=None, mentorship=mentorship, now=now)

    assert (Mentorship.objects.count(), Party.objects.count(), Transition.objects.count()) == (0, 0, 0)
    assert AuditEntry.objects.filter(subject=f"mentorship:{number}", verb="mentorship.withdrawn").count() == 1
    assert start(programme, mentee, mentor, now).pk


def test_withdraw_before_the_mail_went_out_stops_it(
    programme: Programme, mentee: Person, mentor: Person, now: datetime
) -> None:
    withdraw_mentorship(by=None, mentorship=start(programme, mentee, mentor, now), now=now)

    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.SKIPPED}
    assert not Notice.objects.filter(kind="mentorships.withdrawn").exists()


def test_withdraw_after_the_mail_corrects_it(
    programme: Programme, mentee: Person, mentor: Person, now: datetime
) -> None:
    mentorship = start(programme, mentee, mentor, now)
    Delivery.objects.update(state=Delivery.State.SENT)

    withdraw_mentorship(by=None, mentorship=mentorship, now=now)

    corrected = Notice.objects.filter(kind="mentorships.withdrawn")
    assert set(corrected.values_list("person_id", flat=True)) == {mentee.pk, mentor.pk}


def test_withdraw_once_something_has_happened_is_refused(
    programme: Programme, mentee: Person, mentor: Person, now: datetime
) -> None:
    mentorship = start(programme, mentee, mentor, now)
    Goal.objects.create(
        organisation=programme.organisation, mentorship=mentorship, owner=mentee, title="Lead", created_at=now
    )

    with pytest.raises(WithdrawRefused):
        withdraw_mentorship(by=None, mentorship=mentorship, now=now)


def test_withdraw_with_an_agreement_is_refused(
    programme: Programme, mentee: Person, mentor: Person, now: datetime
) -> None:
    mentorship = start(programme, mentee, mentor, now)
    draft_agreement(
        by=mentee, mentorship=mentorship, aims="a", rhythm="b", boundaries="c", confidentiality="d", now=now
    )

    with pytest.raises(WithdrawRefused):
        withdraw_mentorship(by=None, mentorship=mentorship, now=now)


def test_withdraw_after_a_pause_is_refused(programme: Programme, mentee: Person, mentor: Person, now: datetime) -> None:
    mentorship = start(programme, mentee, mentor, now)
    pause_mentorship(by=mentee, mentorship=mentorship, until=now.date() + timedelta(days=9), now=now)

    with pytest.raises(WithdrawRefused):
        withdraw_mentorship(by=None, mentorship=mentorship, now=now)


@pytest.mark.parametrize("made", [TaskDoneFactory, ReflectionFactory, ReviewChoiceFactory])
def test_withdraw_after_a_tick_or_a_word_on_the_page_is_refused(
    programme: Programme, mentee: Person, mentor: Person, now: datetime, made: type[DjangoModelFactory[Any]]
) -> None:
    mentorship = start(programme, mentee, mentor, now)
    journey = start_journey(mentorship=mentorship, now=now)
    made(journey=journey, person=mentee)

    with pytest.raises(WithdrawRefused):
        withdraw_mentorship(by=None, mentorship=mentorship, now=now)


def test_withdraw_takes_the_journey_that_began_by_itself(
    programme: Programme, mentee: Person, mentor: Person, now: datetime
) -> None:
    mentorship = start(programme, mentee, mentor, now)
    start_journey(mentorship=mentorship, now=now)

    withdraw_mentorship(by=None, mentorship=mentorship, now=now)

    assert (Mentorship.objects.count(), Journey.objects.count()) == (0, 0)
