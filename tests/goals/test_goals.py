from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.factories.goals import GoalFactory
from tests.factories.mentorships import MentorshipFactory, PartyFactory, a_pair
from trellis.goals import actions, rules
from trellis.goals.actions import GoalRefused
from trellis.goals.models import Goal, GoalStatus
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry, EventRow
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.choices import MentorshipState, PartyRole
from trellis.mentorships.models import Mentorship
from trellis.notifications.mail import words_of
from trellis.notifications.models import Notice
from trellis.people.models import Person

TODAY = date(2026, 11, 23)
WHOLE: dict[str, Any] = {  # Any: keyword arguments of the actions
    "title": "Lead the review", "outcome": "A decision", "evidence": "The minutes", "why": "It matters",
    "if_then": "", "linked_skill": "negotiation", "due_on": TODAY + timedelta(days=30), "first_action_on": None,
}  # fmt: skip


@pytest.fixture
def draft(pair: Mentorship, amara: Person, now: datetime) -> Goal:
    return actions.draft_goal(by=amara, mentorship=pair, **WHOLE, now=now)


def test_draft_goal_needs_a_title_only_and_tells_nobody(pair: Mentorship, amara: Person, now: datetime) -> None:
    goal = actions.draft_goal(by=amara, mentorship=pair, title=" Learn ", now=now)

    assert (goal.title, goal.status) == ("Learn", GoalStatus.DRAFT)
    assert AuditEntry.objects.get().facts == {"mentorship": pair.pk, "status": "draft"}
    assert EventRow.objects.get().fields["status"] == "draft"
    assert not Notice.objects.exists()


def test_draft_goal_by_mentor_outsider_or_after_the_end_is_refused(
    pair: Mentorship, amara: Person, priya: Person, person: Person, now: datetime
) -> None:
    for somebody in (priya, person):
        with pytest.raises(NotAllowed):
            actions.draft_goal(by=somebody, mentorship=pair, title="x", now=now)
    end_mentorship(by=priya, mentorship=Mentorship.objects.get(pk=pair.pk), now=now)
    with pytest.raises(NotAllowed):  # `pair` still believes that it is live
        actions.draft_goal(by=amara, mentorship=pair, title="x", now=now)


def test_draft_goal_is_open_to_both_peers(pair: Mentorship, priya: Person, now: datetime) -> None:
    peers = MentorshipFactory(programme=pair.programme)
    PartyFactory(mentorship=peers, person=priya, role=PartyRole.PEER)

    assert actions.draft_goal(by=priya, mentorship=peers, title="x", now=now).owner == priya


@pytest.mark.parametrize(
    ("texts", "field", "words"),
    [
        ({"title": "  "}, "title", "Give the goal a title."),
        ({"title": "x" * 201}, "title", "At most 200 characters (you have 201)."),
        ({"title": "x", "why": "x" * 2001}, "why", "At most 2000 characters (you have 2001)."),
    ],
)
def test_draft_goal_with_an_impossible_text(
    pair: Mentorship, amara: Person, now: datetime, texts: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(GoalRefused) as refused:
        actions.draft_goal(by=amara, mentorship=pair, **texts, now=now)

    assert (refused.value.field, str(refused.value)) == (field, words)
    assert not Goal.objects.exists()


def test_activate_goal_tells_the_partner_that_there_is_one_and_not_which(
    draft: Goal, amara: Person, priya: Person, now: datetime
) -> None:
    goal = actions.activate_goal(by=amara, goal=draft, now=now)

    notice = Notice.objects.get()
    assert (goal.status, goal.activated_at) == (GoalStatus.ACTIVE, now)
    assert (notice.person, notice.parameters) == (priya, {"name": "Amara"})
    assert "Lead the review" not in str(words_of(notice))


def test_activate_goal_says_everything_that_is_missing(pair: Mentorship, amara: Person, now: datetime) -> None:
    goal = actions.draft_goal(by=amara, mentorship=pair, title="x", now=now)

    with pytest.raises(GoalRefused) as refused:
        actions.activate_goal(by=amara, goal=goal, now=now)

    assert str(refused.value) == (
        "An active goal needs how you will know, what others would see, a date, why it matters to you and "
        "a skill or level."
    )
    assert rules.missing(goal) == ["outcome", "evidence", "due_on", "why", "linked_skill"]


def test_activate_goal_takes_no_invisible_words_for_words(pair: Mentorship, amara: Person, now: datetime) -> None:
    goal = actions.draft_goal(by=amara, mentorship=pair, title="x", outcome="\u200b", why=" \u2800 ", now=now)

    assert rules.missing(goal) == ["outcome", "evidence", "due_on", "why", "linked_skill"]


def test_activate_goal_needs_the_first_one_within_30_days(draft: Goal, amara: Person, now: datetime) -> None:
    later = {**WHOLE, "due_on": TODAY + timedelta(days=31)}
    actions.edit_goal(by=amara, goal=draft, **later, now=now)

    with pytest.raises(GoalRefused) as refused:
        actions.activate_goal(by=amara, goal=draft, now=now)

    assert refused.value.field == "due_on"
    assert str(refused.value) == (
        "Your first goal is due within 30 days, so that you soon see one reached. Choose an earlier date."
    )


def test_activate_goal_lets_the_second_one_take_longer(
    draft: Goal, pair: Mentorship, amara: Person, now: datetime
) -> None:
    GoalFactory(mentorship=pair, owner=amara)
    actions.edit_goal(by=amara, goal=draft, **{**WHOLE, "due_on": TODAY + timedelta(days=200)}, now=now)

    assert actions.activate_goal(by=amara, goal=draft, now=now).status == GoalStatus.ACTIVE


def test_activate_goal_in_the_past_is_refused(draft: Goal, amara: Person, now: datetime) -> None:
    with pytest.raises(GoalRefused) as refused:
        actions.activate_goal(by=amara, goal=draft, now=now + timedelta(days=40))

    assert str(refused.value) == "This date is in the past. Choose a later one."


def test_activate_goal_refuses_a_fourth_and_a_second_start(
    draft: Goal, pair: Mentorship, amara: Person, now: datetime
) -> None:
    GoalFactory.create_batch(3, mentorship=pair, owner=amara)

    with pytest.raises(GoalRefused) as refused:
        actions.activate_goal(by=amara, goal=draft, now=now)
    with pytest.raises(GoalRefused):
        actions.activate_goal(by=amara, goal=Goal.objects.filter(status="active")[0], now=now)

    assert str(refused.value) == "You have 3 active goals, which is the most. Reach or drop one first."


def test_activate_goal_counts_each_mentorship_on_its_own(draft: Goal, amara: Person, now: datetime) -> None:
    GoalFactory.create_batch(3, mentorship=a_pair(draft.mentorship.programme, mentee=amara), owner=amara)

    assert actions.activate_goal(by=amara, goal=draft, now=now).status == GoalStatus.ACTIVE


def test_edit_goal_that_is_active_keeps_what_it_needs(draft: Goal, amara: Person, now: datetime) -> None:
    actions.activate_goal(by=amara, goal=draft, now=now)

    with pytest.raises(GoalRefused) as lacking:
        actions.edit_goal(by=amara, goal=draft, **{**WHOLE, "why": " "}, now=now)
    with pytest.raises(GoalRefused) as late:
        actions.edit_goal(by=amara, goal=draft, **{**WHOLE, "due_on": TODAY - timedelta(days=1)}, now=now)
    edited = actions.edit_goal(by=amara, goal=draft, **{**WHOLE, "title": "New"}, now=now)

    assert (lacking.value.field, late.value.field, edited.title) == ("why", "due_on", "New")


def test_edit_goal_after_its_date_may_keep_the_date(draft: Goal, amara: Person, now: datetime) -> None:
    actions.activate_goal(by=amara, goal=draft, now=now)

    edited = actions.edit_goal(by=amara, goal=draft, **{**WHOLE, "title": "Late"}, now=now + timedelta(days=60))

    assert edited.title == "Late"


def test_change_by_partner_or_after_the_end_is_refused(
    draft: Goal, amara: Person, priya: Person, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        actions.edit_goal(by=priya, goal=draft, **WHOLE, now=now)
    with pytest.raises(NotAllowed):
        actions.share_goal(by=priya, goal=draft, in_full=True, with_manager=True, now=now)
    Mentorship.objects.update(state=MentorshipState.COMPLETED)
    with pytest.raises(NotAllowed):
        actions.activate_goal(by=amara, goal=draft, now=now)


def test_record_progress_is_the_owners_estimate(draft: Goal, amara: Person, now: datetime) -> None:
    actions.activate_goal(by=amara, goal=draft, now=now)

    goal = actions.record_progress(by=amara, goal=draft, percent=40, now=now)

    assert goal.progress == 40
    assert AuditEntry.objects.order_by("-position")[0].facts["percent"] == 40


@pytest.mark.parametrize("percent", [-1, 101])
def test_record_progress_outside_the_scale_is_refused(
    pair: Mentorship, amara: Person, now: datetime, percent: int
) -> None:
    goal = GoalFactory(mentorship=pair, owner=amara)

    with pytest.raises(GoalRefused) as refused:
        actions.record_progress(by=amara, goal=goal, percent=percent, now=now)

    assert str(refused.value) == f"Progress is a number from 0 to 100; you have {percent}."


def test_record_progress_of_a_draft_is_refused(draft: Goal, amara: Person, now: datetime) -> None:
    with pytest.raises(GoalRefused):
        actions.record_progress(by=amara, goal=draft, percent=10, now=now)


def test_share_goal_can_be_taken_back_even_after_the_end(draft: Goal, amara: Person, now: datetime) -> None:
    actions.share_goal(by=amara, goal=draft, in_full=True, with_manager=True, now=now)
    Mentorship.objects.update(state=MentorshipState.ENDED)

    goal = actions.share_goal(by=amara, goal=draft, in_full=False, with_manager=False, now=now)

    assert (goal.shared_in_full, goal.shared_with_manager) == (False, False)


@pytest.mark.parametrize(("reached", "status", "progress"), [(True, "reached", 100), (False, "dropped", 0)])
def test_settle_goal_keeps_how_far_it_came(
    pair: Mentorship, amara: Person, priya: Person, now: datetime, reached: bool, status: str, progress: int
) -> None:
    goal = GoalFactory(mentorship=pair, owner=amara)

    goal = actions.settle_goal(by=amara, goal=goal, reached=reached, attainment=-1, now=now)

    assert (goal.status, goal.final_attainment, goal.progress, goal.settled_at) == (status, -1, progress, now)
    assert Notice.objects.get().person == priya


def test_settle_goal_refuses_drafts_and_answers_outside_the_scale(
    draft: Goal, pair: Mentorship, amara: Person, now: datetime
) -> None:
    with pytest.raises(GoalRefused):
        actions.settle_goal(by=amara, goal=draft, reached=True, attainment=0, now=now)
    with pytest.raises(GoalRefused) as refused:
        actions.settle_goal(by=amara, goal=GoalFactory(mentorship=pair), reached=True, attainment=3, now=now)

    assert refused.value.field == "attainment"


def test_settled_goal_can_be_reopened_and_not_edited(pair: Mentorship, amara: Person, now: datetime) -> None:
    goal = GoalFactory(mentorship=pair, owner=amara)
    actions.settle_goal(by=amara, goal=goal, reached=False, attainment=-2, now=now)

    with pytest.raises(GoalRefused):
        actions.edit_goal(by=amara, goal=goal, **WHOLE, now=now)
    goal = actions.reopen_goal(by=amara, goal=goal, now=now)

    assert (goal.status, goal.final_attainment, goal.settled_at) == (GoalStatus.ACTIVE, None, None)
    with pytest.raises(GoalRefused):
        actions.reopen_goal(by=amara, goal=goal, now=now)


def test_reopen_goal_when_three_are_live_is_refused(pair: Mentorship, amara: Person, now: datetime) -> None:
    goal = GoalFactory(mentorship=pair, owner=amara, status=GoalStatus.DROPPED)
    GoalFactory.create_batch(3, mentorship=pair, owner=amara)

    with pytest.raises(GoalRefused):
        actions.reopen_goal(by=amara, goal=goal, now=now)
