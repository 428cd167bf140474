"""Two people act at the same moment. Run on SQLite and, through DATABASE_URL, on PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from tests.factories.matching import ProposalFactory, WishFactory, World, a_published_round, a_world, pair_of
from tests.factories.mentorships import a_pair
from tests.factories.people import OrganisationFactory
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions.following import ask_next_wish
from trellis.matching.actions.offers import answer_offer, close_offers_of, remind_and_expire
from trellis.matching.actions.requests import ask, ask_on
from trellis.matching.actions.review import offer_next_choice
from trellis.matching.actions.rounds import start_round, undo_publish
from trellis.matching.actions.waiting import tell_places, wait_for_place
from trellis.matching.choices import ProposalState
from trellis.matching.models import OfferAnswer, Proposal, Round
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.models import Mentorship
from trellis.notifications.models import Notice
from trellis.programmes.actions.enrolment import set_findable
from trellis.programmes.actions.pausing import pause_enrolment
from trellis.programmes.choices import Side

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(organisation_id: int, *steps: Callable[[], object]) -> list[str]:
    """Run the steps in threads that start together; what each was refused with, or "" for done."""
    gate = Barrier(len(steps))
    said = [""] * len(steps)

    def run(place: int, step: Callable[[], object]) -> None:
        try:
            with organisation_scope(organisation_id):
                gate.wait(timeout=20)
                step()
        except Refusal as refusal:
            said[place] = str(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def a_small_world(mentees: int, **programme: object) -> World:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        return a_world(organisation, mentees=mentees, mentors=1, **programme)


def test_the_last_place_is_given_once() -> None:
    world = a_small_world(2)
    organisation_id = world.programme.organisation_id
    mentor = world.mentors[0]
    with organisation_scope(organisation_id):
        offers = [
            ProposalFactory(programme=world.programme, mentee=mentee, mentor=mentor, state=ProposalState.OFFERED)
            for mentee in world.mentees
        ]
        for offer in offers:
            answer_offer(by=mentor.person, proposal=offer, accepted=True, now=clock.now())

    said = at_once(
        organisation_id,
        *(
            partial(answer_offer, by=offer.mentee.person, proposal=offer, accepted=True, now=clock.now())
            for offer in offers
        ),
    )

    assert sorted(bool(words) for words in said) == [False, True]
    assert any("This offer is no longer open" in words for words in said)
    with organisation_scope(organisation_id):
        assert Mentorship.objects.count() == 1
        assert sorted(Proposal.objects.values_list("state", flat=True)) == ["accepted", "withdrawn"]
        assert OfferAnswer.objects.count() == 3


def test_two_clicks_make_one_round() -> None:
    world = a_small_world(1)

    def start() -> Round:
        return start_round(by=world.manager, programme=world.programme, now=clock.now())

    said = at_once(world.programme.organisation_id, start, start)

    assert sorted(said)[0] == ""
    assert "A round is still open" in sorted(said)[1]


def test_two_mentees_who_ask_for_the_last_place_get_it_once() -> None:
    world = a_small_world(
        2, matching={"weights": {"skill_coverage": 100}, "method": "self_chosen", "ideal_level_gap": [1, 3]}
    )

    said = at_once(
        world.programme.organisation_id,
        *(
            partial(ask, by=mentee.person, asker=mentee, asked=world.mentors[0], now=clock.now())
            for mentee in world.mentees
        ),
    )

    assert sorted(said)[0] == ""
    assert "has no free place: 1 of 1 are taken." in sorted(said)[1]
    with organisation_scope(world.programme.organisation_id):
        assert Proposal.objects.filter(state=ProposalState.OFFERED).count() == 1


def test_two_who_ask_each_other_get_one_offer_and_the_second_is_led_to_it() -> None:
    world = a_small_world(
        1, matching={"weights": {"skill_coverage": 100}, "method": "self_chosen", "ideal_level_gap": [1, 3]}
    )
    mentee, mentor = world.mentees[0], world.mentors[0]
    with organisation_scope(world.programme.organisation_id):
        set_findable(by=mentee.person, enrolment=mentee, findable=True, now=clock.now())

    said = at_once(
        world.programme.organisation_id,
        partial(ask, by=mentee.person, asker=mentee, asked=mentor, now=clock.now()),
        partial(ask, by=mentor.person, asker=mentor, asked=mentee, now=clock.now()),
    )

    assert sorted(said)[0] == ""
    assert sorted(said)[1].endswith("has asked you already: your answer is waited for.")
    with organisation_scope(world.programme.organisation_id):
        assert Proposal.objects.get().state == ProposalState.OFFERED


def meanwhile(organisation_id: int, first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """`second` begins while `first` is done but not committed; what the second was refused with, or "" for done."""
    said: list[str] = []
    with organisation_scope(organisation_id), transaction.atomic():
        first()
        thread = Thread(target=lambda: said.extend(at_once(organisation_id, second)))
        thread.start()
        thread.join(timeout=0.5)
    thread.join()
    return said


def test_a_round_taken_back_while_the_last_yes_is_given_leaves_no_loose_mentorship() -> None:
    world = a_small_world(1)
    organisation_id = world.programme.organisation_id
    with organisation_scope(organisation_id):
        found = a_published_round(world)
        offer = pair_of(found, world.mentees[0])
        answer_offer(by=offer.mentor.person, proposal=offer, accepted=True, now=clock.now())

    said = meanwhile(
        organisation_id,
        lambda: answer_offer(by=offer.mentee.person, proposal=offer, accepted=True, now=clock.now()),
        lambda: undo_publish(by=world.manager, found=found, now=clock.now()),
    )

    assert said == [""]
    with organisation_scope(organisation_id):
        assert Mentorship.objects.count() == 0
        assert sorted(Proposal.objects.values_list("state", flat=True)) == ["approved", "withdrawn"]


def test_a_next_choice_is_not_offered_out_of_a_round_that_is_being_taken_back() -> None:
    world = a_small_world(1)
    organisation_id = world.programme.organisation_id
    with organisation_scope(organisation_id):
        world.mentors.append(world.enrol(Side.MENTOR, skills=[("negotiation", 4)]))
        found = a_published_round(world)
        offer = pair_of(found, world.mentees[0])
        answer_offer(by=offer.mentor.person, proposal=offer, accepted=False, now=clock.now())
        following = found.proposals.get(state=ProposalState.UNDER_REVIEW)

    said = meanwhile(
        organisation_id,
        lambda: undo_publish(by=world.manager, found=found, now=clock.now()),
        lambda: offer_next_choice(by=world.manager, proposal=following, now=clock.now()),
    )

    assert "This round is now: under review" in said[0]
    with organisation_scope(organisation_id):
        assert not Proposal.objects.filter(state=ProposalState.OFFERED).exists()


def test_an_answer_given_while_offers_run_out_is_either_taken_or_closed() -> None:
    world = a_small_world(1)
    organisation_id = world.programme.organisation_id
    with organisation_scope(organisation_id):
        offer = pair_of(a_published_round(world), world.mentees[0])
        answer_offer(by=offer.mentor.person, proposal=offer, accepted=True, now=clock.now())
        expires_at = Proposal.objects.get(pk=offer.pk).expires_at
        assert expires_at
    swept: list[tuple[int, int]] = []

    said = meanwhile(
        organisation_id,
        lambda: answer_offer(
            by=offer.mentee.person, proposal=offer, accepted=True, now=expires_at - timedelta(seconds=1)
        ),
        lambda: swept.append(remind_and_expire(now=expires_at)),
    )

    assert said == [""]
    assert swept == [(0, 0)]
    with organisation_scope(organisation_id):
        assert Proposal.objects.get(pk=offer.pk).state == ProposalState.ACCEPTED
        assert Mentorship.objects.count() == 1


@pytest.mark.parametrize("attempt", range(6))
def test_nobody_waits_in_a_circle(attempt: int) -> None:
    """A yes closes the other offers of a mentor who is full, while those are answered, run out or are taken back."""
    world = a_small_world(4)
    organisation_id = world.programme.organisation_id
    with organisation_scope(organisation_id):
        mentor = world.mentors[0]
        offers = [
            ProposalFactory(
                programme=world.programme, mentee=mentee, mentor=mentor, state=ProposalState.OFFERED,
                offered_at=clock.now(), expires_at=clock.now() + timedelta(days=14),
            )
            for mentee in reversed(world.mentees)
        ]  # fmt: skip
        answer_offer(by=mentor.person, proposal=offers[-1], accepted=True, now=clock.now())

    at_once(
        organisation_id,
        lambda: answer_offer(by=offers[-1].mentee.person, proposal=offers[-1], accepted=True, now=clock.now()),
        *(
            partial(answer_offer, by=offer.mentee.person, proposal=offer, accepted=False, now=clock.now())
            for offer in offers[:-1]
        ),
        lambda: remind_and_expire(now=clock.now() + timedelta(days=3)),
    )

    with organisation_scope(organisation_id):
        assert Mentorship.objects.count() == 1
        assert not Proposal.objects.filter(state=ProposalState.OFFERED).exists()


SELF = {"weights": {"skill_coverage": 100}, "method": "self_chosen", "ideal_level_gap": [1, 3]}


def test_two_requests_that_fall_through_to_the_same_last_place_get_it_once() -> None:
    """Both mentees want their next wish asked at the same moment, and it is the same mentor."""
    world = a_small_world(2, matching=SELF)
    organisation_id = world.programme.organisation_id
    with organisation_scope(organisation_id):
        first = world.enrol(Side.MENTOR, places=2)
        closed = []
        for mentee in world.mentees:
            WishFactory(wisher=mentee, wished=world.mentors[0])
            ask_on(by=mentee.person, asker=mentee, wanted=True, now=clock.now())
            asked = ask(by=mentee.person, asker=mentee, asked=first, now=clock.now())
            closed.append(answer_offer(by=first.person, proposal=asked, accepted=False, now=clock.now()))

    said = at_once(organisation_id, *(partial(ask_next_wish, after=each, now=clock.now()) for each in closed))

    assert said == ["", ""]
    with organisation_scope(organisation_id):
        assert Proposal.objects.filter(state=ProposalState.OFFERED, mentor=world.mentors[0]).count() == 1
        kinds = Notice.objects.filter(kind__startswith="matching.request_", key__endswith=":not_taken")
        assert sorted(kinds.values_list("kind", flat=True)) == [
            "matching.request_not_taken", "matching.request_passed_on",
        ]  # fmt: skip


def test_the_line_for_a_place_is_told_once() -> None:
    world = a_small_world(1, matching=SELF)
    organisation_id = world.programme.organisation_id
    with organisation_scope(organisation_id):
        mentor, mentee = world.mentors[0], world.mentees[0]
        pair = a_pair(world.programme, mentor=mentor.person)
        wait_for_place(by=mentee.person, mentee=mentee, mentor=mentor, now=clock.now())
        end_mentorship(by=None, mentorship=pair, now=clock.now())

    at_once(organisation_id, *[partial(tell_places, programme=world.programme, now=clock.now())] * 3)

    with organisation_scope(organisation_id):
        assert Notice.objects.filter(kind="matching.place_open").count() == 1


def test_two_interests_at_once_make_one_meeting_and_no_mentorship() -> None:
    world = a_small_world(1, matching={"weights": {"skill_coverage": 100}, "first_meeting": True})
    organisation_id = world.programme.organisation_id
    with organisation_scope(organisation_id):
        offer = pair_of(a_published_round(world), world.mentees[0])

    said = at_once(
        organisation_id,
        *(
            partial(answer_offer, by=side.person, proposal=offer, accepted=True, now=clock.now())
            for side in (offer.mentee, offer.mentor)
        ),
    )

    assert said == ["", ""]
    with organisation_scope(organisation_id):
        assert Mentorship.objects.count() == 0
        assert Proposal.objects.get(pk=offer.pk).meeting_from is not None
        assert Notice.objects.filter(kind="matching.meet_first").count() == 2


def test_a_question_put_meanwhile_does_not_run_out_with_the_old_clock() -> None:
    world = a_small_world(1, matching={"weights": {"skill_coverage": 100}, "approval": "mentor_first"})
    organisation_id = world.programme.organisation_id
    with organisation_scope(organisation_id):
        offer = pair_of(a_published_round(world), world.mentees[0])
        assert offer.expires_at
        over = offer.expires_at
    swept: list[tuple[int, int]] = []

    meanwhile(
        organisation_id,
        lambda: answer_offer(by=offer.mentor.person, proposal=offer, accepted=True, now=over - timedelta(seconds=1)),
        lambda: swept.append(remind_and_expire(now=over)),
    )

    assert swept == [(0, 0)]
    with organisation_scope(organisation_id):
        assert Proposal.objects.get(pk=offer.pk).state == ProposalState.OFFERED


@pytest.mark.parametrize("attempt", range(3))
def test_a_break_and_an_answer_at_once_leave_nobody_waiting(attempt: int) -> None:
    world = a_small_world(2)
    organisation_id = world.programme.organisation_id
    with organisation_scope(organisation_id):
        mentor = world.mentors[0]
        offer = pair_of(a_published_round(world), world.mentees[0])
        answer_offer(by=offer.mentee.person, proposal=offer, accepted=True, now=clock.now())

    def away() -> None:
        pause_enrolment(by=mentor.person, enrolment=mentor, now=clock.now())
        close_offers_of(enrolment=mentor, now=clock.now())

    at_once(
        organisation_id,
        away,
        lambda: answer_offer(by=mentor.person, proposal=offer, accepted=True, now=clock.now()),
    )

    with organisation_scope(organisation_id):
        assert not Proposal.objects.filter(state=ProposalState.OFFERED, mentor=mentor).exists()
