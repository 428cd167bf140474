from datetime import datetime, timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.journeys import a_goal, a_step, agreed, carried_to, met, oriented, planned
from tests.web.mentorship.conftest import signed_in
from trellis.goals.models import GoalStatus
from trellis.journeys.actions import press_next, start_journey, write_reflection
from trellis.mentorships.actions import end_mentorship, pause_mentorship
from trellis.mentorships.models import Mentorship
from trellis.people.models import Person


def page(client: Client, pair: Mentorship, person: Person) -> str:
    answer = signed_in(client, person).get(f"/mentorships/{pair.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_space_shows_stage_step_and_conditions(
    client: Client, pair: Mentorship, mentee: Person, mentor: Person
) -> None:
    shown = page(client, pair, mentee)

    assert f"You and {mentor.first_name}" in shown
    assert "Stage 1 of 8: orientation" in shown
    assert "Finish your sign-up form" in shown
    assert "Both have taken the short training" in shown


def test_space_takes_the_same_queries_at_3_and_50_rows(
    client: Client, pair: Mentorship, mentee: Person, now: datetime
) -> None:
    carried_to(pair, "growth")
    planned(pair)
    start_journey(mentorship=pair, now=now)
    page(client, pair, mentee)
    counts = []
    for rows in (3, 47):
        met(pair, rows)
        for _ in range(3):
            a_step(pair.goals.first() or a_goal(pair))
        with CaptureQueriesContext(connection) as counted:
            page(client, pair, mentee)
        counts.append(len(counted))

    assert counts[0] == counts[1]


def test_space_of_the_mentor_is_another_view_of_the_same_pair(
    client: Client, pair: Mentorship, mentee: Person, mentor: Person
) -> None:
    carried_to(pair, "goal_setting")
    planned(pair)
    a_goal(pair, title="A secret draft", status=GoalStatus.DRAFT)

    theirs, mine = page(client, pair, mentor), page(client, pair, mentee)

    assert "A secret draft" in mine
    assert "A secret draft" not in theirs
    assert "Test each goal" in theirs
    assert "Test each goal" not in mine
    assert "Stage 3 of 8: goal setting" in theirs


def test_space_shows_agreement_meeting_and_history_to_both(
    client: Client, pair: Mentorship, mentee: Person, mentor: Person
) -> None:
    agreed(pair)
    planned(pair)

    for person in (mentee, mentor):
        shown = page(client, pair, person)
        assert "Every two weeks" in shown
        assert "Signed by both" in shown
        assert "pricing" in shown
        assert "You were connected" in shown


def test_tasks_are_ticked_and_unticked(client: Client, pair: Mentorship, mentor: Person) -> None:
    oriented(pair)
    signed_in(client, mentor)

    answer = client.post(f"/mentorships/{pair.pk}/tasks/", {"task": "co_mr_hello"})
    assert answer["Location"] == f"/mentorships/{pair.pk}/#tasks"
    assert "Not done after all: Send a welcome" in page(client, pair, mentor)

    client.post(f"/mentorships/{pair.pk}/tasks/", {"task": "co_mr_hello", "undo": "1"})
    assert "Done: Send a welcome" in page(client, pair, mentor)


def test_an_unknown_task_says_so_and_changes_nothing(client: Client, pair: Mentorship, mentor: Person) -> None:
    answer = signed_in(client, mentor).post(f"/mentorships/{pair.pk}/tasks/", {"task": "<b>"}, follow=True)

    assert "There is no such task to tick" in answer.content.decode()


def test_moving_on_is_one_button_and_holds_nobody_back(client: Client, pair: Mentorship, mentee: Person) -> None:
    signed_in(client, mentee)

    moved = client.post(f"/mentorships/{pair.pk}/next/", {"stage": "orientation"}, follow=True).content.decode()
    assert "Stage 2 of 8: connection" in moved
    again = client.post(f"/mentorships/{pair.pk}/next/", {"stage": "orientation"}, follow=True).content.decode()
    assert "You two are already further" in again


def test_an_ended_space_is_read_only_and_asks_what_is_next(
    client: Client, pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    end_mentorship(by=mentor, mentorship=pair, now=now, words="I lost interest")

    shown = page(client, pair, mentee)

    assert "This mentoring has ended" in shown
    assert "interest" not in shown
    assert "Book a meeting" not in shown
    assert "Move on together" not in shown
    client.post(f"/mentorships/{pair.pk}/wish/", {"wants": "yes"})
    assert pair.parties.get(person=mentee).wants_rematch
    client.post(f"/mentorships/{pair.pk}/wish/", {"wants": "no"})
    assert not pair.parties.get(person=mentee).wants_rematch


def test_a_paused_space_offers_to_go_on(client: Client, pair: Mentorship, mentee: Person, now: datetime) -> None:
    pause_mentorship(by=mentee, mentorship=pair, until=now.date() + timedelta(days=20), now=now)

    assert "You two are on a pause" in page(client, pair, mentee)


def test_what_the_partner_wrote_for_themself_never_appears(
    client: Client, pair: Mentorship, mentee: Person, mentor: Person, now: datetime
) -> None:
    write_reflection(by=mentee, mentorship=pair, body="canary-body", thanks="canary-thanks", now=now)
    press_next(by=mentee, mentorship=pair, stage="orientation", now=now)

    assert "canary" not in page(client, pair, mentor)
    closing = client.get(f"/mentorships/{pair.pk}/closing/").content.decode()
    assert "canary-thanks" in closing
    assert "canary-body" not in closing
