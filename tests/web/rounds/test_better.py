"""A weak pair's card leads to better swaps, each with its exact cost; one press does it, and it can be undone."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.matching import World, a_round, a_world, pair_of
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.review import decide
from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.better_swaps import better_for
from trellis.people.models import Organisation
from trellis.programmes.choices import Side


@pytest.fixture
def tight(world: World) -> World:
    """A fourth mentee wants what only the first mentor offers; the mentor left over offers something else."""
    world.programme.matching |= {"weights": {"skill_coverage": 100}}
    world.programme.save()
    world.mentees.append(world.enrol(Side.MENTEE, skills=[("active_listening", 2)]))
    world.mentors.append(world.enrol(Side.MENTOR, skills=[("presentation_design", 4)]))
    return world


@pytest.fixture
def weak(tight: World) -> Proposal:
    """The pair of whoever came away with the mentor nobody asked for."""
    return a_round(tight).proposals.select_related("mentee__person", "mentor__person").order_by("score", "id")[0]


def address(pair: Proposal) -> str:
    assert pair.round is not None
    return reverse("round_better", args=[pair.programme.slug, pair.round.number, pair.pk])


def board(pair: Proposal) -> str:
    assert pair.round is not None
    return reverse("round", args=[pair.programme.slug, pair.round.number])


def test_a_weak_card_offers_better_swaps_and_a_strong_one_does_not(manager: Client, weak: Proposal) -> None:
    page = manager.get(board(weak)).content.decode()
    strong = weak.round.proposals.order_by("-score")[0] if weak.round else weak

    assert weak.score < 50_000 < strong.score
    assert address(weak) in page
    assert address(strong) not in page


def test_each_swap_is_a_whole_plan_with_its_exact_cost(tight: World, weak: Proposal) -> None:
    assert weak.round is not None
    swaps = better_for(weak.round, weak)

    assert [swap.mentor for swap in swaps] == [tight.mentors[0].person]
    (swap,) = swaps
    now = sum(weak.round.proposals.values_list("score", flat=True))
    assert (swap.plan.matched, swap.cost) == (0, "0 points")  # the two mentees want the same: it makes no difference
    assert swap.score * 1000 > weak.score
    assert [move.mentee for move in swap.moves] == [
        pair.mentee.person.full_name for pair in weak.round.proposals.filter(mentor=tight.mentors[0])
    ]
    assert now > 0


def test_one_press_swaps_and_one_undoes_it(manager: Client, tight: World, weak: Proposal) -> None:
    page = manager.get(address(weak)).content.decode()
    assert tight.mentors[0].person.full_name in page
    hidden = re.search(r'name="plan" value="([^"]+)"', page)
    assert hidden

    done = manager.post(address(weak), {"plan": hidden[1]}, follow=True).content.decode()

    assert "Swapped. The new pairs wait for your review; you can undo it below." in done
    assert weak.round is not None
    assert pair_of(weak.round, weak.mentee).mentor == tight.mentors[0]
    undone = manager.post(
        reverse("round_together_undo", args=[tight.programme.slug, weak.round.number]), follow=True
    ).content.decode()
    assert "The board is as it was before." in undone
    assert pair_of(weak.round, weak.mentee).mentor == weak.mentor


def test_where_better_places_are_held_the_page_leads_on(manager: Client, tight: World, weak: Proposal) -> None:
    assert weak.round is not None
    others = weak.round.proposals.exclude(pk=weak.pk).values_list("pk", flat=True)
    decide(by=tight.manager, found=weak.round, proposals=others, to=ProposalState.APPROVED, now=clock.now())

    page = manager.get(address(weak)).content.decode()

    assert "No mentor suits better without somebody else losing their match" in page
    assert "Every mentor the rules allow" in page


def test_a_forged_or_foreign_plan_does_nothing(manager: Client, weak: Proposal) -> None:
    assert weak.round is not None
    page = manager.get(address(weak)).content.decode()
    hidden = re.search(r'name="plan" value="([^"]+)"', page)
    assert hidden
    other = weak.round.proposals.exclude(pk=weak.pk)[0]

    for path, plan in ((address(weak), "x"), (address(weak), ""), (address(other), hidden[1])):
        assert manager.post(path, {"plan": plan}).status_code == 404
    assert weak.round.proposals.filter(state=ProposalState.WITHDRAWN).count() == 0


def test_pairs_of_others_do_not_exist(
    manager: Client, weak: Proposal, organisation: Organisation, other_organisation: Organisation
) -> None:
    beside = a_round(a_world(organisation)).proposals.all()[0]
    with organisation_scope(other_organisation.pk):
        theirs = a_round(a_world(other_organisation)).proposals.all()[0]

    assert manager.get(address(beside)).status_code == 404
    with organisation_scope(other_organisation.pk):
        path = address(theirs)
    assert manager.get(path).status_code == 404


def test_it_takes_the_same_queries_in_small_and_large_rounds(client: Client, organisation: Organisation) -> None:
    counts = []
    for size in (50, 75):
        world = a_world(organisation, mentees=size, mentors=size, matching={"weights": {"skill_coverage": 100}})
        client.force_login(world.manager.account)
        found: Round = a_round(world)
        pair = found.proposals.all()[0]
        Proposal.objects.filter(pk=pair.pk).update(score=1_000)
        client.get(address(pair))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address(pair)).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]
