"""A round of circles: the board goes circle by circle, and what is not the best is not called so."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.matching import World, a_round
from tests.matching.test_circles import a_group
from trellis.kernel import clock
from trellis.matching.actions.review import decide
from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.circles import Circle, circles_of
from trellis.people.models import Organisation


@pytest.fixture
def world(organisation: Organisation) -> World:
    return a_group(organisation, mentees=12, mentors=3)


@pytest.fixture
def found(world: World) -> Round:
    return a_round(world)


def at(found: Round, name: str) -> str:
    return reverse(name, args=[found.programme.slug, found.number])


def text(manager: Client, path: str) -> str:
    return manager.get(path).content.decode()


def a_small_circle(world: World, found: Round) -> Circle:
    """The first circle, of which all but four are declined."""
    first = circles_of(found)[0]
    rows = found.proposals.filter(mentor__person=first.leader).order_by("id").values_list("pk", flat=True)
    decide(by=world.manager, found=found, proposals=list(rows)[4:], to=ProposalState.DECLINED, now=clock.now())
    return circles_of(found)[0]


def test_the_board_goes_circle_by_circle(manager: Client, found: Round) -> None:
    page = text(manager, at(found, "round"))

    one, other = circles_of(found)
    heads = [page.index(f"<h3>Circle of {circle.led_by}</h3>") for circle in (one, other)]
    assert heads == sorted(heads)
    assert page.count("<h3>Circle of") == 2
    assert page.count("Approve this circle") == 2


def test_a_circle_is_approved_at_once(manager: Client, world: World, found: Round) -> None:
    small = a_small_circle(world, found)
    assert (len(small.people), small.lacks) == (4, 1)

    response = manager.post(at(found, "round_decide"), {"circle": str(small.leader), "show": "waiting"}, follow=True)

    assert "4 pairs approved." in response.content.decode()
    approved = Proposal.objects.filter(round=found, state=ProposalState.APPROVED)
    assert set(approved.values_list("mentor__person", flat=True)) == {small.leader}
    assert approved.count() == 4
    before = text(manager, at(found, "round_publish"))
    assert f"The circle of {small.led_by} would begin with 4 people; the smallest size is 5." in before


@pytest.mark.parametrize("leader", ["", "0", "x", "99999999"])
def test_a_circle_that_is_not_there_changes_nothing(manager: Client, found: Round, leader: str) -> None:
    response = manager.post(at(found, "round_decide"), {"circle": leader, "show": "waiting"}, follow=True)

    assert "Nothing was changed" in response.content.decode()


def test_what_may_not_be_the_best_is_not_called_so(manager: Client, found: Round) -> None:
    page = text(manager, at(found, "round_proof"))

    certain = "Proven best" in text(manager, at(found, "round"))
    assert ("Yes. Checked just now" in page) == certain
    assert ("Not proven the best; how far from it is known. Checked just now" in page) != certain
    assert ("a better one could add at most" in page) != certain
    assert not certain
