"""Pairs kept together or apart by hand: found by what a manager types, listed with what stands in their way."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.factories.matching import World, a_world
from tests.factories.people import PersonFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation
from trellis.programmes.choices import Side
from trellis.programmes.models import Programme


def add(client: Client, world: World, mentee: str, mentor: str, how: str = "pinned") -> HttpResponse:
    path = reverse("round_pairs", args=[world.programme.slug])
    return client.post(path, {"mentee": mentee, "mentor": mentor, "how": how})


def pairs_of(world: World) -> dict[str, list[list[str]]]:
    stored = Programme.objects.get(pk=world.programme.pk).matching
    return {name: stored.get(name, []) for name in ("pinned", "forbidden")}


@pytest.mark.parametrize("how", ["external_id", "email", "full_name", "offered"])
def test_a_pair_is_found_by_what_is_typed(manager: Client, world: World, how: str) -> None:
    mentee, mentor = world.mentees[0].person, world.mentors[1].person
    typed = [
        f"{person.full_name} ({person.external_id})" if how == "offered" else str(getattr(person, how))
        for person in (mentee, mentor)
    ]

    answer = add(manager, world, *typed)

    assert answer.status_code == 302
    assert pairs_of(world) == {"pinned": [[mentee.external_id, mentor.external_id]], "forbidden": []}


def test_a_pair_is_listed_and_taken_off(manager: Client, world: World) -> None:
    mentee, mentor = world.mentees[0].person, world.mentors[1].person
    add(manager, world, mentee.external_id, mentor.external_id, "forbidden")
    path = reverse("round_pairs", args=[world.programme.slug])

    page = manager.get(path).content.decode()
    gone = manager.post(
        reverse("round_pair_release", args=[world.programme.slug]),
        {"mentee": mentee.external_id, "mentor": mentor.external_id},
    )

    assert f"{mentee.full_name} <span" in page
    assert gone.status_code == 302
    assert pairs_of(world) == {"pinned": [], "forbidden": []}


def test_a_pair_that_is_not_there_cannot_be_taken_off(manager: Client, world: World) -> None:
    path = reverse("round_pair_release", args=[world.programme.slug])

    assert manager.post(path, {"mentee": "P1", "mentor": "\x00"}).status_code == 404


@pytest.mark.parametrize("typed", ["Nobody At All", "\x00", "%", "x" * 300])
def test_nobody_found_is_said_and_what_was_typed_stays(manager: Client, world: World, typed: str) -> None:
    answer = add(manager, world, typed, world.mentors[0].person.external_id)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert world.mentors[0].person.external_id in page
    assert pairs_of(world)["pinned"] == []


def test_several_who_fit_are_named_with_their_ids(manager: Client, world: World) -> None:
    for number in range(2):
        person = PersonFactory(
            organisation=world.programme.organisation, given_name="Ana", family_name=f"Silva{number}"
        )
        mentee = world.enrol(Side.MENTEE)
        mentee.person = person
        mentee.save()

    page = add(manager, world, "ana", world.mentors[0].person.external_id).content.decode()

    assert "2 people fit: Ana Silva0 (" in page
    assert "Write the employee ID of the one you mean." in page


def test_only_the_right_side_is_looked_through(manager: Client, world: World) -> None:
    mentor = world.mentors[0].person

    assert add(manager, world, mentor.external_id, mentor.external_id).status_code == 422


def test_nobody_of_another_organisation_is_found(
    manager: Client, world: World, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation)
        code = theirs.mentees[0].person.external_id

    answer = add(manager, world, code, world.mentors[0].person.external_id)

    assert answer.status_code == 422
    assert manager.get(reverse("round_pairs", args=[theirs.programme.slug])).status_code == 404
