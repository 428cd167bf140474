"""A rematch where people are asked: running pairs go on until everybody in an exchange has said yes."""

from datetime import timedelta

import pytest

from tests.factories.matching import World, a_crossed_world
from tests.matching.test_rematching import a_rematch, approve, live
from trellis.kernel import audit, clock
from trellis.kernel.jobs import drain
from trellis.matching import rules
from trellis.matching.actions.offers import answer_offer, close_offers_of, remind_and_expire
from trellis.matching.actions.publishing import publish_round
from trellis.matching.actions.taking_back import undo_publish
from trellis.matching.choices import ProposalState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.answers import yes_sides
from trellis.matching.queries.offers import offer_view
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation
from trellis.programmes.choices import Side

BEFORE, AFTER = {(0, 1), (1, 0)}, {(0, 0), (1, 1)}
OFFERED, WITHDRAWN = ProposalState.OFFERED, ProposalState.WITHDRAWN


@pytest.fixture
def crossed(organisation: Organisation) -> World:
    """Two running pairs that are crossed, and a mentee and a mentor who are free; both sides are asked."""
    return asking(a_crossed_world(organisation), "both")


def asking(world: World, approval: str, **more: object) -> World:
    world.programme.matching = {**world.programme.matching, "approval": approval, **more}
    world.programme.save()
    return world


def published(world: World) -> Round:
    found = a_rematch(world)
    approve(world, found)
    assert publish_round(by=world.manager, found=found, now=clock.now()) == 3
    drain()
    return found


def pair(found: Round, world: World, mentee: int) -> Proposal:
    rows = found.proposals.select_related("programme", "mentee__person", "mentor__person")
    return rows.filter(mentee=world.mentees[mentee]).latest("id")


def say(proposal: Proposal, side: str, accepted: bool = True) -> Proposal:
    person = (proposal.mentee if side == Side.MENTEE else proposal.mentor).person
    return answer_offer(by=person, proposal=proposal, accepted=accepted, now=clock.now())


def say_all_but_one(found: Round, world: World, mentee: int) -> str:
    """Every yes that this pair asks for, but the last; the side that is still asked."""
    while True:
        proposal = pair(found, world, mentee)
        missing = sorted(rules.awaited(proposal, yes_sides(proposal)))
        last = rules.turn(proposal, yes_sides(proposal)) == len(rules.turns_of(proposal)) - 1
        if len(missing) == 1 and last and (proposal.meeting_from or not proposal.meets_first):
            return missing[0]
        say(proposal, missing[0])


def states(found: Round, world: World) -> list[str]:
    return [pair(found, world, mentee).state for mentee in range(3)]


@pytest.mark.parametrize("first_meeting", [False, True])
@pytest.mark.parametrize("approval", ["both", "mentor", "mentee", "mentor_first", "mentee_first"])
def test_all_change_with_the_last_yes_of_all(organisation: Organisation, approval: str, first_meeting: bool) -> None:
    world = asking(a_crossed_world(organisation), approval, first_meeting=first_meeting)
    found = published(world)
    assert live(world) == BEFORE

    for mentee in (0, 1):
        side = say_all_but_one(found, world, mentee)
        assert (live(world), states(found, world)) == (BEFORE, [OFFERED] * 3)
        say(pair(found, world, mentee), side)
    assert live(world) == AFTER

    say(pair(found, world, 2), say_all_but_one(found, world, 2))  # by themselves
    drain()

    assert live(world) == AFTER | {(2, 2)}
    assert Notice.objects.filter(kind="mentorships.parted").count() == 4
    assert audit.first_break(found.organisation_id) is None


def test_who_takes_no_place_of_anybody_waits_for_nobody(crossed: World) -> None:
    found = published(crossed)

    for side in Side.values:
        say(pair(found, crossed, 2), side)

    assert live(crossed) == BEFORE | {(2, 2)}


def test_one_no_and_everybody_keeps_whom_they_have(crossed: World) -> None:
    found = published(crossed)
    for side in Side.values:
        say(pair(found, crossed, 0), side)
    waits = offer_view(pair(found, crossed, 0), crossed.mentees[0].person, clock.now())
    assert (waits.others_left, waits.can_answer, waits.instead) == (True, True, crossed.mentors[1].person.full_name)
    assert offer_view(pair(found, crossed, 0), crossed.mentors[0].person, clock.now()).instead == ""

    say(pair(found, crossed, 1), Side.MENTOR, accepted=False)

    assert (live(crossed), states(found, crossed)) == (BEFORE, [WITHDRAWN, ProposalState.REFUSED, OFFERED])
    told = Notice.objects.filter(kind__in=["matching.stays_as_it_is", "matching.offer_not_taken"])
    assert set(told.values_list("person", "kind")) == {
        (crossed.mentees[0].person_id, "matching.stays_as_it_is"),
        (crossed.mentees[1].person_id, "matching.stays_as_it_is"),
        (crossed.mentors[0].person_id, "matching.offer_not_taken"),
    }
    assert not Notice.objects.filter(kind="mentorships.parted").exists()
    assert not found.proposals.filter(origin="fall_through").exists()


def test_a_yes_can_be_taken_back_until_all_have_said_it(crossed: World) -> None:
    found = published(crossed)
    for side in Side.values:
        say(pair(found, crossed, 0), side)

    say(pair(found, crossed, 0), Side.MENTEE, accepted=False)

    assert (live(crossed), states(found, crossed)) == (BEFORE, [ProposalState.REFUSED, WITHDRAWN, OFFERED])


def test_an_offer_that_runs_out_closes_its_exchange(crossed: World) -> None:
    found = published(crossed)
    for side in Side.values:
        say(pair(found, crossed, 0), side)

    remind_and_expire(now=clock.now() + timedelta(days=15))

    expired = ProposalState.EXPIRED
    assert (live(crossed), states(found, crossed)) == (BEFORE, [WITHDRAWN, expired, expired])


def test_whoever_leaves_closes_their_exchange(crossed: World) -> None:
    found = published(crossed)

    close_offers_of(enrolment=crossed.mentors[1], now=clock.now())

    assert (live(crossed), states(found, crossed)) == (BEFORE, [WITHDRAWN, WITHDRAWN, OFFERED])


def test_a_pair_that_has_ended_by_itself_is_no_obstacle(crossed: World) -> None:
    found = published(crossed)
    Mentorship.objects.filter(pair_key__startswith=f"{crossed.mentees[0].person_id}:").update(state="ended")

    for mentee in (0, 1):
        for side in Side.values:
            say(pair(found, crossed, mentee), side)

    assert live(crossed) == AFTER


@pytest.mark.parametrize("answered", [1, 2])
def test_everything_is_taken_back_within_the_hour(crossed: World, answered: int) -> None:
    found = published(crossed)
    for mentee in range(answered):
        for side in Side.values:
            say(pair(found, crossed, mentee), side)
    assert live(crossed) == (AFTER if answered == 2 else BEFORE)

    assert undo_publish(by=crossed.manager, found=found, now=clock.now()) == 3

    assert live(crossed) == BEFORE
    assert states(found, crossed) == [ProposalState.APPROVED] * 3
    assert Notice.objects.filter(kind="mentorships.restored").exists() is False
