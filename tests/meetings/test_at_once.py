"""Two people answer, move and call off the same meeting at the same moment: one order of things, no half state."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.factories.meetings import MeetingFactory
from tests.factories.mentorships import a_pair
from tests.factories.people import OrganisationFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.meetings import actions
from trellis.meetings.models import Confirmation, Meeting, MeetingState
from trellis.meetings.rules import state_of
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person

HOUR = timedelta(hours=1)
Act = Callable[[], object]


def at_once(organisation: int, *acts: Act) -> list[str]:
    """What became of each, all let go at the same moment."""
    outcomes: dict[int, str] = {}
    line = threading.Barrier(len(acts))

    def run(number: int) -> None:
        try:
            with organisation_scope(organisation):
                line.wait()
                acts[number]()
            outcomes[number] = "done"
        except Refusal as refusal:
            outcomes[number] = type(refusal).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcomes.get(number, "failed") for number in range(len(acts))]


class Scene:
    """A pair with one meeting, in an organisation of its own."""

    def __init__(self, starts_in: timedelta) -> None:
        self.now: datetime = clock.now()
        organisation = OrganisationFactory()
        self.organisation: int = organisation.pk
        with organisation_scope(organisation.pk):
            self.pair: Mentorship = a_pair(ProgrammeFactory(organisation=organisation))
            self.one, self.other = (party.person for party in self.pair.parties.select_related("person").order_by("id"))
            self.meeting: Meeting = MeetingFactory(mentorship=self.pair, starts_at=self.now + starts_in)

    def say(self, by: Person, took_place: bool) -> Act:
        return lambda: actions.confirm_meeting(by=by, meeting=self.meeting, took_place=took_place, now=self.now)

    def cancel(self, by: Person) -> Act:
        return lambda: actions.cancel_meeting(by=by, meeting=self.meeting, now=self.now)

    def move(self, by: Person, hours: int) -> Act:
        return lambda: actions.reschedule_meeting(
            by=by, meeting=self.meeting, starts_at=self.now + hours * HOUR, minutes=50, topic="", place="", now=self.now
        )

    def end(self, by: Person) -> Act:
        return lambda: end_mentorship(by=by, mentorship=self.pair, now=self.now)

    def fresh(self) -> Meeting:
        return Meeting.objects.get(pk=self.meeting.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("mine", "theirs"), [(True, True), (True, False), (False, False)])
def test_two_words_at_once_both_count(mine: bool, theirs: bool) -> None:
    scene = Scene(-2 * HOUR)

    outcomes = at_once(scene.organisation, scene.say(scene.one, mine), scene.say(scene.other, theirs))

    with organisation_scope(scene.organisation):
        assert outcomes == ["done", "done"]
        assert scene.fresh().state == state_of([mine, theirs])
        assert Confirmation.objects.count() == AuditEntry.objects.filter(verb="meeting.answered").count() == 2
        last = EventRow.objects.filter(kind="meetings.MeetingConfirmed").latest("id")
        assert last.fields["state"] == scene.fresh().state


@pytest.mark.django_db(transaction=True)
def test_one_person_on_two_devices_has_one_word() -> None:
    scene = Scene(-2 * HOUR)

    outcomes = at_once(scene.organisation, *[scene.say(scene.one, word) for word in (True, False, True, False)])

    with organisation_scope(scene.organisation):
        assert outcomes == ["done"] * 4
        word = Confirmation.objects.get()
        assert scene.fresh().state == state_of([word.took_place])


@pytest.mark.django_db(transaction=True)
def test_calling_off_twice_at_once_is_calling_off_once() -> None:
    scene = Scene(HOUR)

    outcomes = at_once(scene.organisation, *[scene.cancel(who) for who in (scene.one, scene.other)] * 2)

    with organisation_scope(scene.organisation):
        assert outcomes == ["done"] * 4
        assert (scene.fresh().state, scene.fresh().sequence) == (MeetingState.CANCELLED, 1)
        assert EventRow.objects.filter(kind="meetings.MeetingCancelled").count() == 1


@pytest.mark.django_db(transaction=True)
def test_moving_while_the_other_calls_off_ends_called_off() -> None:
    scene = Scene(HOUR)

    moved, cancelled = at_once(scene.organisation, scene.move(scene.one, 3), scene.cancel(scene.other))

    with organisation_scope(scene.organisation):
        meeting = scene.fresh()
        assert (cancelled, meeting.state) == ("done", MeetingState.CANCELLED)
        hours = 3 if moved == "done" else 1
        assert meeting.starts_at == scene.now + hours * HOUR
        assert meeting.sequence == EventRow.objects.filter(kind__startswith="meetings.").count()


@pytest.mark.django_db(transaction=True)
def test_answering_while_the_other_moves_leaves_no_word_about_the_new_time() -> None:
    scene = Scene(-2 * HOUR)

    said, moved = at_once(scene.organisation, scene.say(scene.one, took_place=True), scene.move(scene.other, 3))

    with organisation_scope(scene.organisation):
        meeting = scene.fresh()
        assert sorted([said, moved]) in (["AnswerRefused", "done"], ["MeetingRefused", "done"])
        held = (MeetingState.HELD_ONE, scene.now - 2 * HOUR, 1)
        ahead = (MeetingState.PLANNED, scene.now + 3 * HOUR, 0)
        assert (meeting.state, meeting.starts_at, Confirmation.objects.count()) == (held if said == "done" else ahead)


@pytest.mark.django_db(transaction=True)
def test_answering_while_the_other_ends_it_all_is_said_or_refused_whole() -> None:
    scene = Scene(-2 * HOUR)

    said, ended = at_once(scene.organisation, scene.say(scene.one, took_place=True), scene.end(scene.other))

    with organisation_scope(scene.organisation):
        assert ended == "done"
        words = [MeetingState.HELD_ONE, 1] if said == "done" else [MeetingState.PLANNED, 0]
        assert [scene.fresh().state, Confirmation.objects.count()] == words
