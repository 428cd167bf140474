"""Who sees what of a goal: enforced where it is read, with a marker in every text."""

import json
from dataclasses import asdict
from datetime import date, datetime

import pytest

from tests.factories.goals import ActionItemFactory, GoalFactory
from tests.factories.mentorships import a_pair
from tests.factories.programmes import ProgrammeFactory
from trellis.goals import actions, queries
from trellis.goals.models import Goal
from trellis.goals.queries import GoalCounts
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation, Person

TODAY = date(2026, 11, 23)
PRIVATE = {"OUTCOME", "EVIDENCE", "WHY", "IFTHEN", "STEP"}


def markers(thing: object) -> set[str]:
    """The markers in whatever a query returned."""
    text = json.dumps(thing, default=str)
    return {word for word in (*PRIVATE, "TITLE") if f"{word}-MARKER" in text}


@pytest.fixture
def goal(pair: Mentorship, amara: Person) -> Goal:
    goal = GoalFactory(mentorship=pair, owner=amara)
    ActionItemFactory(goal=goal)
    return goal


def page(goal: Goal, person: Person) -> object:
    found = queries.goal_page(goal.pk, person)
    return asdict(found) if found else None


def test_owner_sees_everything(goal: Goal, amara: Person, now: datetime) -> None:
    ActionItemFactory(goal=goal, done_at=now)
    found = queries.goal_page(goal.pk, amara)

    assert found is not None
    assert markers(asdict(found)) == {*PRIVATE, "TITLE"}
    assert (found.status_words, found.steps_done, len(found.steps)) == ("Active", 1, 2)


def test_partner_sees_title_status_and_progress_only(goal: Goal, priya: Person) -> None:
    found = queries.goal_page(goal.pk, priya)

    assert found is not None
    assert markers(asdict(found)) == {"TITLE"}
    assert (found.mine, found.in_full, found.due_on, found.linked_skill, found.steps) == (False, False, None, "", [])
    assert (found.status, found.progress) == ("active", 0)


def test_partner_sees_the_rest_once_it_is_shared_and_not_after(
    goal: Goal, amara: Person, priya: Person, now: datetime
) -> None:
    actions.share_goal(by=amara, goal=goal, in_full=True, with_manager=True, now=now)
    shared = queries.goal_page(goal.pk, priya)
    actions.share_goal(by=amara, goal=goal, in_full=False, with_manager=False, now=now)

    assert shared is not None
    assert markers(asdict(shared)) == {*PRIVATE, "TITLE"}
    assert not shared.shared_with_manager  # that is between the mentee and their manager
    assert markers(page(goal, priya)) == {"TITLE"}


def test_partner_sees_the_steps_that_are_theirs(goal: Goal, priya: Person) -> None:
    ActionItemFactory(goal=goal, owner=priya, text="For Priya")

    found = queries.goal_page(goal.pk, priya)

    assert found is not None
    assert [step.text for step in found.steps] == ["For Priya"]


def test_draft_is_its_owners_alone(goal: Goal, amara: Person, priya: Person) -> None:
    Goal.objects.update(status="draft", shared_in_full=True, shared_with_manager=True)
    amara.manager = priya
    amara.save()

    assert page(goal, priya) is None
    assert queries.goal_lists(priya, TODAY).theirs == []
    assert queries.active_goals(priya, TODAY) == []
    assert queries.goals_for_manager(priya) == []
    assert queries.goal_counts([goal.mentorship_id]) == {goal.mentorship_id: GoalCounts()}
    assert [row.id for row in queries.goal_lists(amara, TODAY).drafts] == [goal.pk]


def test_others_see_nothing(goal: Goal, pair: Mentorship, person: Person, other_organisation: Organisation) -> None:
    neighbour = a_pair(pair.programme).parties.order_by("id")[0].person
    with organisation_scope(other_organisation.pk):
        stranger = a_pair(ProgrammeFactory(organisation=other_organisation)).parties.order_by("id")[0].person
        assert page(goal, stranger) is None

    assert [page(goal, somebody) for somebody in (person, neighbour, stranger)] == [None, None, None]
    assert queries.goal_lists(neighbour, TODAY).theirs == []


def test_lists_show_the_partner_no_date_and_no_step_unless_shared(goal: Goal, amara: Person, priya: Person) -> None:
    (hidden,) = queries.goal_lists(priya, TODAY).theirs
    Goal.objects.update(shared_in_full=True)
    (shared,) = queries.goal_lists(priya, TODAY).theirs
    (own,) = queries.goal_lists(amara, TODAY).active

    assert (hidden.title, hidden.due_on, hidden.next_step, hidden.next_on) == ("TITLE-MARKER", None, "", None)
    assert (shared.due_on, shared.next_step) == (goal.due_on, "STEP-MARKER")
    assert (own.due_on, own.next_step, own.partner.first_name) == (goal.due_on, "STEP-MARKER", "Priya")
    assert own.status_words == "Active"


def test_manager_sees_title_and_status_of_what_is_shared_with_them(
    goal: Goal, amara: Person, person: Person, now: datetime
) -> None:
    amara.manager = person
    amara.save()
    before = queries.goals_for_manager(person)
    actions.share_goal(by=amara, goal=goal, in_full=True, with_manager=True, now=now)
    (row,) = queries.goals_for_manager(person)
    actions.share_goal(by=amara, goal=goal, in_full=True, with_manager=False, now=now)

    assert before == []
    assert (row.owner, row.title, row.status_words) == (amara.full_name, "TITLE-MARKER", "Active")
    assert markers(asdict(row)) == {"TITLE"}
    assert set(asdict(row)) == {"owner_id", "owner", "title", "status"}
    assert queries.goals_for_manager(person) == []


def test_coordinator_gets_numbers_in_one_query(goal: Goal, pair: Mentorship, django_assert_num_queries: object) -> None:
    other = a_pair(pair.programme)
    GoalFactory.create_batch(2, mentorship=pair, status="reached")
    GoalFactory(mentorship=other, status="dropped")

    with django_assert_num_queries(1):  # type: ignore[operator]
        counts = queries.goal_counts([pair.pk, other.pk])

    assert counts == {pair.pk: GoalCounts(1, 2, 0), other.pk: GoalCounts(0, 0, 1)}


def test_no_word_of_a_goal_leaves_it(pair: Mentorship, amara: Person, priya: Person, now: datetime) -> None:
    goal = GoalFactory(mentorship=pair, owner=amara)
    action = actions.add_action(by=amara, goal=goal, owner=priya, text="STEP-MARKER", due_on=now.date(), now=now)
    actions.tick_action(by=priya, action=action, done=True, now=now)
    actions.record_progress(by=amara, goal=goal, percent=50, now=now)
    actions.settle_goal(by=amara, goal=goal, reached=True, attainment=1, now=now)

    outside = [
        list(AuditEntry.objects.values()), list(EventRow.objects.values()), list(Notice.objects.values()),
    ]  # fmt: skip
    assert markers(outside) == set()
    assert len(outside[2]) == 2


def test_peers_see_each_other_as_partners(pair: Mentorship, amara: Person, priya: Person) -> None:
    pair.parties.update(role="peer")

    assert [place.partner for place in queries.goal_lists(priya, TODAY).places] == ["Amara"]
    assert [place.partner for place in queries.goal_lists(amara, TODAY).places] == ["Priya"]


@pytest.mark.parametrize("rows", [3, 50])
def test_goal_lists_take_the_same_queries_for_any_length(
    organisation: Organisation, amara: Person, rows: int, django_assert_num_queries: object
) -> None:
    programme = ProgrammeFactory(organisation=organisation)
    for _ in range(rows):
        ActionItemFactory(goal=GoalFactory(mentorship=a_pair(programme, mentee=amara)))
        ActionItemFactory(goal=GoalFactory(mentorship=a_pair(programme, mentor=amara), shared_in_full=True))
    amara = Person.objects.get(pk=amara.pk)

    with django_assert_num_queries(7):  # type: ignore[operator]
        queries.goal_lists(amara, TODAY)
    with django_assert_num_queries(5):  # type: ignore[operator]
        queries.active_goals(amara, TODAY)
