from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.goals import ActionItemFactory, GoalFactory
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import PairVisibility
from trellis.programmes.models import EnrolmentSkill, Programme

SOON = f"{date.today() + timedelta(days=20):%Y-%m-%d}"  # noqa: DTZ011
NO_CHOICE = "Select a valid choice. no-such is not one of the available choices."
PRIVATE = ("OUTCOME", "EVIDENCE", "WHY", "IFTHEN", "STEP")
WHOLE = {
    "title": "Lead the review", "outcome": "A decision", "evidence": "The minutes", "why": "It matters",
    "linked_skill": "negotiation", "due_on": SOON, "if_then": "", "first_action_on": "",
}  # fmt: skip


@pytest.fixture
def as_amara(client: Client, amara: Person) -> Client:
    client.force_login(amara.account)
    return client


@pytest.fixture
def goal(running: Mentorship) -> Goal:
    goal = GoalFactory(mentorship=running)
    ActionItemFactory(goal=goal)
    return goal


def markers(page: bytes) -> set[str]:
    return {word for word in (*PRIVATE, "TITLE") if f"{word}-MARKER".encode() in page}


def test_every_address_of_a_goal_is_404_for_others(
    client: Client, running: Mentorship, amara: Person, goal: Goal, other_organisation: Organisation
) -> None:
    step = goal.actions.get()
    Goal.objects.update(shared_in_full=True, shared_with_manager=True)
    amara.manager = PersonFactory(organisation=running.organisation)
    amara.save()
    with organisation_scope(other_organisation.pk):
        stranger = a_pair(ProgrammeFactory(organisation=other_organisation)).parties.order_by("id")[0].person
    others = [
        a_pair(running.programme).parties.order_by("id")[0].person,
        ProgrammeRoleFactory(programme=running.programme).person,
        RoleGrantFactory(
            person=PersonFactory(organisation=running.organisation), role=OrganisationRole.ADMIN
        ).person,
        amara.manager, stranger,
    ]  # fmt: skip
    names = (
        "goal",
        "goal_edit",
        "goal_start",
        "goal_progress",
        "goal_step",
        "goal_share",
        "goal_settle",
        "goal_reopen",
    )
    paths = [reverse(name, args=[goal.pk]) for name in names]
    paths += [reverse("goal_step_tick", args=[goal.pk, step.pk]), reverse("goal_new", args=[running.pk])]

    for somebody in others:
        client.force_login(somebody.account)
        answers = [answer for path in paths for answer in (client.get(path), client.post(path, WHOLE))]
        assert {answer.status_code for answer in answers} - {405} == {404}
        assert [markers(answer.content) for answer in answers if markers(answer.content)] == []
        assert markers(client.get(reverse("goals")).content) == set()


def test_partner_reads_the_title_and_changes_nothing(client: Client, goal: Goal, priya: Person) -> None:
    client.force_login(priya.account)

    page = client.get(reverse("goal", args=[goal.pk]))
    refused = {
        client.post(reverse(name, args=[goal.pk]), WHOLE).status_code
        for name in ("goal_edit", "goal_start", "goal_progress", "goal_share", "goal_settle", "goal_reopen")
    }
    hidden = client.post(reverse("goal_step_tick", args=[goal.pk, goal.actions.get().pk]), {"done": "yes"})

    assert markers(page.content) == {"TITLE"}
    assert markers(client.get(reverse("goals")).content) == {"TITLE"}
    assert refused == {404}
    assert hidden.status_code == 404


def test_partner_reads_everything_once_it_is_shared(client: Client, goal: Goal, priya: Person) -> None:
    Goal.objects.update(shared_in_full=True)
    client.force_login(priya.account)

    assert markers(client.get(reverse("goal", args=[goal.pk])).content) == {*PRIVATE, "TITLE"}


def test_partner_gets_404_for_a_draft(client: Client, goal: Goal, priya: Person) -> None:
    Goal.objects.update(status="draft")
    client.force_login(priya.account)

    assert client.get(reverse("goal", args=[goal.pk])).status_code == 404
    assert markers(client.get(reverse("goals")).content) == set()


def test_new_goal_is_saved_as_a_draft_and_can_be_started(as_amara: Client, running: Mentorship, amara: Person) -> None:
    enrolment = EnrolmentFactory(programme=running.programme, person=amara)
    EnrolmentSkill.objects.create(organisation=running.organisation, enrolment=enrolment, skill="negotiation", level=2)
    path = reverse("goal_new", args=[running.pk])

    page = as_amara.get(path)
    as_amara.post(path, WHOLE)
    draft = Goal.objects.get()
    ready = as_amara.get(reverse("goal", args=[draft.pk])).content.decode()
    as_amara.post(reverse("goal_start", args=[draft.pk]))

    started = Goal.objects.get()
    assert page.context["form"].fields["linked_skill"].choices[1][1] == [("negotiation", "Negotiation")]
    assert (draft.status, draft.title) == (GoalStatus.DRAFT, "Lead the review")
    assert "Start this goal" in ready
    assert started.status == GoalStatus.ACTIVE


def test_unfinished_draft_is_sent_to_its_form_with_what_is_missing(as_amara: Client, running: Mentorship) -> None:
    draft = GoalFactory(mentorship=running, status="draft", why="", linked_skill="")

    page = as_amara.get(reverse("goal", args=[draft.pk])).content.decode()
    answer = as_amara.post(reverse("goal_start", args=[draft.pk]), follow=True)

    assert "Finish this draft" in page
    assert answer.redirect_chain[-1][0] == reverse("goal_edit", args=[draft.pk])
    assert "An active goal needs why it matters to you and a skill or level." in answer.content.decode()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"title": ""}, "title", "Give the goal a title."),
        ({"title": " \t"}, "title", "Give the goal a title."),
        ({"title": "x" * 201}, "title", "Ensure this value has at most 200 characters (it has 201)."),
        ({"due_on": "31/02/2027"}, "due_on", "This is not a date. Choose one, or write it as 2026-12-18."),
        ({"linked_skill": "no-such"}, "linked_skill", NO_CHOICE),
        ({"why": "a\x00"}, "why", "Null characters are not allowed."),
    ],
)  # fmt: skip
def test_goal_form_with_bad_input_keeps_the_rest_and_saves_nothing(
    as_amara: Client, running: Mentorship, wrong: dict[str, str], field: str, words: str
) -> None:
    answer = as_amara.post(reverse("goal_new", args=[running.pk]), {**WHOLE, **wrong})

    assert answer.status_code == 422
    assert " ".join(answer.context["form"].errors[field]) == words
    assert "The minutes" in answer.content.decode()
    assert not Goal.objects.exists()


def test_edit_of_an_active_goal_keeps_its_rules(as_amara: Client, goal: Goal) -> None:
    path = reverse("goal_edit", args=[goal.pk])

    assert as_amara.get(path).context["form"].initial["title"] == "TITLE-MARKER"
    assert as_amara.post(path, {**WHOLE, "why": ""}).status_code == 422
    assert as_amara.post(path, WHOLE).status_code == 302
    goal.refresh_from_db()
    assert goal.title == "Lead the review"


def test_goal_with_a_skill_that_left_the_list_can_be_edited(as_amara: Client, running: Mentorship) -> None:
    goal = GoalFactory(mentorship=running, linked_skill="Own skill")

    answer = as_amara.post(reverse("goal_edit", args=[goal.pk]), {**WHOLE, "linked_skill": "Own skill"})

    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("percent", "words"),
    [("75", "Noted."), ("", "This field is required."), ("x", "Progress is a number from 0 to 100."),
     ("101", "Progress is a number from 0 to 100; you have 101.")],
)  # fmt: skip
def test_progress_is_one_tap(as_amara: Client, goal: Goal, percent: str, words: str) -> None:
    answer = as_amara.post(reverse("goal_progress", args=[goal.pk]), {"percent": percent}, follow=True)

    goal.refresh_from_db()
    assert words in answer.content.decode()
    assert goal.progress == (75 if percent == "75" else 0)


def test_steps_are_added_for_either_and_ticked(as_amara: Client, goal: Goal, amara: Person, priya: Person) -> None:
    ActionItem.objects.all().delete()
    path = reverse("goal_step", args=[goal.pk])

    as_amara.post(path, {"text": "Introduce me", "owner": priya.pk, "due_on": SOON})
    blank = as_amara.post(path, {"text": " ", "owner": amara.pk, "due_on": SOON})
    step = ActionItem.objects.get()
    as_amara.post(reverse("goal_step_tick", args=[goal.pk, step.pk]), {"done": "yes"})
    step.refresh_from_db()
    done = step.done_at
    as_amara.post(reverse("goal_step_tick", args=[goal.pk, step.pk]), {"done": "no"})
    step.refresh_from_db()

    assert (step.text, step.owner) == ("Introduce me", priya)
    assert blank.status_code == 422
    assert done is not None
    assert step.done_at is None


def test_steps_for_somebody_else_are_no_choice(as_amara: Client, goal: Goal, person: Person) -> None:
    answer = as_amara.post(reverse("goal_step", args=[goal.pk]), {"text": "x", "owner": person.pk, "due_on": SOON})

    assert answer.status_code == 422
    assert ActionItem.objects.count() == 1


def test_partner_may_not_add_the_owners_step_to_a_private_goal(
    client: Client, goal: Goal, amara: Person, priya: Person
) -> None:
    client.force_login(priya.account)
    path = reverse("goal_step", args=[goal.pk])

    refused = client.post(path, {"text": "x", "owner": amara.pk, "due_on": SOON})
    client.post(path, {"text": "Mine", "owner": priya.pk, "due_on": SOON})

    assert refused.status_code == 422
    assert [step.text for step in ActionItem.objects.filter(owner=priya)] == ["Mine"]


def test_sharing_says_who_sees_what_and_can_be_taken_back(as_amara: Client, goal: Goal, amara: Person) -> None:
    amara.manager = PersonFactory(organisation=amara.organisation, given_name="Hassan")
    amara.save()
    path = reverse("goal_share", args=[goal.pk])

    page = as_amara.get(reverse("goal", args=[goal.pk])).content.decode()
    as_amara.post(path, {"in_full": "on", "with_manager": "on"})
    goal.refresh_from_db()
    on = (goal.shared_in_full, goal.shared_with_manager)
    as_amara.post(path)
    goal.refresh_from_db()

    assert "Hassan" in page
    assert on == (True, True)
    assert (goal.shared_in_full, goal.shared_with_manager) == (False, False)


def test_settle_needs_an_answer_and_can_be_undone(as_amara: Client, goal: Goal) -> None:
    path = reverse("goal_settle", args=[goal.pk])

    missing = as_amara.post(path, {"how": "reached"})
    as_amara.post(path, {"how": "reached", "attainment": "1"})
    goal.refresh_from_db()
    settled = (goal.status, goal.final_attainment)
    page = as_amara.get(reverse("goal", args=[goal.pk])).content.decode()
    as_amara.post(reverse("goal_reopen", args=[goal.pk]))
    goal.refresh_from_db()

    assert missing.status_code == 422
    assert "Choose one of the five answers." in missing.content.decode()
    assert settled == (GoalStatus.REACHED, 1)
    assert "You reached it" in page
    assert goal.status == GoalStatus.ACTIVE


def test_mentor_has_no_page_to_write_goals(client: Client, running: Mentorship, priya: Person) -> None:
    client.force_login(priya.account)

    assert client.get(reverse("goal_new", args=[running.pk])).status_code == 404


def test_closed_mentorship_shows_goals_and_changes_none(as_amara: Client, goal: Goal, running: Mentorship) -> None:
    Mentorship.objects.update(state=MentorshipState.ENDED)

    page = as_amara.get(reverse("goal", args=[goal.pk]))
    new = as_amara.post(reverse("goal_new", args=[running.pk]), WHOLE, follow=True)
    moved = as_amara.post(reverse("goal_progress", args=[goal.pk]), {"percent": "50"}, follow=True)

    goal.refresh_from_db()
    assert markers(page.content) == {*PRIVATE, "TITLE"}
    assert "This mentorship has ended: its goals can be read" in new.content.decode()
    assert "Only its owner changes a goal, while the mentorship is running." in moved.content.decode()
    assert (goal.progress, Goal.objects.count()) == (0, 1)


def test_goals_without_a_mentorship_say_where_to_begin(client: Client, person: Person) -> None:
    client.force_login(person.account)

    assert "No goals yet" in client.get(reverse("goals")).content.decode()


def test_title_with_markup_is_shown_as_text(as_amara: Client, running: Mentorship) -> None:
    goal = GoalFactory(mentorship=running, title="<img src=x onerror=alert(1)>")

    for path in (reverse("goals"), reverse("goal", args=[goal.pk]), reverse("home")):
        page = as_amara.get(path).content.decode()
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
        assert "<img src=x" not in page


def test_goals_take_the_same_queries_for_3_and_for_50(as_amara: Client, running: Mentorship, amara: Person) -> None:
    counts = []
    for rows in (3, 47):
        for _ in range(rows):
            ActionItemFactory(goal=GoalFactory(mentorship=a_pair(running.programme, mentee=amara)))
            GoalFactory(mentorship=a_pair(running.programme, mentor=amara))
        with CaptureQueriesContext(connection) as queries:
            as_amara.get(reverse("goals"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_manager_is_not_offered_where_the_programme_hides_its_pairs(
    as_amara: Client, amara: Person, goal: Goal
) -> None:
    amara.manager = PersonFactory(organisation=amara.organisation, given_name="Hassan")
    amara.save()
    path = reverse("goal", args=[goal.pk])
    offered = as_amara.get(path).content.decode()
    Programme.objects.update(pair_visibility=PairVisibility.HIDDEN)
    hidden = as_amara.get(path).content.decode()

    assert ('name="with_manager"' in offered, 'name="with_manager"' in hidden) == (True, False)
