import pytest

from tests.factories.matching import World, a_published_round, a_round, a_world, pair_of
from tests.factories.people import PersonFactory
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.matching.actions.offers import answer_offer
from trellis.matching.actions.publishing import NotReady
from trellis.matching.actions.review import (
    PairNotPossible,
    approve_from,
    decide,
    offer_next_choice,
    pass_over,
    set_pin,
    swap,
)
from trellis.matching.actions.rounds import WrongState
from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.board import unmatched_rows
from trellis.people.models import Organisation
from trellis.programmes.choices import EnrolmentState, Side

APPROVED, DECLINED, REVIEW = ProposalState.APPROVED, ProposalState.DECLINED, ProposalState.UNDER_REVIEW


def move(world: World, found: Round, to: str, *pairs: Proposal) -> int:
    ids = [pair.pk for pair in pairs]
    return decide(by=world.manager, found=found, proposals=ids, to=to, now=clock.now())


def three(world: World) -> tuple[Round, list[Proposal]]:
    found = a_round(world)
    return found, [pair_of(found, mentee) for mentee in world.mentees]


def test_pairs_are_approved_and_who_did_it_is_kept(world: World) -> None:
    found, (one, two, _three) = three(world)

    assert move(world, found, APPROVED, one, two) == 2

    one.refresh_from_db()
    assert (one.state, one.decided_by, one.decided_at is not None) == (APPROVED, world.manager, True)
    line = AuditEntry.objects.filter(subject=f"proposal:{one.pk}").get()
    assert (line.verb, line.actor_id, line.facts) == (
        "proposal.approved", world.manager.pk, {"programme": world.programme.pk, "from": "under_review"},
    )  # fmt: skip


def test_a_second_click_changes_nothing(world: World) -> None:
    found, (one, *_) = three(world)
    move(world, found, APPROVED, one)

    assert move(world, found, APPROVED, one) == 0


def test_a_pair_goes_back_and_forth(world: World) -> None:
    found, (one, *_) = three(world)

    for to in (DECLINED, REVIEW, APPROVED, REVIEW, DECLINED, APPROVED):
        assert move(world, found, to, one) == 1
        one.refresh_from_db()
        assert one.state == to


def test_pairs_of_other_rounds_are_passed_over(world: World, organisation: Organisation) -> None:
    found, _pairs = three(world)
    elsewhere = a_round(a_world(organisation)).proposals.first()
    assert elsewhere

    assert move(world, found, APPROVED, elsewhere) == 0


def test_only_a_round_under_review_is_decided(world: World) -> None:
    found = a_published_round(world)

    with pytest.raises(WrongState):
        move(world, found, DECLINED, pair_of(found, world.mentees[0]))


def test_deciding_is_for_those_who_run_the_programme(world: World) -> None:
    found, (one, *_) = three(world)

    with pytest.raises(NotAllowed):
        decide(by=one.mentee.person, found=found, proposals=[one.pk], to=APPROVED, now=clock.now())


def test_approving_from_a_score_leaves_the_weaker_and_the_declined(world: World) -> None:
    found, (one, two, third) = three(world)
    Proposal.objects.filter(pk=one.pk).update(score=80_000)
    Proposal.objects.filter(pk=two.pk).update(score=79_999)
    Proposal.objects.filter(pk=third.pk).update(score=95_000, state=DECLINED)

    assert approve_from(by=world.manager, found=found, score=80_000, now=clock.now()) == 1

    assert list(found.proposals.order_by("id").values_list("state", flat=True)).count(APPROVED) == 1


def test_a_pin_can_be_set_and_taken_off(world: World) -> None:
    found, (one, *_) = three(world)

    assert set_pin(by=world.manager, found=found, proposal=one, pinned=True, now=clock.now()).origin == "pinned"
    assert set_pin(by=world.manager, found=found, proposal=one, pinned=False, now=clock.now()).origin == "solver"


def test_a_declined_pair_cannot_be_pinned(world: World) -> None:
    found, (one, *_) = three(world)
    move(world, found, DECLINED, one)

    with pytest.raises(PairNotPossible, match="Put it back before you pin it"):
        set_pin(by=world.manager, found=found, proposal=one, pinned=True, now=clock.now())


def test_a_swap_makes_two_approved_pairs_and_declines_the_old(world: World) -> None:
    found, (one, two, third) = three(world)

    new = swap(by=world.manager, found=found, first=one, second=two, now=clock.now())

    assert [(p.mentee, p.mentor, p.state, p.origin) for p in new] == [
        (one.mentee, two.mentor, APPROVED, ProposalOrigin.SWAP),
        (two.mentee, one.mentor, APPROVED, ProposalOrigin.SWAP),
    ]
    assert new[0].score > 0
    assert len(new[0].reasons["reasons"]) == 3
    for old in (one, two):
        old.refresh_from_db()
        assert old.state == DECLINED
    third.refresh_from_db()
    assert third.state == REVIEW


def test_who_pinned_and_swapped_is_in_the_audit_log_and_a_swap_stays_one(world: World) -> None:
    found = a_round(world)
    one, other = (pair_of(found, mentee) for mentee in world.mentees[:2])
    moved, _ = swap(by=world.manager, found=found, first=one, second=other, now=clock.now())

    set_pin(by=world.manager, found=found, proposal=moved, pinned=True, now=clock.now())
    unpinned = set_pin(by=world.manager, found=found, proposal=moved, pinned=False, now=clock.now())

    assert unpinned.origin == ProposalOrigin.SWAP
    entries = AuditEntry.objects.filter(verb__in=["proposal.swap", "proposal.pin"], subject=f"proposal:{moved.pk}")
    assert [(entry.verb, entry.actor_id, entry.facts.get("pinned")) for entry in entries.order_by("position")] == [
        ("proposal.swap", world.manager.pk, None), ("proposal.pin", world.manager.pk, True),
        ("proposal.pin", world.manager.pk, False),
    ]  # fmt: skip


def test_a_swap_can_be_swapped_back(world: World) -> None:
    found, (one, two, _three) = three(world)
    new = swap(by=world.manager, found=found, first=one, second=two, now=clock.now())

    back = swap(by=world.manager, found=found, first=new[0], second=new[1], now=clock.now())

    assert {(p.mentee, p.mentor) for p in back} == {(one.mentee, one.mentor), (two.mentee, two.mentor)}


def test_a_pair_whose_place_is_taken_cannot_come_back(world: World) -> None:
    found, (one, two, _three) = three(world)
    swap(by=world.manager, found=found, first=one, second=two, now=clock.now())

    with pytest.raises(PairNotPossible, match=f"{one.mentee.person.full_name} and .* cannot come back"):
        move(world, found, REVIEW, one)
    one.refresh_from_db()
    assert one.state == DECLINED


def test_a_swap_that_breaks_a_rule_is_refused_in_its_words_and_changes_nothing(world: World) -> None:
    boss = world.mentors[1].person
    mentee = world.mentees[0].person
    mentee.manager = boss
    mentee.save()
    found, (one, two, _three) = three(world)

    with pytest.raises(
        PairNotPossible, match=f"{mentee.full_name} and {boss.full_name} cannot be matched: a rule that"
    ):
        swap(by=world.manager, found=found, first=one, second=two, now=clock.now())
    assert found.proposals.filter(state=REVIEW).count() == 3


def test_a_pair_cannot_be_swapped_with_itself_or_within_one_mentor(world: World) -> None:
    world.mentors[0].places = 2
    world.mentors[0].save()
    found, (one, two, _three) = three(world)
    Proposal.objects.filter(pk=two.pk).update(mentor=one.mentor)

    for other in (one, two):
        with pytest.raises(PairNotPossible, match="Choose two pairs with different people on both sides"):
            swap(by=world.manager, found=found, first=one, second=other, now=clock.now())


def test_a_swap_into_a_pair_that_stands_already_is_refused(organisation: Organisation) -> None:
    world = a_world(organisation, mentees=2, mentors=2)
    for side in (*world.mentees, *world.mentors):
        side.places = 2
        side.save()
    found = a_round(world)
    one = found.proposals.get(mentee=world.mentees[0], mentor=world.mentors[0])
    other = found.proposals.get(mentee=world.mentees[1], mentor=world.mentors[1])

    with pytest.raises(PairNotPossible, match="are already a pair here"):
        swap(by=world.manager, found=found, first=one, second=other, now=clock.now())


def test_a_pair_that_has_gone_from_the_board_is_not_swapped(world: World) -> None:
    found, (one, two, _three) = three(world)
    move(world, found, DECLINED, two)

    with pytest.raises(PairNotPossible, match="no longer on the board"):
        swap(by=world.manager, found=found, first=one, second=two, now=clock.now())


@pytest.fixture
def after_a_no(world: World) -> Proposal:
    """The next choice for the first mentee, after their mentor said no."""
    world.enrol(Side.MENTOR)
    found = a_published_round(world)
    one = pair_of(found, world.mentees[0])
    answer_offer(by=one.mentor.person, proposal=one, accepted=False, now=clock.now())
    return Proposal.objects.get(origin=ProposalOrigin.FALL_THROUGH)


def test_a_next_choice_is_offered_by_a_person(world: World, after_a_no: Proposal) -> None:
    offered = offer_next_choice(by=world.manager, proposal=after_a_no, now=clock.now())

    assert (offered.state, offered.decided_by) == (ProposalState.OFFERED, world.manager)


def test_a_next_choice_approved_before_is_offered(world: World, after_a_no: Proposal) -> None:
    Proposal.objects.filter(pk=after_a_no.pk).update(state=APPROVED)

    assert offer_next_choice(by=world.manager, proposal=after_a_no, now=clock.now()).state == ProposalState.OFFERED


def test_a_next_choice_who_has_paused_is_not_offered(world: World, after_a_no: Proposal) -> None:
    after_a_no.mentor.state = EnrolmentState.PAUSED
    after_a_no.mentor.save()

    with pytest.raises(NotReady):
        offer_next_choice(by=world.manager, proposal=after_a_no, now=clock.now())


def test_passing_over_lays_out_the_one_after(world: World, after_a_no: Proposal) -> None:
    other = world.enrol(Side.MENTOR)

    following = pass_over(by=world.manager, proposal=after_a_no, now=clock.now())

    assert following
    assert (following.mentee, following.mentor) == (after_a_no.mentee, other)
    assert pass_over(by=world.manager, proposal=following, now=clock.now()) is None


def test_a_next_choice_is_decided_by_those_who_run_the_programme(world: World, after_a_no: Proposal) -> None:
    with pytest.raises(NotAllowed):
        offer_next_choice(
            by=PersonFactory(organisation=world.manager.organisation), proposal=after_a_no, now=clock.now()
        )


def test_whoever_loses_their_pair_is_unmatched_with_a_reason(world: World) -> None:
    found, (one, two, third) = three(world)
    assert unmatched_rows(found) == []
    move(world, found, DECLINED, one)
    swap(by=world.manager, found=found, first=two, second=third, now=clock.now())

    rows = unmatched_rows(found)

    assert [(row.id, row.side, row.why) for row in rows] == [
        (one.mentee.person_id, "mentee", "Their match was declined in review."),
        (one.mentor.person_id, "mentor", "Their match was declined in review."),
    ]
