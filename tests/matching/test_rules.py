from datetime import timedelta

import pytest

from tests.factories.matching import ProposalFactory, RoundFactory, World
from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.matching import rules
from trellis.matching.actions.proposals import MoveRefused, move
from trellis.matching.choices import LEGAL_PROPOSAL_MOVES, ProposalState, RoundState
from trellis.matching.models import Proposal
from trellis.programmes.choices import EnrolmentState, MentoringModel
from trellis.programmes.enrolment_rules import SELF_MATCH
from trellis.programmes.models import Enrolment


@pytest.mark.parametrize("before", ProposalState)
@pytest.mark.parametrize("after", ProposalState)
def test_a_proposal_moves_only_as_the_table_says(world: World, before: ProposalState, after: ProposalState) -> None:
    proposal = ProposalFactory(programme=world.programme, state=before)

    if after in LEGAL_PROPOSAL_MOVES[before]:
        move(proposal, after, by=None, now=clock.now())
    else:
        with pytest.raises(MoveRefused, match="This pair is already"):
            move(proposal, after, by=None, now=clock.now())
    expected = after if after in LEGAL_PROPOSAL_MOVES[before] else before
    assert Proposal.objects.get(pk=proposal.pk).state == expected


def test_what_is_over_stays_over() -> None:
    over = {state for state, moves in LEGAL_PROPOSAL_MOVES.items() if not moves}

    assert over == {ProposalState.REFUSED, ProposalState.EXPIRED, ProposalState.WITHDRAWN}


def test_only_owners_and_coordinators_match(world: World) -> None:
    assert rules.can_match(world.manager, world.programme)
    assert not rules.can_match(world.mentors[0].person, world.programme)


@pytest.mark.parametrize(
    ("state", "minutes", "can"),
    [
        (RoundState.PUBLISHED, 1, True), (RoundState.PUBLISHED, 0, True), (RoundState.PUBLISHED, -1, False),
        (RoundState.PUBLISHED, None, False), (RoundState.REVIEW, 1, False),
    ],
)  # fmt: skip
def test_a_round_can_be_taken_back_within_its_window(world: World, state: str, minutes: int | None, can: bool) -> None:
    now = clock.now()
    until = None if minutes is None else now + timedelta(minutes=minutes)

    assert rules.can_undo(RoundFactory(programme=world.programme, state=state, undo_until=until), now) is can


def test_an_offer_is_answered_by_its_sides_while_it_is_open(world: World) -> None:
    now = clock.now()
    offer = ProposalFactory(programme=world.programme, state=ProposalState.OFFERED, expires_at=now + timedelta(days=1))

    assert rules.can_answer(offer.mentee.person, offer, now)
    assert rules.can_answer(offer.mentor.person, offer, now)
    assert not rules.can_answer(world.manager, offer, now)
    assert not rules.can_answer(offer.mentee.person, offer, now + timedelta(days=1))
    offer.expires_at = None
    assert rules.can_answer(offer.mentee.person, offer, now)
    offer.state = ProposalState.REFUSED
    assert not rules.can_answer(offer.mentee.person, offer, now)


@pytest.mark.parametrize("side", ["mentees", "mentors"])
def test_asking_is_for_approved_people_of_a_self_match_programme(world: World, side: str) -> None:
    asker: Enrolment = getattr(world, side)[0]
    assert not rules.can_ask(asker.person, asker, world.programme)
    for method in SELF_MATCH:
        world.programme.matching["method"] = method
        assert rules.can_ask(asker.person, asker, world.programme)
    assert not rules.can_ask(PersonFactory(organisation=world.manager.organisation), asker, world.programme)
    world.programme.model = MentoringModel.PEER
    assert not rules.can_ask(asker.person, asker, world.programme)
    world.programme.model = MentoringModel.FORMAL
    asker.state = EnrolmentState.PAUSED
    assert not rules.can_ask(asker.person, asker, world.programme)
