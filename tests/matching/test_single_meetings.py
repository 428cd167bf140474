"""A flash meeting that nobody closes frees its places, after both were asked whether they met."""

from datetime import datetime, timedelta

import pytest

from tests.factories.matching import World, a_world
from tests.factories.meetings import MeetingFactory
from tests.factories.mentorships import a_pair
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.single_meetings import GRACE, ask_and_release
from trellis.matching.queries.pool import load_pool
from trellis.meetings.models import MeetingState
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def flash(organisation: Organisation) -> World:
    return a_world(organisation, mentees=1, mentors=1, model="flash", template_id="flash")


@pytest.fixture
def pair(flash: World) -> Mentorship:
    """Their week ended yesterday; nothing is planned."""
    made = a_pair(flash.programme, flash.mentees[0].person, flash.mentors[0].person)
    made.planned_end_on = clock.today() - DAY
    made.save()
    return made


def told() -> list[str]:
    return sorted(Notice.objects.values_list("kind", flat=True))


def places(world: World, now: datetime) -> list[int]:
    return [mentor.places for mentor in load_pool(world.programme, now).mentors]


def test_where_nothing_is_planned_both_are_asked_once_and_the_place_is_free_three_days_later(
    flash: World, pair: Mentorship
) -> None:
    now = clock.now()
    assert ask_and_release(now=now) == (1, 0)
    assert told() == ["mentorships.did_you_meet"] * 2
    assert ask_and_release(now=now + HOUR) == (0, 0)
    assert (places(flash, now), ask_and_release(now=now + GRACE - HOUR)) == ([0], (0, 0))

    assert ask_and_release(now=now + GRACE) == (0, 1)

    pair.refresh_from_db()
    assert (pair.state, pair.closure) == (MentorshipState.ENDED, "changed_circumstances")
    assert places(flash, now) == [1]
    assert told() == ["mentorships.did_you_meet"] * 2 + ["mentorships.single_over"] * 2
    assert ask_and_release(now=now + 2 * GRACE) == (0, 0)


def test_a_meeting_in_the_calendar_counts_from_its_end_and_is_asked_about_by_itself(
    flash: World, pair: Mentorship
) -> None:
    now = clock.now()
    MeetingFactory(mentorship=pair, starts_at=now, minutes=30)
    over = now + timedelta(minutes=30)

    assert ask_and_release(now=over + GRACE - HOUR) == (0, 0)
    assert told() == []
    assert ask_and_release(now=over + GRACE) == (0, 1)


@pytest.mark.parametrize("state", [MeetingState.HELD_ONE, MeetingState.HELD_BOTH])
def test_a_meeting_that_took_place_completes_it(flash: World, pair: Mentorship, state: str) -> None:
    now = clock.now()
    MeetingFactory(mentorship=pair, starts_at=now - 5 * DAY, minutes=30, state=state)

    assert ask_and_release(now=now) == (0, 1)

    pair.refresh_from_db()
    assert (pair.state, pair.closure) == (MentorshipState.COMPLETED, "completed")


def test_a_time_planned_after_being_asked_keeps_it_open(flash: World, pair: Mentorship) -> None:
    now = clock.now()
    ask_and_release(now=now)
    MeetingFactory(mentorship=pair, starts_at=now + 6 * DAY)

    assert ask_and_release(now=now + GRACE) == (0, 0)


def test_a_cancelled_meeting_is_none(flash: World, pair: Mentorship) -> None:
    MeetingFactory(mentorship=pair, starts_at=clock.now() + 6 * DAY, state=MeetingState.CANCELLED)

    assert ask_and_release(now=clock.now()) == (1, 0)


def test_others_are_left_alone(world: World, flash: World, pair: Mentorship) -> None:
    """Another model, a pause, a closed one, a week that still runs, another organisation."""
    longer = a_pair(world.programme, world.mentees[0].person, world.mentors[0].person)
    Mentorship.objects.filter(pk=longer.pk).update(planned_end_on=clock.today() - 30 * DAY)
    for change in (
        {"state": MentorshipState.PAUSED}, {"state": MentorshipState.ENDED}, {"planned_end_on": clock.today() + DAY},
    ):  # fmt: skip
        Mentorship.objects.filter(pk=pair.pk).update(
            **{"state": MentorshipState.ACTIVE, "planned_end_on": clock.today() - DAY} | change
        )
        assert ask_and_release(now=clock.now()) == (0, 0)
    assert told() == []


def test_another_organisation_is_not_swept(pair: Mentorship, other_organisation: Organisation) -> None:
    with organisation_scope(other_organisation.pk):
        assert ask_and_release(now=clock.now()) == (0, 0)
    assert told() == []
