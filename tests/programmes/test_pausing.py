from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.kernel import clock
from trellis.kernel.jobs import drain, queue
from trellis.kernel.models import AuditEntry
from trellis.programmes.actions.admission import EnrolmentRefused
from trellis.programmes.actions.pausing import LONGEST_PAUSE, end_pauses, pause_enrolment, resume_enrolment
from trellis.programmes.choices import EnrolmentState, ProgrammeStatus, Side
from trellis.programmes.models import Enrolment

NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)
BACK = date(2027, 3, 20)


@pytest.fixture
def mentor(organisation: object) -> Enrolment:
    return EnrolmentFactory(programme=ProgrammeFactory(organisation=organisation), side=Side.MENTOR)


def pause(mentor: Enrolment, until: date | None, now: datetime = NOON) -> Enrolment:
    return pause_enrolment(by=mentor.person, enrolment=mentor, now=now, until=until)


def test_a_pause_ends_by_itself_on_its_day(mentor: Enrolment) -> None:
    pause(mentor, BACK)

    assert end_pauses(now=datetime(2027, 3, 19, 23, tzinfo=UTC)) == 0
    assert end_pauses(now=datetime(2027, 3, 20, 0, 30, tzinfo=UTC)) == 1
    assert end_pauses(now=datetime(2027, 3, 20, 0, 30, tzinfo=UTC)) == 0

    mentor.refresh_from_db()
    assert (mentor.state, mentor.paused_until) == (EnrolmentState.APPROVED, None)
    assert AuditEntry.objects.filter(verb="enrolment.approved", actor_id=None).count() == 1


@pytest.mark.parametrize(
    ("zone", "hour", "back"), [("Asia/Tokyo", 16, True), ("Asia/Tokyo", 14, False), ("America/Los_Angeles", 23, False)]
)
def test_the_day_is_the_persons_own(mentor: Enrolment, zone: str, hour: int, back: bool) -> None:
    """On 19 March at 16:00 in Greenwich it is the 20th in Tokyo."""
    mentor.person.time_zone = zone
    mentor.person.save()
    pause(mentor, BACK)

    assert end_pauses(now=datetime(2027, 3, 19, hour, tzinfo=UTC)) == back


def test_a_pause_without_a_day_waits_for_the_person(mentor: Enrolment) -> None:
    pause(mentor, None)

    assert end_pauses(now=NOON + timedelta(days=900)) == 0
    assert resume_enrolment(by=mentor.person, enrolment=mentor, now=NOON).state == EnrolmentState.APPROVED


def test_who_has_paused_can_change_the_day(mentor: Enrolment) -> None:
    pause(mentor, BACK)

    assert pause(mentor, BACK + timedelta(days=7)).paused_until == BACK + timedelta(days=7)
    assert end_pauses(now=datetime(2027, 3, 21, tzinfo=UTC)) == 0


def test_resuming_early_forgets_the_day(mentor: Enrolment) -> None:
    pause(mentor, BACK)

    assert resume_enrolment(by=mentor.person, enrolment=mentor, now=NOON).paused_until is None


@pytest.mark.parametrize(
    "until", [NOON.date(), NOON.date() - timedelta(days=1), (NOON + LONGEST_PAUSE).date() + timedelta(days=1)]
)
def test_a_day_that_is_not_ahead_or_too_far_is_refused_and_changes_nothing(mentor: Enrolment, until: date) -> None:
    with pytest.raises(EnrolmentRefused, match="Choose a day from tomorrow on") as refused:
        pause(mentor, until)

    mentor.refresh_from_db()
    assert (refused.value.field, mentor.state, mentor.paused_until) == ("until", EnrolmentState.APPROVED, None)


def test_nobody_comes_back_into_a_closed_programme(mentor: Enrolment) -> None:
    pause(mentor, BACK)
    mentor.programme.status = ProgrammeStatus.CLOSED
    mentor.programme.save()

    assert end_pauses(now=NOON + timedelta(days=30)) == 0


def test_another_persons_sign_up_is_not_paused(mentor: Enrolment) -> None:
    stranger = PersonFactory(organisation=mentor.person.organisation)

    with pytest.raises(Enrolment.DoesNotExist):
        pause_enrolment(by=stranger, enrolment=mentor, now=NOON)


def test_the_timer_ends_pauses_in_every_organisation(mentor: Enrolment) -> None:
    pause(mentor, clock.today() + timedelta(days=2), now=clock.now())
    clock.shift_by(timedelta(days=3))
    queue("programmes.end_all_pauses")

    drain()

    mentor.refresh_from_db()
    assert mentor.state == EnrolmentState.APPROVED
