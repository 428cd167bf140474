"""Whose yes makes a pair, in which order they are asked, and the first meeting that binds nobody."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from tests.factories.matching import World, a_published_round, a_round, pair_of
from tests.factories.mentorships import a_pair
from trellis.kernel import clock
from trellis.kernel.jobs import drain
from trellis.matching import rules
from trellis.matching.actions.offers import NotYourTurn, answer_offer, remind_and_expire
from trellis.matching.actions.requests import ask
from trellis.matching.actions.review import decide, offer_next_choice
from trellis.matching.actions.rounds import undo_publish
from trellis.matching.choices import Approval, ProposalOrigin, ProposalState
from trellis.matching.models import OfferAnswer, Proposal
from trellis.matching.queries.offers import offer_view, open_offers
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.programmes.choices import Side
from trellis.programmes.models import Programme

IN_ORDER = [(Approval.MENTOR_FIRST, "mentor", "mentee"), (Approval.MENTEE_FIRST, "mentee", "mentor")]
ALONE = [(Approval.MENTOR, "mentor", "mentee"), (Approval.MENTEE, "mentee", "mentor")]


def agree(world: World, **settings: object) -> World:
    world.programme.matching = {**world.programme.matching, **settings}
    world.programme.save()
    return world


def published(world: World, **settings: object) -> Proposal:
    """The first mentee's pair of a round that is out under these settings."""
    return pair_of(a_published_round(agree(world, **settings)), world.mentees[0])


def say(proposal: Proposal, side: str, yes: bool = True, now: datetime | None = None) -> Proposal:
    return answer_offer(
        by=getattr(proposal, side).person, proposal=proposal, accepted=yes, now=now or clock.now()
    )  # fmt: skip


def told(proposal: Proposal, side: str) -> list[str]:
    mine = Notice.objects.filter(person=getattr(proposal, side).person, kind__startswith="matching.").order_by("id")
    return [kind.removeprefix("matching.") for kind in mine.values_list("kind", flat=True)]


def waits(proposal: Proposal, side: str) -> bool:
    return [each.pk for each in open_offers(getattr(proposal, side).person)] == [proposal.pk]


# --- settings


def test_both_are_asked_unless_the_programme_says_otherwise() -> None:
    assert rules.Agreeing.of(Programme(matching={})) == rules.Agreeing(Approval.BOTH, 3, False)
    assert rules.Agreeing.of(Programme(matching={"approval": "nobody"})).approval == Approval.BOTH


@pytest.mark.parametrize("approval", Approval.values)
def test_an_order_and_a_meeting_need_both(approval: str) -> None:
    assert rules.asks_both(approval) == (approval in {"both", "mentor_first", "mentee_first"})


# --- the programme team alone


def test_where_nobody_is_asked_the_pair_begins_when_it_is_published(world: World) -> None:
    one = published(world, approval="manager")

    assert (one.state, Mentorship.objects.count()) == (ProposalState.ACCEPTED, 3)
    assert (told(one, "mentee"), told(one, "mentor")) == ([], [])
    assert Notice.objects.filter(kind="mentorships.started").count() == 6
    assert OfferAnswer.objects.count() == 0


def test_a_round_in_which_nobody_was_asked_is_taken_back_with_one_correction_each(world: World) -> None:
    one = published(world, approval="manager")
    assert one.round
    drain()
    mail.outbox.clear()

    assert undo_publish(by=world.manager, found=one.round, now=clock.now()) == 3
    drain()

    assert Mentorship.objects.count() == 0
    assert len(mail.outbox) == 6
    assert told(one, "mentee") == []


def test_a_next_choice_begins_at_once_too(world: World) -> None:
    spare = world.enrol(Side.MENTOR)
    one = published(world)
    say(one, "mentor", yes=False)
    agree(world, approval="manager")
    following = Proposal.objects.get(origin=ProposalOrigin.FALL_THROUGH)

    done = offer_next_choice(by=world.manager, proposal=following, now=clock.now())

    assert (done.state, done.mentor) == (ProposalState.ACCEPTED, spare)


# --- one side alone


@pytest.mark.parametrize(("approval", "asked", "other"), ALONE)
def test_one_yes_is_enough_where_one_side_is_asked(world: World, approval: str, asked: str, other: str) -> None:
    one = published(world, approval=approval)
    before = told(one, asked), told(one, other), waits(one, asked), waits(one, other)

    done = say(one, asked)

    assert before == ([f"offer_to_{asked}"], [], True, False)
    assert done.state == ProposalState.ACCEPTED


@pytest.mark.parametrize(("approval", "asked", "other"), ALONE)
def test_whoever_is_not_asked_cannot_say_yes_and_can_say_no(
    world: World, approval: str, asked: str, other: str
) -> None:
    one = published(world, approval=approval)

    with pytest.raises(NotYourTurn, match="Your yes is not asked for"):
        say(one, other)

    assert OfferAnswer.objects.count() == 0
    assert say(one, other, yes=False).state == ProposalState.REFUSED
    assert told(one, asked) == [f"offer_to_{asked}", "offer_not_taken"]


@pytest.mark.parametrize(("approval", "asked", "other"), ALONE)
def test_whoever_is_not_asked_hears_nothing_of_a_no(world: World, approval: str, asked: str, other: str) -> None:
    one = published(world, approval=approval)

    say(one, asked, yes=False)

    assert told(one, other) == []


# --- in order


@pytest.mark.parametrize(("approval", "first", "second"), IN_ORDER)
def test_the_second_is_asked_after_the_first_yes(world: World, approval: str, first: str, second: str) -> None:
    one = published(world, approval=approval)
    before = waits(one, first), waits(one, second), told(one, second)

    say(one, first)

    assert before == (True, False, [])
    assert (waits(one, first), waits(one, second)) == (False, True)
    assert told(one, second) == [f"turn_of_{second}"]
    assert say(one, second).state == ProposalState.ACCEPTED


@pytest.mark.parametrize(("approval", "first", "second"), IN_ORDER)
def test_the_second_cannot_say_yes_before_their_turn(world: World, approval: str, first: str, second: str) -> None:
    one = published(world, approval=approval)

    with pytest.raises(NotYourTurn):
        say(one, second)


@pytest.mark.parametrize(("approval", "first", "second"), IN_ORDER)
def test_a_no_of_the_first_hurts_nobody(world: World, approval: str, first: str, second: str) -> None:
    one = published(world, approval=approval)

    say(one, first, yes=False)

    assert told(one, second) == []


@pytest.mark.parametrize(("approval", "first", "second"), IN_ORDER)
def test_a_no_after_a_yes_is_told_to_whoever_was_asked_meanwhile(
    world: World, approval: str, first: str, second: str
) -> None:
    one = published(world, approval=approval)
    say(one, first)

    say(one, first, yes=False)

    assert told(one, second) == [f"turn_of_{second}", "offer_not_taken"]


def test_each_question_has_fourteen_days_and_reminders_of_its_own(world: World) -> None:
    one = published(world, approval="mentor_first")
    assert one.expires_at
    late = one.expires_at - timedelta(hours=1)
    say(one, "mentor", now=late)

    remind_and_expire(now=late + timedelta(hours=49))
    one.refresh_from_db()

    assert (one.state, one.expires_at) == (ProposalState.OFFERED, late + timedelta(days=14))
    assert told(one, "mentee") == ["turn_of_mentee", "offer_reminder"]
    assert told(one, "mentor") == ["offer_to_mentor"]
    remind_and_expire(now=late + timedelta(days=14))
    one.refresh_from_db()
    assert one.state == ProposalState.EXPIRED


def test_only_whoever_is_asked_is_reminded(world: World) -> None:
    one = published(world, approval="mentor_first")

    remind_and_expire(now=clock.now() + timedelta(days=8))

    assert (told(one, "mentor")[1:], told(one, "mentee")) == (["offer_last_notice"], [])


def test_a_way_of_asking_changed_meanwhile_does_not_touch_what_is_out(world: World) -> None:
    one = published(world)
    agree(world, approval="mentor")

    assert say(one, "mentor").state == ProposalState.OFFERED
    assert say(one, "mentee").state == ProposalState.ACCEPTED


def test_an_undo_corrects_only_those_who_were_told(world: World) -> None:
    one = published(world, approval="mentor_first")
    assert one.round
    drain()
    mail.outbox.clear()

    undo_publish(by=world.manager, found=one.round, now=clock.now())
    drain()

    assert {message.to[0] for message in mail.outbox} == {mentor.person.email for mentor in world.mentors}


# --- the first meeting


def test_two_who_are_interested_meet_before_either_is_bound(world: World) -> None:
    one = published(world, first_meeting=True)
    say(one, "mentee")
    at = clock.now() + timedelta(days=3)

    done = say(one, "mentor", now=at)

    assert (done.state, done.meeting_from, done.expires_at) == (
        ProposalState.OFFERED, at, at + timedelta(days=14),
    )  # fmt: skip
    assert Mentorship.objects.count() == 0
    for side in ("mentee", "mentor"):
        assert (told(one, side)[1:], waits(one, side)) == (["meet_first"], True)


def test_after_the_meeting_two_yeses_in_any_order_begin_it(world: World) -> None:
    one = published(world, first_meeting=True, approval="mentor_first")
    for side in ("mentor", "mentee"):
        say(one, side)
    assert waits(one, "mentee")

    assert say(one, "mentee").state == ProposalState.OFFERED
    assert (waits(one, "mentee"), waits(one, "mentor")) == (False, True)
    assert say(one, "mentor").state == ProposalState.ACCEPTED
    assert list(OfferAnswer.objects.filter(proposal=one).values_list("accepted", "final")) == [(True, True)] * 2


def test_a_no_after_the_meeting_is_as_kind_as_any(world: World) -> None:
    one = published(world, first_meeting=True)
    for side in ("mentor", "mentee"):
        say(one, side)

    say(one, "mentor", yes=False)

    assert told(one, "mentee") == ["offer_to_mentee", "meet_first", "offer_not_taken"]


def test_who_has_met_is_reminded_of_the_final_word(world: World) -> None:
    one = published(world, first_meeting=True)
    for side in ("mentor", "mentee"):
        say(one, side)
    say(one, "mentee")

    remind_and_expire(now=clock.now() + timedelta(hours=49))

    assert (told(one, "mentor")[2:], told(one, "mentee")[2:]) == (["meeting_reminder"], [])


def test_a_meeting_that_leads_to_no_word_runs_out(world: World) -> None:
    one = published(world, first_meeting=True)
    for side in ("mentor", "mentee"):
        say(one, side)
    one.refresh_from_db()
    assert one.expires_at

    remind_and_expire(now=one.expires_at)

    one.refresh_from_db()
    assert one.state == ProposalState.EXPIRED


def test_where_one_side_is_asked_there_is_no_meeting_first(world: World) -> None:
    one = published(world, first_meeting=True, approval="mentor")

    assert (one.meets_first, say(one, "mentor").state) == (False, ProposalState.ACCEPTED)


def test_a_request_can_lead_to_a_meeting_first(world: World) -> None:
    agree(world, first_meeting=True, method="self_chosen")
    mentee = world.mentees[0]
    mentee.programme.refresh_from_db()
    one = ask(by=mentee.person, asker=mentee, asked=world.mentors[0], now=clock.now())

    assert say(one, "mentor").state == ProposalState.OFFERED
    assert say(one, "mentor").state == ProposalState.OFFERED
    assert say(one, "mentee").state == ProposalState.ACCEPTED


# --- what a side sees


def test_a_page_says_whose_turn_it_is(world: World) -> None:
    one = published(world, approval="mentor_first")
    now = clock.now()

    mentee, mentor = (offer_view(one, getattr(one, side).person, now) for side in ("mentee", "mentor"))

    assert (mentee.my_turn, mentee.their_turn, mentee.can_answer) == (False, True, True)
    assert (mentor.my_turn, mentor.their_turn, mentor.can_answer) == (True, False, True)


def test_an_interest_is_no_answer_to_the_final_question(world: World) -> None:
    one = published(world, first_meeting=True)
    say(one, "mentee")
    interested = offer_view(one, one.mentee.person, clock.now())
    say(one, "mentor")
    one.refresh_from_db()

    meeting = offer_view(one, one.mentee.person, clock.now())

    assert (interested.my_answer, interested.meeting) == (True, False)
    assert (meeting.my_answer, meeting.meeting, meeting.my_turn) == (None, True, True)


def test_a_yes_that_cannot_begin_saves_nothing_in_any_way_of_asking(world: World) -> None:
    one = published(world, approval="mentor")
    a_pair(one.programme, mentee=one.mentee.person)

    with pytest.raises(Exception, match="has no free place left"):
        say(one, "mentor")

    one.refresh_from_db()
    assert (one.state, OfferAnswer.objects.count()) == (ProposalState.OFFERED, 0)


def test_what_was_withdrawn_before_it_was_shown_does_not_exist_for_anybody(world: World) -> None:
    found = a_round(world)
    one = pair_of(found, world.mentees[0])
    decide(by=world.manager, found=found, proposals=[one.pk], to=ProposalState.DECLINED, now=clock.now())
    Proposal.objects.filter(pk=one.pk).update(state=ProposalState.WITHDRAWN)

    assert not Proposal.objects.of(one.mentee.person).exists()
