"""The pages of programmes in which nobody is mentor or mentee, and of circles."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.matching import World, a_round
from tests.factories.people import PersonFactory
from tests.matching.test_circles import a_group
from tests.matching.test_peers import a_crowd
from trellis.kernel import clock
from trellis.matching.models import Round
from trellis.mentorships.actions import start_mentorship
from trellis.people.models import Organisation
from trellis.programmes.choices import MentoringModel


@pytest.fixture
def crowd(organisation: Organisation) -> World:
    return a_crowd(organisation, people=5)


def shown(client: Client, world: World, name: str, *more: object) -> str:
    client.force_login(world.manager.account)
    response = client.get(reverse(name, args=[world.programme.slug, *more]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def found(crowd: World) -> Round:
    return a_round(crowd)


def test_board_of_peers_names_two_people_and_no_sides(client: Client, crowd: World, found: Round) -> None:
    page = shown(client, crowd, "round", found.number)

    assert "<i>Mentee</i>" not in page
    assert "<i>Mentor</i>" not in page
    assert "Swap the partner of" in page
    assert "Proven best: matched 4 of 5" in page


def test_odd_one_out_stands_on_one_list(client: Client, crowd: World, found: Round) -> None:
    page = shown(client, crowd, "round_unmatched", found.number)

    assert "People without a partner" in page
    assert "Mentees without a mentor" not in page
    assert "The number of people was odd" in page


def test_proof_of_peers_speaks_of_people(client: Client, crowd: World, found: Round) -> None:
    page = shown(client, crowd, "round_proof", found.number)

    assert "Matched 4 of 5 people" in page
    assert "All 10 possible pairs were scored anew, from both sides." in page
    assert "Each person has a price" in page


def test_start_page_counts_people(client: Client, crowd: World) -> None:
    assert "<dt>people</dt><dd>5</dd>" in shown(client, crowd, "rounds")


def test_swap_page_of_peers_is_shown(client: Client, crowd: World, found: Round) -> None:
    pair = found.proposals.earliest("id")

    assert "Exchange partners with" in shown(client, crowd, "round_swap", found.number, pair.pk)


def test_peers_sign_up_once_and_mutual_partners_for_both(client: Client, organisation: Organisation) -> None:
    client.force_login(PersonFactory(organisation=organisation).account)
    said = {}
    for model in (MentoringModel.PEER, MentoringModel.MUTUAL):
        programme = a_crowd(organisation, people=0, model=model).programme
        said[model] = client.get(reverse("programme_join", args=[programme.slug])).content.decode()

    assert (
        said[MentoringModel.PEER].count('name="csrfmiddlewaretoken"')
        == said[MentoringModel.MUTUAL].count('name="csrfmiddlewaretoken"') - 1
    )
    assert "Take part" in said[MentoringModel.PEER]
    assert "What you can give" in said[MentoringModel.MUTUAL]
    assert "mentor" not in said[MentoringModel.PEER].split('id="side-mentee"')[1].split("</section>")[0].replace(
        "/mentee/", ""
    )


def test_peer_reads_that_they_have_a_partner(client: Client, crowd: World) -> None:
    one, two = crowd.mentees[0].person, crowd.mentors[0].person
    start_mentorship(by=None, programme=crowd.programme, mentee=one, mentor=two, now=clock.now())

    for person in (one, two):
        client.force_login(person.account)
        page = client.get(reverse("programmes")).content.decode()

        assert "As partner" in page
        assert "You have a partner here." in page


def test_circles_are_shown_together(client: Client, organisation: Organisation) -> None:
    world = a_group(organisation, mentees=11, mentors=3)

    page = shown(client, world, "round", a_round(world).number)

    assert "2 circles" in page
    assert "has at least 5 people" in page
