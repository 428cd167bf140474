from datetime import timedelta

import pytest
from django.core import mail

from tests.factories.matching import World, a_published_round, a_round, pair_of
from tests.factories.meetings import MeetingFactory
from tests.factories.mentorships import a_pair
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs import drain
from trellis.matching.actions.offers import answer_offer
from trellis.matching.actions.publishing import NothingApproved, NotReady
from trellis.matching.actions.review import decide, offer_next_choice, pass_over
from trellis.matching.actions.rounds import WrongState, publish_round, run_again, solve_round, undo_publish
from trellis.matching.actions.taking_back import TooLateToUndo
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import OfferAnswer, Proposal, Round
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Delivery, Notice
from trellis.programmes.choices import EnrolmentState, Side


def states(found: Round) -> dict[str, int]:
    rows = found.proposals.values_list("state", flat=True)
    return {state: list(rows).count(state) for state in set(rows)}


def say(proposal: Proposal, *, mentee: bool | None = None, mentor: bool | None = None) -> Proposal:
    for answer, side in ((mentee, proposal.mentee), (mentor, proposal.mentor)):
        if answer is not None:
            proposal = answer_offer(by=side.person, proposal=proposal, accepted=answer, now=clock.now())
    return proposal


def test_only_approved_pairs_are_offered_and_the_rest_declined(world: World) -> None:
    found = a_round(world)
    one = pair_of(found, world.mentees[0])
    decide(by=world.manager, found=found, proposals=[one.pk], to=ProposalState.APPROVED, now=clock.now())
    Notice.objects.all().delete()

    assert publish_round(by=world.manager, found=found, now=clock.now()) == 1

    assert states(found) == {ProposalState.OFFERED: 1, ProposalState.DECLINED: 2}
    assert set(Notice.objects.values_list("person", "kind", "path")) == {
        (one.mentee.person_id, "matching.offer_to_mentee", f"/offers/{one.pk}/"),
        (one.mentor.person_id, "matching.offer_to_mentor", f"/offers/{one.pk}/"),
    }


def test_an_offer_stands_for_fourteen_days(world: World) -> None:
    found = a_published_round(world)
    one = pair_of(found, world.mentees[0])

    assert one.offered_at
    assert one.expires_at
    assert one.expires_at - one.offered_at == timedelta(days=14)
    assert found.published_by == world.manager
    assert found.undo_until
    assert found.published_at
    assert found.undo_until - found.published_at == timedelta(minutes=60)


def test_nothing_approved_is_refused(world: World) -> None:
    with pytest.raises(NothingApproved, match="Approve at least one pair first"):
        publish_round(by=world.manager, found=a_round(world), now=clock.now())


def test_publishing_twice_is_refused(world: World) -> None:
    found = a_published_round(world)

    with pytest.raises(WrongState, match="This round is now: published"):
        publish_round(by=world.manager, found=found, now=clock.now())


def test_publishing_is_for_those_who_run_the_programme(world: World) -> None:
    with pytest.raises(NotAllowed):
        publish_round(by=world.mentors[0].person, found=a_round(world), now=clock.now())


def test_a_pair_in_which_somebody_has_paused_is_not_published(world: World) -> None:
    found = a_round(world)
    everything = found.proposals.values_list("pk", flat=True)
    decide(by=world.manager, found=found, proposals=everything, to=ProposalState.APPROVED, now=clock.now())
    world.mentors[1].state = EnrolmentState.PAUSED
    world.mentors[1].save()

    with pytest.raises(NotReady, match=f"{world.mentors[1].person.full_name} has paused. Dec"):
        publish_round(by=world.manager, found=found, now=clock.now())
    assert states(found) == {ProposalState.APPROVED: 3}


def test_a_pair_that_has_found_each_other_meanwhile_is_not_published(world: World) -> None:
    found = a_round(world)
    everything = found.proposals.values_list("pk", flat=True)
    decide(by=world.manager, found=found, proposals=everything, to=ProposalState.APPROVED, now=clock.now())
    one, two = (mentee.person for mentee in world.mentees[:2])
    a_pair(world.programme, mentee=one, mentor=world.mentors[0].person)
    a_pair(world.programme, mentee=two)

    with pytest.raises(NotReady) as refused:
        publish_round(by=world.manager, found=found, now=clock.now())

    assert str(refused.value) == (
        f"Since the round was solved: {one.full_name} and {world.mentors[0].person.full_name} are together, asked "
        f"already, or one of them said no; {two.full_name} has no free place left. Decline these pairs, or run the "
        "round again."
    )


def test_undo_puts_everything_back_and_stops_unsent_mail(world: World) -> None:
    found = a_published_round(world)

    assert undo_publish(by=world.manager, found=found, now=clock.now()) == 3

    found.refresh_from_db()
    assert (found.state, found.undo_until, found.published_at) == (RoundState.REVIEW, None, None)
    assert states(found) == {ProposalState.WITHDRAWN: 3, ProposalState.APPROVED: 3}
    assert Notice.objects.filter(kind="matching.offer_withdrawn").count() == 0
    offers = Delivery.objects.filter(notice__kind__startswith="matching.offer_to")
    assert set(offers.values_list("state", flat=True)) == {Delivery.State.SKIPPED}


def test_undo_corrects_everybody_who_was_mailed(world: World) -> None:
    found = a_published_round(world)
    drain()
    mail.outbox.clear()

    undo_publish(by=world.manager, found=found, now=clock.now())
    drain()

    everybody = {side.person.email for side in (*world.mentees, *world.mentors)}
    assert {message.to[0] for message in mail.outbox} == everybody
    assert {message.subject for message in mail.outbox} == {
        f"Please disregard our last mail about {world.programme.name}"
    }


def test_undo_takes_back_mentorships_that_have_started(world: World) -> None:
    found = a_published_round(world)
    say(pair_of(found, world.mentees[0]), mentee=True, mentor=True)
    assert Mentorship.objects.count() == 1

    undo_publish(by=world.manager, found=found, now=clock.now())

    assert Mentorship.objects.count() == 0
    assert states(found) == {ProposalState.WITHDRAWN: 3, ProposalState.APPROVED: 3}


def test_undo_leaves_two_people_who_have_begun(world: World) -> None:
    found = a_published_round(world)
    begun = say(pair_of(found, world.mentees[0]), mentee=True, mentor=True)
    assert begun.mentorship
    MeetingFactory(mentorship=begun.mentorship)

    assert undo_publish(by=world.manager, found=found, now=clock.now()) == 2

    begun.refresh_from_db()
    assert (begun.state, Mentorship.objects.count()) == (ProposalState.ACCEPTED, 1)


def test_a_no_stands_when_a_round_is_taken_back(world: World) -> None:
    spare = world.enrol(Side.MENTOR)
    found = a_published_round(world)
    refused = say(pair_of(found, world.mentees[0]), mentor=False)
    following = found.proposals.get(origin=ProposalOrigin.FALL_THROUGH)

    undo_publish(by=world.manager, found=found, now=clock.now())

    refused.refresh_from_db()
    following.refresh_from_db()
    assert (refused.state, following.state, following.mentor) == (
        ProposalState.REFUSED, ProposalState.WITHDRAWN, spare,
    )  # fmt: skip
    assert not found.proposals.filter(mentee=refused.mentee, state=ProposalState.APPROVED).exists()
    fresh = solve_round(found=run_again(by=world.manager, found=found, now=clock.now()), now=clock.now())
    assert not fresh.proposals.filter(mentee=refused.mentee, mentor=refused.mentor).exists()


def test_a_next_choice_that_was_offered_is_withdrawn_and_not_laid_out_again(world: World) -> None:
    world.enrol(Side.MENTOR)
    found = a_published_round(world)
    say(pair_of(found, world.mentees[0]), mentor=False)
    following = found.proposals.get(origin=ProposalOrigin.FALL_THROUGH)
    offer_next_choice(by=world.manager, proposal=following, now=clock.now())

    undo_publish(by=world.manager, found=found, now=clock.now())

    assert list(found.proposals.filter(mentee=world.mentees[0]).order_by("id").values_list("state", flat=True)) == [
        ProposalState.REFUSED, ProposalState.WITHDRAWN,
    ]  # fmt: skip


def test_a_next_choice_that_an_undo_took_away_may_come_up_again(world: World) -> None:
    """Nobody decided against it; a next choice that was passed over stays apart."""
    spare = world.enrol(Side.MENTOR)
    found = a_published_round(world)
    refused = say(pair_of(found, world.mentees[0]), mentor=False)
    undo_publish(by=world.manager, found=found, now=clock.now())

    fresh = solve_round(found=run_again(by=world.manager, found=found, now=clock.now()), now=clock.now())

    assert pair_of(fresh, refused.mentee).mentor == spare


def test_a_next_choice_that_was_passed_over_stays_apart_after_an_undo(world: World) -> None:
    spare = world.enrol(Side.MENTOR)
    found = a_published_round(world)
    refused = say(pair_of(found, world.mentees[0]), mentor=False)
    pass_over(by=world.manager, proposal=found.proposals.get(origin=ProposalOrigin.FALL_THROUGH), now=clock.now())
    undo_publish(by=world.manager, found=found, now=clock.now())

    fresh = solve_round(found=run_again(by=world.manager, found=found, now=clock.now()), now=clock.now())

    assert not fresh.proposals.filter(mentee=refused.mentee, mentor=spare).exists()


def test_undo_after_the_hour_is_refused(world: World) -> None:
    found = a_published_round(world)
    last = clock.now() + timedelta(minutes=59)

    with pytest.raises(TooLateToUndo, match="The hour for taking this round back has passed"):
        undo_publish(by=world.manager, found=found, now=clock.now() + timedelta(minutes=61))
    assert undo_publish(by=world.manager, found=found, now=last) == 3


def test_undo_of_a_round_under_review_is_refused(world: World) -> None:
    with pytest.raises(WrongState):
        undo_publish(by=world.manager, found=a_round(world), now=clock.now())


def test_a_round_taken_back_can_be_published_again(world: World) -> None:
    found = a_published_round(world)
    undo_publish(by=world.manager, found=found, now=clock.now())

    assert publish_round(by=world.manager, found=found, now=clock.now()) == 3

    assert states(found) == {ProposalState.WITHDRAWN: 3, ProposalState.OFFERED: 3}
    accepted = say(pair_of(found, world.mentees[0]), mentee=True, mentor=True)
    assert accepted.state == ProposalState.ACCEPTED
    assert OfferAnswer.objects.filter(proposal=accepted).count() == 2
