from datetime import date, datetime, timedelta

import pytest

from tests.factories.goals import ActionItemFactory, GoalFactory
from trellis.goals import actions, queries
from trellis.goals.actions import StepRefused
from trellis.goals.models import ActionItem, Goal
from trellis.goals.queries import OverdueStep
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Person

TODAY = date(2026, 11, 23)


@pytest.fixture
def goal(pair: Mentorship, amara: Person) -> Goal:
    return GoalFactory(mentorship=pair, owner=amara)


def test_add_action_for_the_partner_tells_them_without_its_text(
    goal: Goal, amara: Person, priya: Person, now: datetime
) -> None:
    action = actions.add_action(by=amara, goal=goal, owner=priya, text=" Introduce me ", due_on=TODAY, now=now)

    notice = Notice.objects.get()
    assert (action.text, action.owner, action.done_at) == ("Introduce me", priya, None)
    assert (notice.person, notice.parameters) == (priya, {"name": "Amara"})
    assert AuditEntry.objects.get().facts == {"mentorship": goal.mentorship_id, "status": "active", "step": action.pk}


def test_add_action_of_ones_own_tells_nobody(goal: Goal, amara: Person, now: datetime) -> None:
    actions.add_action(by=amara, goal=goal, owner=amara, text="x", due_on=TODAY, now=now)

    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("shared", "for_mentor", "allowed"), [(False, True, True), (False, False, False), (True, False, True)]
)
def test_add_action_by_the_partner(
    goal: Goal, amara: Person, priya: Person, now: datetime, shared: bool, for_mentor: bool, allowed: bool
) -> None:
    Goal.objects.update(shared_in_full=shared)
    owner = priya if for_mentor else amara

    if allowed:
        assert actions.add_action(by=priya, goal=goal, owner=owner, text="x", due_on=TODAY, now=now).owner == owner
    else:
        with pytest.raises(NotAllowed):
            actions.add_action(by=priya, goal=goal, owner=owner, text="x", due_on=TODAY, now=now)


def test_add_action_to_others_drafts_settled_goals_or_for_strangers_is_refused(
    goal: Goal, pair: Mentorship, amara: Person, priya: Person, person: Person, now: datetime
) -> None:
    draft = GoalFactory(mentorship=pair, owner=amara, status="draft")
    settled = GoalFactory(mentorship=pair, owner=amara, status="reached")
    tries = [(priya, draft, priya), (amara, draft, priya), (amara, settled, amara), (amara, goal, person)]

    for by, which, owner in [*tries, (person, goal, person)]:
        with pytest.raises(NotAllowed):
            actions.add_action(by=by, goal=which, owner=owner, text="x", due_on=TODAY, now=now)
    assert actions.add_action(by=amara, goal=draft, owner=amara, text="x", due_on=TODAY, now=now).goal == draft


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  ", "Write down what the step is."),
        ("\u200b\u2060", "Write down what the step is."),
        ("x" * 301, "At most 300 characters (you have 301)."),
    ],
)
def test_add_action_with_an_impossible_text(goal: Goal, amara: Person, now: datetime, text: str, words: str) -> None:
    with pytest.raises(StepRefused) as refused:
        actions.add_action(by=amara, goal=goal, owner=amara, text=text, due_on=TODAY, now=now)

    assert str(refused.value) == words


def test_tick_action_and_untick_it(goal: Goal, amara: Person, priya: Person, now: datetime) -> None:
    action = ActionItemFactory(goal=goal, owner=priya)

    ticked = actions.tick_action(by=priya, action=action, done=True, now=now)
    again = actions.tick_action(by=amara, action=action, done=True, now=now + timedelta(hours=1))
    unticked = actions.tick_action(by=amara, action=action, done=False, now=now)

    assert (ticked.done_at, again.done_at, unticked.done_at) == (now, now, None)
    assert AuditEntry.objects.count() == 2


def test_tick_action_by_others_or_after_the_end_is_refused(
    goal: Goal, amara: Person, priya: Person, person: Person, now: datetime
) -> None:
    action = ActionItemFactory(goal=goal, owner=amara)

    for somebody in (priya, person):
        with pytest.raises(NotAllowed):
            actions.tick_action(by=somebody, action=action, done=True, now=now)
    Mentorship.objects.update(state=MentorshipState.ENDED)
    with pytest.raises(NotAllowed):
        actions.tick_action(by=amara, action=action, done=True, now=now)

    assert ActionItem.objects.get().done_at is None


def test_overdue_steps_are_ones_own_open_and_past(
    goal: Goal, pair: Mentorship, amara: Person, priya: Person, now: datetime, django_assert_num_queries: object
) -> None:
    late = TODAY - timedelta(days=3)
    ActionItemFactory(goal=goal, due_on=late, text="mine")
    ActionItemFactory(goal=goal, due_on=TODAY)
    ActionItemFactory(goal=goal, due_on=late, done_at=now)
    ActionItemFactory(goal=goal, due_on=late, owner=priya)
    ActionItemFactory(goal=GoalFactory(mentorship=pair, owner=amara, status="dropped"), due_on=late)

    with django_assert_num_queries(1):  # type: ignore[operator]
        overdue = queries.overdue_steps(amara, TODAY)

    assert overdue == [OverdueStep(goal.pk, pair.pk, "mine", late)]
