"""What follows a request: the cap, the next wish, the line for a mentor who is full."""

from datetime import datetime, timedelta

import pytest

from tests.factories.matching import ProposalFactory, WishFactory, World, a_world
from tests.factories.mentorships import a_pair
from trellis.kernel import clock
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs import drain
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions import requests
from trellis.matching.actions.offers import answer_offer, remind_and_expire
from trellis.matching.actions.requests import CannotAsk, TooManyRequests, ask_on
from trellis.matching.actions.waiting import TURN_LASTS, CannotWait, stop_waiting, tell_places, wait_for_place
from trellis.matching.choices import ProposalOrigin, ProposalState
from trellis.matching.models import OfferAnswer, PlaceWait, Proposal
from trellis.mentorships.actions import end_mentorship
from trellis.notifications.models import Notice
from trellis.people.models import Organisation
from trellis.programmes.actions.enrolment import set_places
from trellis.programmes.actions.pausing import pause_enrolment, resume_enrolment
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment

SELF = {"weights": {"skill_coverage": 60, "balance": 40}, "method": "self_chosen", "suggestions": 3}


@pytest.fixture
def world(organisation: Organisation) -> World:
    return a_world(organisation, matching=SELF)


@pytest.fixture
def mentee(world: World) -> Enrolment:
    return world.mentees[0]


def ask(mentee: Enrolment, mentor: Enrolment) -> Proposal:
    return requests.ask(by=mentee.person, asker=mentee, asked=mentor, now=clock.now())


def wish(mentee: Enrolment, *mentors: Enrolment) -> None:
    for rank, mentor in enumerate(mentors, start=1):
        WishFactory(wisher=mentee, wished=mentor, rank=rank)


def agree(mentee: Enrolment) -> None:
    ask_on(by=mentee.person, asker=mentee, wanted=True, now=clock.now())


def no(proposal: Proposal, side: str = "mentor") -> Proposal:
    return answer_offer(by=getattr(proposal, side).person, proposal=proposal, accepted=False, now=clock.now())


def told(mentee: Enrolment) -> list[str]:
    mine = Notice.objects.filter(person=mentee.person, kind__startswith="matching.").order_by("id")
    return [kind.removeprefix("matching.") for kind in mine.values_list("kind", flat=True)]


# --- caps


@pytest.mark.parametrize("most", [1, 2])
def test_the_programme_says_how_many_answers_one_may_wait_for(world: World, mentee: Enrolment, most: int) -> None:
    world.programme.matching = {**SELF, "open_requests": most}
    world.programme.save()
    for mentor in world.mentors[:most]:
        ask(mentee, mentor)

    with pytest.raises(TooManyRequests, match=f"You are already waiting for {most} answer"):
        ask(mentee, world.mentors[most])


def test_no_mentor_has_more_requests_than_the_cap(world: World) -> None:
    world.programme.matching = {**SELF, "open_requests": 2}
    world.programme.save()
    mentor = world.mentors[0]
    mentor.places = 5
    mentor.save()
    for mentee in world.mentees[:2]:
        ask(mentee, mentor)

    with pytest.raises(CannotAsk, match=f"{mentor.person.full_name} has other requests to answer first"):
        ask(world.mentees[2], mentor)


def test_nobody_on_a_break_is_asked_and_open_requests_are_closed(world: World, mentee: Enrolment) -> None:
    mentor = world.mentors[0]
    one = ask(mentee, mentor)

    pause_enrolment(by=mentor.person, enrolment=mentor, now=clock.now())
    drain()

    one.refresh_from_db()
    assert (one.state, told(mentee)) == (ProposalState.WITHDRAWN, ["request_not_taken"])
    with pytest.raises(CannotAsk, match="is not taking part at the moment"):
        ask(mentee, mentor)


def test_fewer_places_close_what_cannot_be_taken_any_more(world: World, mentee: Enrolment) -> None:
    mentor = world.mentors[0]
    mentor.places = 2
    mentor.save()
    a_pair(world.programme, mentor=mentor.person)
    one = ask(mentee, mentor)

    set_places(by=mentor.person, enrolment=mentor, places=1, now=clock.now())
    drain()

    one.refresh_from_db()
    assert one.state == ProposalState.WITHDRAWN


def test_fewer_places_leave_what_still_fits(world: World, mentee: Enrolment) -> None:
    mentor = world.mentors[0]
    mentor.places = 3
    mentor.save()
    one = ask(mentee, mentor)

    set_places(by=mentor.person, enrolment=mentor, places=1, now=clock.now())
    drain()

    one.refresh_from_db()
    assert one.state == ProposalState.OFFERED


# --- the next wish


def test_after_a_no_the_next_wish_is_asked_if_that_was_wanted(world: World, mentee: Enrolment) -> None:
    a, b, c = world.mentors
    wish(mentee, a, b, c)
    agree(mentee)

    no(ask(mentee, a))
    drain()

    following = Proposal.objects.get(state=ProposalState.OFFERED)
    assert (following.mentor, following.origin) == (b, ProposalOrigin.REQUEST)
    assert list(OfferAnswer.objects.filter(proposal=following).values_list("person", "accepted")) == [
        (mentee.person_id, True)
    ]
    assert told(mentee) == ["request_passed_on"]
    assert Notice.objects.filter(person=b.person, kind="matching.request_to_mentor").count() == 1


def test_the_wishes_are_asked_one_after_the_other_and_nobody_twice(world: World, mentee: Enrolment) -> None:
    wish(mentee, *world.mentors)
    agree(mentee)
    ask(mentee, world.mentors[1])
    asked = []

    for _turn in range(3):
        current = Proposal.objects.get(state=ProposalState.OFFERED)
        asked.append(current.mentor)
        no(current)
        drain()

    assert asked == [world.mentors[1], world.mentors[0], world.mentors[2]]
    assert told(mentee) == ["request_passed_on", "request_passed_on", "request_not_taken"]
    assert not Proposal.objects.filter(state=ProposalState.OFFERED).exists()


def test_a_request_that_ran_out_asks_the_next_wish_too(world: World, mentee: Enrolment) -> None:
    wish(mentee, *world.mentors[:2])
    agree(mentee)
    one = ask(mentee, world.mentors[0])
    assert one.expires_at

    remind_and_expire(now=one.expires_at)
    drain()

    assert Proposal.objects.get(state=ProposalState.OFFERED).mentor == world.mentors[1]


def test_wishes_who_cannot_be_asked_are_passed_over(world: World, mentee: Enrolment) -> None:
    a, b, c = world.mentors
    wish(mentee, a, b, c)
    agree(mentee)
    one = ask(mentee, a)
    a_pair(world.programme, mentor=b.person)

    no(one)
    drain()

    assert Proposal.objects.get(state=ProposalState.OFFERED).mentor == c


def test_without_consent_nobody_else_is_asked(world: World, mentee: Enrolment) -> None:
    wish(mentee, *world.mentors)

    no(ask(mentee, world.mentors[0]))
    drain()

    assert (Proposal.objects.count(), told(mentee)) == (1, ["request_not_taken"])


def test_consent_can_be_taken_back(world: World, mentee: Enrolment) -> None:
    wish(mentee, *world.mentors)
    agree(mentee)
    one = ask(mentee, world.mentors[0])
    ask_on(by=mentee.person, asker=mentee, wanted=False, now=clock.now())

    no(one)
    drain()

    assert Proposal.objects.count() == 1


def test_who_takes_a_request_back_asks_nobody_else(world: World, mentee: Enrolment) -> None:
    wish(mentee, *world.mentors)
    agree(mentee)

    no(ask(mentee, world.mentors[0]), "mentee")
    drain()

    assert (Proposal.objects.count(), told(mentee)) == (1, [])


def test_who_has_found_a_mentor_meanwhile_asks_nobody_else(world: World, mentee: Enrolment) -> None:
    wish(mentee, *world.mentors)
    agree(mentee)
    one, other = (ask(mentee, mentor) for mentor in world.mentors[:2])
    no(one)
    answer_offer(by=other.mentor.person, proposal=other, accepted=True, now=clock.now())

    drain()

    assert (Proposal.objects.count(), told(mentee)) == (2, [])


def test_only_the_mentee_consents(world: World, mentee: Enrolment) -> None:
    with pytest.raises(NotAllowed):
        ask_on(by=world.manager, asker=mentee, wanted=True, now=clock.now())


# --- waiting for a place


@pytest.fixture
def full(world: World) -> Enrolment:
    """A mentor without a free place."""
    a_pair(world.programme, mentor=world.mentors[0].person)
    return world.mentors[0]


def wait(mentee: Enrolment, mentor: Enrolment, at: datetime | None = None) -> PlaceWait:
    return wait_for_place(by=mentee.person, mentee=mentee, mentor=mentor, now=at or clock.now())


def test_who_waits_is_told_once_when_a_place_opens(mentee: Enrolment, full: Enrolment) -> None:
    wait(mentee, full)
    wait(mentee, full)
    assert tell_places(programme=mentee.programme, now=clock.now()) == 0

    set_places(by=full.person, enrolment=full, places=2, now=clock.now())
    drain()
    drain()

    assert told(mentee) == ["place_open"]
    assert PlaceWait.objects.count() == 1


def test_an_ending_opens_a_place(mentee: Enrolment, full: Enrolment) -> None:
    wait(mentee, full)

    end_mentorship(by=None, mentorship=full.person.parties.get().mentorship, now=clock.now())
    drain()

    assert told(mentee) == ["place_open"]


def test_a_request_that_comes_to_nothing_opens_a_place(world: World) -> None:
    first, second, mentor = *world.mentees[:2], world.mentors[0]
    one = ask(first, mentor)
    wait(second, mentor)

    no(one)
    drain()

    assert told(second) == ["place_open"]


def test_as_many_are_told_as_there_are_places_and_the_next_after_three_days(world: World, full: Enrolment) -> None:
    for mentee in world.mentees:
        wait(mentee, full)
    set_places(by=full.person, enrolment=full, places=2, now=clock.now())
    at = clock.now()

    assert [
        tell_places(programme=world.programme, now=at + after)
        for after in (timedelta(0), timedelta(days=2), TURN_LASTS, TURN_LASTS * 2, TURN_LASTS * 3)
    ] == [1, 0, 1, 1, 0]
    assert [told(mentee) for mentee in world.mentees] == [["place_open"]] * 3
    assert PlaceWait.objects.count() == 0


def test_asking_ends_the_wait(mentee: Enrolment, full: Enrolment) -> None:
    wait(mentee, full)
    full.places = 2
    full.save()

    ask(mentee, full)

    assert not PlaceWait.objects.exists()


def test_who_has_a_mentor_waits_for_nobody(world: World, mentee: Enrolment, full: Enrolment) -> None:
    wait(mentee, full)

    answer_offer(
        by=world.mentors[1].person, proposal=ask(mentee, world.mentors[1]), accepted=True, now=clock.now()
    )  # fmt: skip

    assert not PlaceWait.objects.exists()


def test_a_mentor_with_a_place_is_not_waited_for(world: World, mentee: Enrolment) -> None:
    with pytest.raises(CannotWait, match="has a free place: you can ask now"):
        wait(mentee, world.mentors[1])


def test_a_rule_that_keeps_two_apart_is_not_waited_out(mentee: Enrolment, full: Enrolment) -> None:
    full.no_match = f"[{mentee.person_id}]"
    full.save()

    with pytest.raises(CannotWait, match="cannot be asked in this programme"):
        wait(mentee, full)


def test_a_mentor_back_from_a_break_is_told_to_who_waited(world: World, mentee: Enrolment) -> None:
    mentor = world.mentors[0]
    one = ask(world.mentees[1], mentor)
    wait(mentee, mentor)
    pause_enrolment(by=mentor.person, enrolment=mentor, now=clock.now())
    drain()
    one.refresh_from_db()
    assert (one.state, told(mentee)) == (ProposalState.WITHDRAWN, [])

    resume_enrolment(by=mentor.person, enrolment=mentor, now=clock.now())
    drain()

    assert told(mentee) == ["place_open"]


def test_nobody_waits_in_anothers_name(world: World, mentee: Enrolment, full: Enrolment) -> None:
    with pytest.raises(NotAllowed):
        wait_for_place(by=world.manager, mentee=mentee, mentor=full, now=clock.now())
    wait(mentee, full)
    with pytest.raises(NotAllowed):
        stop_waiting(by=world.manager, mentee=mentee, mentor=full, now=clock.now())

    stop_waiting(by=mentee.person, mentee=mentee, mentor=full, now=clock.now())

    assert not PlaceWait.objects.exists()


def test_the_line_of_another_organisation_is_not_touched(
    world: World, mentee: Enrolment, full: Enrolment, other_organisation: Organisation
) -> None:
    wait(mentee, full)
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation, matching=SELF)
        ProposalFactory(programme=theirs.programme)
        assert tell_places(programme=theirs.programme, now=clock.now()) == 0
        assert not PlaceWait.objects.exists()


def test_a_mentor_does_not_wait(world: World, full: Enrolment) -> None:
    with pytest.raises(NotAllowed):
        wait_for_place(by=full.person, mentee=world.enrol(Side.MENTOR), mentor=full, now=clock.now())
