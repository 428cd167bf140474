from datetime import datetime, timedelta

import pytest

from tests.factories.journeys import a_started_pair, agreed, carried_to, met, oriented, settled
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeRoleFactory
from trellis.journeys.actions import (
    AdvanceRefused,
    advance_journey,
    press_next,
    refresh_journey,
    refresh_journeys,
    start_journey,
)
from trellis.journeys.models import Journey, StageEntry
from trellis.journeys.queries import journey_view
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry, EventRow
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import ProgrammeRoleKind
from trellis.programmes.models import Programme


def path(pair: Mentorship) -> list[tuple[str, str]]:
    return list(StageEntry.objects.filter(journey__mentorship=pair).order_by("id").values_list("stage", "how"))


def test_start_begins_at_the_first_stage_once(pair: Mentorship, now: datetime) -> None:
    for _ in range(2):
        start_journey(mentorship=pair, now=now)

    assert path(pair) == [("orientation", "started")]
    assert Journey.objects.get().stage_since == pair.started_at


def test_start_goes_on_as_far_as_the_facts_lead(pair: Mentorship, now: datetime) -> None:
    carried_to(pair, "goal_setting")

    assert start_journey(mentorship=pair, now=now).stage == "goal_setting"
    assert path(pair) == [("orientation", "started"), ("connection", "conditions"), ("goal_setting", "conditions")]


def test_refresh_writes_each_stage_once_with_audit_and_event(pair: Mentorship, now: datetime) -> None:
    refresh_journey(mentorship=pair, now=now)
    oriented(pair)
    for _ in range(2):
        refresh_journey(mentorship=pair, now=now)

    entry = AuditEntry.objects.filter(verb="journey.stage_entered").latest("position")
    assert entry.facts == {"from": "orientation", "to": "connection", "how": "conditions"}
    entered = EventRow.objects.filter(kind="journeys.StageEntered").order_by("id")
    assert [row.fields["stage"] for row in entered] == ["orientation", "connection"]


def test_fewer_facts_later_never_lead_back(pair: Mentorship, now: datetime) -> None:
    carried_to(pair, "goal_setting")
    refresh_journey(mentorship=pair, now=now)
    pair.meetings.all().delete()

    assert refresh_journey(mentorship=pair, now=now).stage == "goal_setting"


def test_press_next_moves_on_though_something_is_missing(
    pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    journey = press_next(by=mentee, mentorship=pair, stage="orientation", now=now)

    assert journey.stage == "connection"
    assert path(pair)[-1] == ("connection", "pressed")
    assert list(Notice.objects.values_list("person_id", "kind")) == [(mentor.pk, "journeys.moved_on")]


def test_press_next_twice_from_the_same_page_moves_once(pair: Mentorship, mentee: Person, now: datetime) -> None:
    press_next(by=mentee, mentorship=pair, stage="orientation", now=now)

    with pytest.raises(AdvanceRefused, match="already further"):
        press_next(by=mentee, mentorship=pair, stage="orientation", now=now)


def test_press_next_at_the_end_is_refused(pair: Mentorship, mentee: Person, now: datetime) -> None:
    start_journey(mentorship=pair, now=now)
    Journey.objects.update(stage="closure")

    with pytest.raises(AdvanceRefused):
        press_next(by=mentee, mentorship=pair, stage="closure", now=now)


def test_press_next_by_others_or_after_the_end_is_not_allowed(
    pair: Mentorship, mentee: Person, organisation: Organisation, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        press_next(by=PersonFactory(organisation=organisation), mentorship=pair, stage="orientation", now=now)
    end_mentorship(by=mentee, mentorship=pair, now=now)
    with pytest.raises(NotAllowed):
        press_next(by=mentee, mentorship=pair, stage="orientation", now=now)


def test_coordinator_moves_a_pair_through_the_stages_between(
    pair: Mentorship, programme: Programme, now: datetime
) -> None:
    coordinator = ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.COORDINATOR).person

    journey = advance_journey(by=coordinator, mentorship=pair, to_stage="goal_setting", now=now)

    assert journey.stage == "goal_setting"
    assert path(pair)[1:] == [("connection", "coordinator"), ("goal_setting", "coordinator")]
    assert Notice.objects.filter(kind="journeys.moved_by_team").count() == 2


def test_coordinator_moves_nobody_back(pair: Mentorship, programme: Programme, now: datetime) -> None:
    owner = ProgrammeRoleFactory(programme=programme).person

    with pytest.raises(AdvanceRefused) as refused:
        advance_journey(by=owner, mentorship=pair, to_stage="orientation", now=now)

    assert refused.value.field == "to_stage"


def test_analysts_parties_and_other_programmes_owners_move_nobody(
    pair: Mentorship, programme: Programme, mentee: Person, now: datetime
) -> None:
    analyst = ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST).person
    ProgrammeRoleFactory(programme=programme, person=mentee, kind=ProgrammeRoleKind.OWNER)
    stranger = PersonFactory(organisation=programme.organisation)

    for person in (analyst, mentee, stranger):
        with pytest.raises(NotAllowed):
            advance_journey(by=person, mentorship=pair, to_stage="growth", now=now)


def test_the_daily_refresh_sees_what_time_alone_has_changed(programme: Programme, now: datetime) -> None:
    pair = a_started_pair(programme, now - timedelta(weeks=30))
    carried_to(pair, "growth")
    met(pair, 8)
    settled(pair, "mid_pack")
    refresh_journey(mentorship=pair, now=now)
    seen: list[tuple[int, int]] = []

    later = now + timedelta(weeks=2)
    moved = refresh_journeys(now=later, progress=lambda done, total: seen.append((done, total)))

    assert (moved, seen) == (1, [(1, 1)])
    assert Journey.objects.get().stage == "review"
    assert refresh_journeys(now=later, progress=lambda done, total: None) == 0


def test_the_daily_refresh_starts_journeys_that_were_missed(pair: Mentorship) -> None:
    assert refresh_journeys(now=clock.now(), progress=lambda done, total: None) == 1


def test_press_next_in_the_last_stage_says_so(pair: Mentorship, mentee: Person, now: datetime) -> None:
    start_journey(mentorship=pair, now=now)
    Journey.objects.update(stage="closure")

    with pytest.raises(AdvanceRefused, match="This is the last stage"):
        press_next(by=mentee, mentorship=pair, stage="closure", now=now)


def test_a_stage_taken_out_of_the_plan_does_not_hold_the_pair(pair: Mentorship, mentee: Person, now: datetime) -> None:
    start_journey(mentorship=pair, now=now)
    Journey.objects.update(stage="review")
    pair.programme.stage_plan = [row for row in pair.programme.stage_plan if row["stage"] != "review"]
    pair.programme.save()
    assert journey_view(pair, mentee, now).stage.id == "evaluation"

    assert press_next(by=mentee, mentorship=pair, stage="evaluation", now=now).stage == "closure"
    assert path(pair)[-2:] == [("evaluation", "conditions"), ("closure", "pressed")]


def test_an_early_end_leaves_the_pair_where_it_was(pair: Mentorship, mentee: Person, now: datetime) -> None:
    carried_to(pair, "connection")
    met(pair, 2)
    agreed(pair)
    refresh_journey(mentorship=pair, now=now)
    ended = end_mentorship(by=mentee, mentorship=pair, now=now)
    settled(pair, "pulse_30")  # those who stop early are asked too

    assert refresh_journey(mentorship=ended, now=now).stage == "connection"
    assert journey_view(ended, mentee, now).stage.id == "connection"
