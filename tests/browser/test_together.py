"""A manager drags a pair onto another, sees the cost, does it, undoes it; the same by keyboard and without script."""

import pytest
from django.urls import reverse

from tests.browser.conftest import Visitors
from tests.browser.test_every_page import _look
from tests.factories.matching import World, a_round, a_world, pair_of
from tests.factories.people import OrganisationFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.models import Round

pytestmark = pytest.mark.django_db(transaction=True)


def _made() -> tuple[World, Round]:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        world = a_world(organisation, mentees=4, mentors=4)
        return world, a_round(world)


def _address(found: Round, name: str) -> str:
    return reverse(name, args=[found.programme.slug, found.number])


def test_a_pair_is_dragged_done_and_undone(visitors: Visitors) -> None:
    world, found = _made()
    visitor = visitors.new(world.manager)
    page = visitor.go(_address(found, "round"))
    with organisation_scope(world.programme.organisation_id):
        second = pair_of(found, world.mentees[1])
    one, two = (f'[data-mentee="{each.person_id}"]' for each in world.mentees[:2])

    page.drag_and_drop(f"{one} .why", f"{two} .why")
    page.wait_for_url("**/together/?**")
    assert second.mentor.person.full_name in page.inner_text("h1")
    page.get_by_role("button", name="Do it").click()
    page.get_by_role("button", name="Undo").click()

    assert "Taken back. The board is as it was before." in page.inner_text("main")
    assert visitor.complaints == []


def test_the_same_without_script_and_by_keyboard(visitors: Visitors) -> None:
    world, found = _made()
    visitor = visitors.new(world.manager, script=False)
    page = visitor.go(_address(found, "round"))

    for name in (f"Change the mentor of {world.mentees[0].person.full_name}", "Look at it"):
        page.get_by_role("link", name=name).first.focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
    for name in ("Do it", "Undo"):
        page.get_by_role("button", name=name).focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")

    assert "Taken back. The board is as it was before." in page.inner_text("main")


def test_its_pages_are_accessible_narrow_and_quiet(visitors: Visitors, axe: str) -> None:
    world, found = _made()
    visitor = visitors.new(world.manager)
    together = _address(found, "round_together")
    people = f"mentee={world.mentees[0].person_id}"
    with organisation_scope(world.programme.organisation_id):
        same, other = pair_of(found, world.mentees[0]).mentor, pair_of(found, world.mentees[1]).mentor
    paths = [
        together, f"{together}?{people}", f"{together}?{people}&mentor={other.person_id}",
        f"{together}?{people}&mentor={same.person_id}",
    ]  # fmt: skip

    assert [fault for path in paths for fault in _look(visitor, path, axe)] == []
    visitor.go(paths[2]).get_by_role("button", name="Do it").click()
    visitor.go(_address(found, "round"))
    assert [fault for name in ("round", "round_proof") for fault in _look(visitor, _address(found, name), axe)] == []


def test_what_is_out_of_sight_is_found_and_reached(visitors: Visitors) -> None:
    """Cards outside the window are not drawn; looking for a name and the keyboard come to them all the same."""
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        world = a_world(organisation, mentees=40, mentors=40)
        found = a_round(world)
    page = visitors.new(world.manager).go(_address(found, "round"))
    last = page.locator(".mrow").last
    name = last.locator(".m-duo b").first.evaluate("node => node.firstChild.data.trim()")

    assert page.evaluate("name => window.find(name)", name)
    assert page.evaluate("getSelection().anchorNode.parentElement.closest('.mrow') !== null")
    last.get_by_role("button", name="Decline").focus()
    page.wait_for_function("node => node.getBoundingClientRect().top < innerHeight", arg=last.element_handle())
