"""Placing running pairs again: prepared, reviewed with what stays and what changes, published, taken back."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.matching import World, a_crossed_world
from trellis.kernel.jobs import drain
from trellis.matching.models import Round
from trellis.mentorships.models import Mentorship
from trellis.people.models import Organisation
from trellis.programmes.choices import MentoringModel


@pytest.fixture
def world(organisation: Organisation) -> World:
    return a_crossed_world(organisation)


def at(world: World, name: str, *more: object) -> str:
    return reverse(name, args=[world.programme.slug, *more])


def text(manager: Client, path: str) -> str:
    return manager.get(path).content.decode()


def test_a_rematch_from_the_first_page_to_the_undo(manager: Client, world: World) -> None:
    assert at(world, "round_rematch") in text(manager, at(world, "rounds"))
    page = text(manager, at(world, "round_rematch"))
    assert "How much better must a new pair be before we part two people?" in page

    response = manager.post(at(world, "round_rematch"), {"points": "0"})
    assert response.headers["Location"] == at(world, "round", 1)
    drain()
    board = text(manager, at(world, "round", 1))
    assert "0 running pairs stay, 2 change" in board
    assert f"new, instead of {world.mentors[1].person.full_name}" in board

    manager.post(at(world, "round_decide", 1), {"everything": "approve", "show": "waiting"})
    before = text(manager, at(world, "round_publish", 1))
    assert "Publish 3 matches?" in before
    assert "2 running pairs end as their mentees' new ones begin." in before
    manager.post(at(world, "round_publish", 1))
    assert "0 running pairs stay, 2 change" in text(manager, at(world, "round", 1))
    assert Mentorship.objects.live().count() == 3

    manager.post(at(world, "round_undo", 1))
    keys = set(Mentorship.objects.live().values_list("pair_key", flat=True))
    assert keys == {
        f"{world.mentees[0].person_id}:{world.mentors[1].person_id}",
        f"{world.mentees[1].person_id}:{world.mentors[0].person_id}",
    }


def test_pairs_that_stay_are_shown_without_anything_to_decide(manager: Client, world: World) -> None:
    manager.post(at(world, "round_rematch"), {"points": "40"})
    drain()

    board = text(manager, at(world, "round", 1) + "?show=all")

    assert "2 running pairs stay, 0 change" in board
    assert "none could be made better by as much as you asked" in board
    stays = Round.objects.get().proposals.get(mentee=world.mentees[0])
    assert f'name="decline" value="{stays.pk}"' not in board
    assert board.count(">stays</span>") == 2
    response = manager.post(at(world, "round_decide", 1), {"decline": str(stays.pk), "show": "all"}, follow=True)
    assert "These two are together already and stay so." in response.content.decode()


@pytest.mark.parametrize("points", ["", "41", "-5", "many"])
def test_points_that_make_no_sense_are_refused_in_words(manager: Client, world: World, points: str) -> None:
    response = manager.post(at(world, "round_rematch"), {"points": points})

    assert response.status_code == 422
    assert "Choose a number of points from 0 to 40." in response.content.decode()
    assert Round.objects.count() == 0


def test_where_people_are_asked_every_page_says_what_that_means(manager: Client, client: Client, world: World) -> None:
    world.programme.matching = {**world.programme.matching, "approval": "both"}
    world.programme.save()
    assert "Whoever is asked in this programme is asked here too." in text(manager, at(world, "round_rematch"))
    manager.post(at(world, "round_rematch"), {"points": "0"})
    drain()
    manager.post(at(world, "round_decide", 1), {"everything": "approve", "show": "waiting"})
    assert "Until everybody in an exchange has said yes" in text(manager, at(world, "round_publish", 1))

    manager.post(at(world, "round_publish", 1))

    assert Mentorship.objects.live().count() == 2
    assert "So far: where people are asked" in text(manager, at(world, "round", 1))
    proposal = Round.objects.get().proposals.get(mentee=world.mentees[0])
    there, old = reverse("offer", args=[proposal.pk]), world.mentors[1].person.full_name
    client.force_login(world.mentors[0].person.account)
    assert "You would change" not in text(client, there)
    client.post(there, {"answer": "yes"})
    client.force_login(world.mentees[0].person.account)
    assert f"You would change from {old}." in text(client, there)
    client.post(there, {"answer": "yes"})
    assert "It begins when others whose matches change with yours have said yes too" in text(client, there)


def test_where_a_match_is_one_meeting_the_page_says_why_not(manager: Client, world: World) -> None:
    world.programme.model = MentoringModel.FLASH
    world.programme.save()

    page = text(manager, at(world, "round_rematch"))

    assert "Here a match is one meeting" in page
    assert 'name="points"' not in page


def test_while_a_round_is_open_a_rematch_is_refused_in_words(manager: Client, world: World) -> None:
    manager.post(at(world, "round_start"))

    response = manager.post(at(world, "round_rematch"), {"points": "10"})

    assert (response.status_code, "A round is still open." in response.content.decode()) == (422, True)
