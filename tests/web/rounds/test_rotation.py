"""A manager plans a rotation, looks at it week by week, publishes it and stops it."""

import pytest
from django.test import Client

from tests.factories.matching import World, a_world
from trellis.kernel.jobs import drain
from trellis.matching.models import Round
from trellis.people.models import Organisation


@pytest.fixture
def flash(organisation: Organisation) -> World:
    return a_world(organisation, mentees=3, mentors=3, model="flash", template_id="flash")


@pytest.fixture
def manager(client: Client, flash: World) -> Client:
    client.force_login(flash.manager.account)
    return client


def at(world: World, rest: str = "") -> str:
    return f"/manage/{world.programme.slug}/rounds/{rest}"


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_a_rotation_is_planned_published_and_stopped(manager: Client, flash: World) -> None:
    assert "Plan a rotation" in page(manager, at(flash))

    started = manager.post(at(flash, "rotate/"), {"weeks": "3"})
    drain()

    assert (started.status_code, started["Location"]) == (302, at(flash, "1/"))
    board = page(manager, at(flash, "1/"))
    assert [f"<h3>Week {n}</h3>" in board for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert board.count("<h3>Week") == 3
    assert "9 meetings in 3 weeks, nobody with the same mentor twice." in board
    assert "no free place left" not in board
    assert "Yes. Checked just now" in page(manager, at(flash, "1/proof/"))

    manager.post(at(flash, "1/decide/"), {"everything": "approve", "show": "waiting"})
    assert "only the pairs of the first week go out now" in page(manager, at(flash, "1/publish/"))
    manager.post(at(flash, "1/publish/"))
    shown = page(manager, at(flash, "1/"))
    assert "Week 1 of 3" in shown
    assert "6 pairs are still to be offered" in shown

    stopped = manager.post(at(flash, "1/stop/"), follow=True).content.decode()
    assert "Stopped: 6 pairs will not be offered. What is under way goes on." in stopped
    assert "still to be offered" not in stopped


@pytest.mark.parametrize("weeks", ["0", "13", "x", "", "9" * 40, "\0"])
def test_a_number_of_weeks_that_cannot_be_is_said_so(manager: Client, flash: World, weeks: str) -> None:
    said = manager.post(at(flash, "rotate/"), {"weeks": weeks}, follow=True).content.decode()

    assert "Give a number of weeks from 1 to 12." in said
    assert Round.objects.count() == 0


def test_other_programmes_are_not_offered_a_rotation(client: Client, organisation: Organisation) -> None:
    world = a_world(organisation)
    client.force_login(world.manager.account)

    assert "Plan a rotation" not in page(client, at(world))
    said = client.post(at(world, "rotate/"), {"weeks": "2"}, follow=True).content.decode()
    assert "Only a flash programme rotates from week to week." in said


def test_rotating_and_stopping_are_404_for_who_runs_another_programme(client: Client, flash: World) -> None:
    client.force_login(a_world(flash.programme.organisation).manager.account)

    assert client.post(at(flash, "rotate/"), {"weeks": "2"}).status_code == 404
    assert client.post(at(flash, "1/stop/")).status_code == 404


def test_wishes_and_stability_are_promised_in_their_own_words(client: Client, organisation: Organisation) -> None:
    for objective, headline in (("stable", "Proven stable: matched 3 of 3"), ("wishes", "Proven best: matched 3 of 3")):
        world = a_world(organisation)
        world.programme.matching["objective"] = objective
        world.programme.save()
        client.force_login(world.manager.account)
        client.post(at(world, "start/"))
        drain()

        assert headline in page(client, at(world, "1/"))
        assert "Yes. Checked just now" in page(client, at(world, "1/proof/"))
        assert ("What stability costs" in page(client, at(world, "1/proof/"))) is (objective == "stable")
