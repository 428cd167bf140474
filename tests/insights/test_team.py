from typing import Any

from django.test import Client
from django.urls import reverse

from tests.factories.goals import GoalFactory
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.goals.models import GoalStatus
from trellis.insights.queries.team import team_of
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Mentorship
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import PairVisibility


def test_manager_sees_who_takes_part_and_where(organisation: Organisation, person: Person) -> None:
    report = PersonFactory(organisation=organisation, manager=person)
    idle = PersonFactory(organisation=organisation, manager=person)
    a_pair(ProgrammeFactory(organisation=organisation, name="Career growth"), mentee=report)

    rows = {row.id: row.programmes for row in team_of(person).rows}

    assert rows == {report.pk: ("Career growth",), idle.pk: ()}


def test_hidden_programme_looks_like_taking_no_part(organisation: Organisation, person: Person) -> None:
    report = PersonFactory(organisation=organisation, manager=person)
    a_pair(ProgrammeFactory(organisation=organisation, pair_visibility=PairVisibility.HIDDEN), mentee=report)

    assert [row.programmes for row in team_of(person).rows] == [()]


def test_ended_mentorship_is_not_shown(organisation: Organisation, person: Person) -> None:
    report = PersonFactory(organisation=organisation, manager=person)
    a_pair(ProgrammeFactory(organisation=organisation), mentee=report)
    Mentorship.objects.update(state=MentorshipState.ENDED)

    assert [row.programmes for row in team_of(person).rows] == [()]


def test_several_mentorships_in_one_programme_are_named_once(organisation: Organisation, person: Person) -> None:
    report = PersonFactory(organisation=organisation, manager=person)
    programme = ProgrammeFactory(organisation=organisation, name="Career growth")
    a_pair(programme, mentor=report)
    a_pair(programme, mentor=report)

    assert [row.programmes for row in team_of(person).rows] == [("Career growth",)]


def test_team_costs_the_same_however_big_it_is(
    organisation: Organisation, person: Person, django_assert_num_queries: Any
) -> None:
    programme = ProgrammeFactory(organisation=organisation)
    for count in (3, 60):
        for _ in range(count):
            a_pair(programme, mentee=PersonFactory(organisation=organisation, manager=person))
        with django_assert_num_queries(3):
            page = team_of(person)
    assert (len(page.rows), page.older) == (50, True)


def test_page_shows_title_and_status_of_goals_that_are_shared_with_the_manager(
    client: Client, organisation: Organisation, person: Person
) -> None:
    report = PersonFactory(organisation=organisation, manager=person)
    open_pair = a_pair(ProgrammeFactory(organisation=organisation), mentee=report)
    hidden = a_pair(ProgrammeFactory(organisation=organisation, pair_visibility=PairVisibility.HIDDEN), mentee=report)
    not_mine = a_pair(open_pair.programme)
    GoalFactory(mentorship=open_pair, title="SHOWN-TITLE", shared_with_manager=True)
    for pair, title, fields in (
        (open_pair, "KEPT-MARKER", {}),
        (open_pair, "DRAFT-MARKER", {"shared_with_manager": True, "status": GoalStatus.DRAFT}),
        (hidden, "HIDDEN-MARKER", {"shared_with_manager": True}),
        (not_mine, "OTHERS-MARKER", {"shared_with_manager": True}),
    ):
        GoalFactory(mentorship=pair, title=title, **fields)
    client.force_login(person.account)

    page = client.get(reverse("team")).content.decode()

    assert "SHOWN-TITLE" in page
    assert "MARKER" not in page


def test_page_names_no_partner(client: Client, organisation: Organisation, person: Person) -> None:
    report = PersonFactory(organisation=organisation, manager=person)
    partner = PersonFactory(organisation=organisation, family_name="Canary")
    a_pair(ProgrammeFactory(organisation=organisation), mentee=report, mentor=partner)
    client.force_login(person.account)

    page = client.get(reverse("team")).content.decode()

    assert report.full_name in page
    assert "Canary" not in page


def test_page_is_closed_without_reports(client: Client, person: Person) -> None:
    client.force_login(person.account)

    assert client.get(reverse("team")).status_code == 403
