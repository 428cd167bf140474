import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.matching import World, a_round, a_world, pair_of
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.models import Round
from trellis.people.models import Organisation, Person
from trellis.programmes.choices import Side


@pytest.fixture
def found(world: World) -> Round:
    return a_round(world)


def address(found: Round, name: str = "round_together") -> str:
    return reverse(name, args=[found.programme.slug, found.number])


def question(client: Client, found: Round, mentee: Person, mentor: Person) -> str:
    response = client.get(address(found), {"mentee": mentee.pk, "mentor": mentor.pk})
    assert response.status_code == 200
    return response.content.decode()


def plan_in(page: str) -> str:
    hidden = re.search(r'name="plan" value="([^"]+)"', page)
    assert hidden
    return hidden[1]


def test_a_pair_is_asked_for_done_and_undone_without_script(manager: Client, world: World, found: Round) -> None:
    one, two = world.mentees[0].person, world.mentors[1].person
    board = manager.get(address(found, "round")).content.decode()
    assert f'{address(found)}?mentee={one.pk}"' in board

    chosen = manager.get(address(found), {"mentee": one.pk}).content.decode()
    assert f"?mentee={one.pk}&amp;mentor={two.pk}" in chosen
    page = question(manager, found, one, two)
    assert "As many mentees have a mentor as now." in page
    assert world.mentees[1].person.full_name in page
    assert world.mentees[2].person.full_name not in page

    done = manager.post(address(found), {"plan": plan_in(page)}, follow=True).content.decode()
    assert f"You put {one.full_name} and {two.full_name} together" in done
    assert "1 other mentee has another mentor since." in done
    proof = manager.get(address(found, "round_proof")).content.decode()
    assert "2 pairs on the board are others than in this plan." in proof

    undone = manager.post(address(found, "round_together_undo"), follow=True).content.decode()
    assert "Taken back. The board is as it was before." in undone
    assert pair_of(found, world.mentees[0]).origin == ProposalOrigin.SOLVER


def test_a_question_that_has_no_answer_says_why_and_leads_on(manager: Client, world: World, found: Round) -> None:
    one = pair_of(found, world.mentees[0])

    page = question(manager, found, one.mentee.person, one.mentor.person)

    assert "are already a pair here." in page
    assert 'name="plan"' not in page


def test_an_answer_to_an_older_board_leads_back_to_the_question(manager: Client, world: World, found: Round) -> None:
    one, two = world.mentees[0].person, world.mentors[1].person
    page = question(manager, found, one, two)
    found.proposals.filter(mentee=world.mentees[2]).update(state=ProposalState.APPROVED)

    response = manager.post(address(found), {"plan": plan_in(page)}, follow=True)

    assert response.redirect_chain[-1][0] == f"{address(found)}?mentee={one.pk}&mentor={two.pk}"
    assert "The board has changed since you looked." in response.content.decode()


@pytest.mark.parametrize("given", ["x", "²", "-1", "99999999999999999999", "999999"])
def test_people_who_are_not_there_are_not_found(manager: Client, found: Round, given: str) -> None:
    assert manager.get(address(found), {"mentee": given}).status_code == 404


def test_a_plan_that_was_not_worked_out_here_is_not_found(manager: Client, world: World, found: Round) -> None:
    page = question(manager, found, world.mentees[0].person, world.mentors[1].person)

    for forged in ("", "x", plan_in(page)[:-2] + "xx"):
        assert manager.post(address(found), {"plan": forged}).status_code == 404


def test_people_and_plans_of_another_organisation_are_not_found(
    manager: Client, found: Round, other_organisation: Organisation, client: Client
) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation)
        their_round = a_round(theirs)
        other = Client()
        other.force_login(theirs.manager.account)
        page = question(other, their_round, theirs.mentees[0].person, theirs.mentors[1].person)

    assert manager.get(address(found), {"mentee": theirs.mentees[0].person_id}).status_code == 404
    assert manager.get(address(their_round)).status_code == 404
    assert manager.post(address(found), {"plan": plan_in(page)}).status_code == 404


def test_somebody_can_be_looked_for_by_name(manager: Client, world: World, found: Round) -> None:
    person = world.mentees[1].person
    person.given_name, person.sort_name = "Ødegaard", "odegaard"
    person.save()

    page = manager.get(address(found), {"name": "Øde"}).content.decode()

    assert person.full_name in page
    assert world.mentees[0].person.full_name not in page


def test_the_choice_asks_as_often_for_many_as_for_few(organisation: Organisation, client: Client) -> None:
    counts = []
    for size in (3, 20):
        world = a_world(organisation, mentees=size, mentors=size)
        found = a_round(world)
        client.force_login(world.manager.account)
        asked = {"mentee": world.mentees[0].person_id}
        client.get(address(found), asked)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address(found), asked)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_rounds_without_prices_keep_swapping(manager: Client, world: World) -> None:
    world.programme.matching = {**world.programme.matching, "objective": "stable"}
    world.programme.save()
    found = a_round(world)

    board = manager.get(address(found, "round")).content.decode()

    assert "Change mentor" not in board
    assert "Swap…" in board
    assert manager.get(address(found)).status_code == 302


def test_mentors_are_not_mentees(manager: Client, world: World, found: Round) -> None:
    assert world.mentors[0].side == Side.MENTOR
    assert manager.get(address(found), {"mentee": world.mentors[0].person_id}).status_code == 404
