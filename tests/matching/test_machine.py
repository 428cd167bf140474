"""Any order of offers, answers, requests, expiries and places given or taken keeps what must always hold."""

import os
from contextlib import ExitStack, suppress
from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.factories.matching import World, a_round, a_world
from tests.factories.people import OrganisationFactory
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.kernel.tenancy import organisation_scope
from trellis.matching import rules
from trellis.matching.actions.following import ask_next_wish
from trellis.matching.actions.offers import answer_offer, close_offers_of, remind_and_expire
from trellis.matching.actions.requests import ask, ask_on
from trellis.matching.actions.review import decide, offer_next_choice, pass_over, swap
from trellis.matching.actions.rounds import publish_round, run_again, solve_round, start_round, undo_publish
from trellis.matching.actions.waiting import tell_places, wait_for_place
from trellis.matching.actions.wishes import set_wishes
from trellis.matching.choices import ASKED_BY, Approval, ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import OfferAnswer, Proposal, Round
from trellis.matching.queries.answers import yes_sides
from trellis.matching.queries.swaps import STANDING
from trellis.mentorships.actions import end_mentorship
from trellis.mentorships.models import Mentorship
from trellis.mentorships.queries import live_parties
from trellis.programmes.actions.enrolment import set_findable
from trellis.programmes.actions.pausing import pause_enrolment, resume_enrolment
from trellis.programmes.choices import EnrolmentState

SIDE = st.integers(0, 3)
MENTORS = st.integers(0, 2)
MOST_ROUNDS = 4
MOST_REQUESTS = 2
EXAMPLES = int(os.environ.get("TRELLIS_EXAMPLES", "10"))


class Matching(RuleBasedStateMachine):
    """Four mentees, three mentors, four places between them."""

    world: World
    stack: ExitStack

    def __init__(self) -> None:
        super().__init__()
        self.now = clock.now()
        self.stack = ExitStack()
        self.atomic = transaction.atomic()
        self.stack.enter_context(self.atomic)
        organisation = OrganisationFactory()
        self.stack.enter_context(organisation_scope(organisation.pk))
        method = {"weights": {"skill_coverage": 60, "balance": 40}, "method": "self_chosen", "suggestions": 3}
        method["open_requests"] = MOST_REQUESTS
        self.world = a_world(organisation, mentees=4, mentors=3, matching=method)
        self.world.mentors[0].places = 2
        self.world.mentors[0].save()
        a_round(self.world)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.stack.close()

    # --- what can be done

    @property
    def round(self) -> Round:
        return Round.objects.latest("number")

    def one_of(self, place: int, *states: str) -> Proposal | None:
        rows = list(Proposal.objects.filter(state__in=states).order_by("id"))
        return rows[place % len(rows)] if rows else None

    @rule(place=st.integers(0, 20), to=st.sampled_from(["approved", "declined", "under_review"]))
    def review(self, place: int, to: str) -> None:
        proposal = self.one_of(place, "under_review", "approved", "declined")
        if proposal and proposal.round_id == self.round.pk:
            with suppress(Refusal):
                decide(by=self.world.manager, found=self.round, proposals=[proposal.pk], to=to, now=self.now)

    @precondition(lambda self: self.round.state == RoundState.REVIEW)
    @rule()
    def publish_everything(self) -> None:
        waiting = self.round.proposals.filter(state=ProposalState.UNDER_REVIEW).values_list("pk", flat=True)
        with suppress(Refusal):
            decide(by=self.world.manager, found=self.round, proposals=waiting, to="approved", now=self.now)
            publish_round(by=self.world.manager, found=self.round, now=self.now)

    @rule(first=SIDE, second=SIDE)
    def exchange(self, first: int, second: int) -> None:
        standing = list(self.round.proposals.filter(state__in=STANDING).order_by("id"))
        if standing:
            one, other = (standing[place % len(standing)] for place in (first, second))
            with suppress(Refusal):
                swap(by=self.world.manager, found=self.round, first=one, second=other, now=self.now)

    @precondition(lambda self: self.round.state == RoundState.REVIEW)
    @rule()
    def publish(self) -> None:
        with suppress(Refusal):
            publish_round(by=self.world.manager, found=self.round, now=self.now)

    @rule()
    def take_back(self) -> None:
        with suppress(Refusal):
            undo_publish(by=self.world.manager, found=self.round, now=self.now)

    @precondition(lambda self: self.round.number < MOST_ROUNDS)
    @rule()
    def again(self) -> None:
        with suppress(Refusal):
            solve_round(found=run_again(by=self.world.manager, found=self.round, now=self.now), now=self.now)

    @precondition(lambda self: self.round.number < MOST_ROUNDS)
    @rule()
    def another(self) -> None:
        with suppress(Refusal):
            fresh = start_round(by=self.world.manager, programme=self.world.programme, now=self.now, salt="salt")
            solve_round(found=fresh, now=self.now)

    @rule(place=st.integers(0, 20), mentor=st.booleans(), yes=st.booleans())
    def one_answers(self, place: int, mentor: bool, yes: bool) -> None:
        self.answer(place, mentor, yes)

    def answer(self, place: int, mentor: bool, yes: bool) -> None:
        proposal = self.one_of(place, ProposalState.OFFERED)
        if proposal:
            side = proposal.mentor if mentor else proposal.mentee
            with suppress(Refusal):
                answer_offer(by=side.person, proposal=proposal, accepted=yes, now=self.now)

    @rule(place=st.integers(0, 20))
    def both_accept(self, place: int) -> None:
        self.answer(place, True, True)
        self.answer(place, False, True)

    @rule(place=st.integers(0, 20), offer=st.booleans())
    def next_choice(self, place: int, offer: bool) -> None:
        waiting = Proposal.objects.filter(origin=ProposalOrigin.FALL_THROUGH, round__state=RoundState.PUBLISHED)
        rows = list(waiting.filter(state=ProposalState.UNDER_REVIEW).order_by("id"))
        if rows:
            step = offer_next_choice if offer else pass_over
            with suppress(Refusal):
                step(by=self.world.manager, proposal=rows[place % len(rows)], now=self.now)

    @rule(mentee=SIDE, mentor=MENTORS)
    def ask(self, mentee: int, mentor: int) -> None:
        who = self.world.mentees[mentee]
        with suppress(Refusal):
            ask(by=who.person, asker=who, asked=self.world.mentors[mentor], now=self.now)

    @rule(mentee=SIDE, mentor=MENTORS)
    def ask_back(self, mentee: int, mentor: int) -> None:
        who = self.world.mentors[mentor]
        with suppress(Refusal):
            ask(by=who.person, asker=who, asked=self.world.mentees[mentee], now=self.now)

    @rule(mentee=SIDE, findable=st.booleans())
    def be_found(self, mentee: int, findable: bool) -> None:
        who = self.world.mentees[mentee]
        set_findable(by=who.person, enrolment=who, findable=findable, now=self.now)

    @rule(approval=st.sampled_from(Approval.values), first_meeting=st.booleans())
    def ask_otherwise(self, approval: str, first_meeting: bool) -> None:
        """What is out already goes on as it began."""
        programme = self.world.programme
        programme.matching = {**programme.matching, "approval": approval, "first_meeting": first_meeting}
        programme.save()
        for side in (*self.world.mentees, *self.world.mentors):
            side.programme.matching = programme.matching

    @rule(mentee=SIDE, wanted=st.booleans())
    def consent(self, mentee: int, wanted: bool) -> None:
        who = self.world.mentees[mentee]
        with suppress(Refusal):
            ask_on(by=who.person, asker=who, wanted=wanted, now=self.now)

    @rule(mentee=SIDE, mentors=st.permutations(range(3)))
    def wish(self, mentee: int, mentors: list[int]) -> None:
        who = self.world.mentees[mentee]
        with suppress(Refusal):
            set_wishes(by=who.person, wisher=who, wished=[self.world.mentors[each] for each in mentors], now=self.now)

    @rule(place=st.integers(0, 20))
    def next_wish(self, place: int) -> None:
        """What the job does after a request that did not come about, once or again."""
        closed = [ProposalState.REFUSED, ProposalState.EXPIRED, ProposalState.WITHDRAWN]
        requests = list(Proposal.objects.filter(origin__in=ASKED_BY, state__in=closed).order_by("id"))
        if requests:
            ask_next_wish(after=requests[place % len(requests)], now=self.now)

    @rule(mentee=SIDE, mentor=MENTORS)
    def wait_for(self, mentee: int, mentor: int) -> None:
        who = self.world.mentees[mentee]
        with suppress(Refusal):
            wait_for_place(by=who.person, mentee=who, mentor=self.world.mentors[mentor], now=self.now)
        tell_places(programme=self.world.programme, now=self.now)

    @rule(mentor=MENTORS, pauses=st.booleans())
    def take_a_break(self, mentor: int, pauses: bool) -> None:
        who = self.world.mentors[mentor]
        step = pause_enrolment if pauses else resume_enrolment
        with suppress(Refusal):
            step(by=who.person, enrolment=who, now=self.now)
            who.refresh_from_db(fields=["state"])
            if pauses:
                close_offers_of(enrolment=who, now=self.now)

    @rule(place=st.integers(0, 5))
    def end(self, place: int) -> None:
        live = list(Mentorship.objects.live().order_by("id"))
        if live:
            end_mentorship(by=None, mentorship=live[place % len(live)], now=self.now)

    @rule(mentor=MENTORS, places=st.integers(0, 3))
    def capacity(self, mentor: int, places: int) -> None:
        chosen = self.world.mentors[mentor]
        taken = live_parties(self.world.programme, chosen.person, chosen.side)
        chosen.places = max(places, taken)
        chosen.save(update_fields=["places"])

    @rule(days=st.integers(0, 8))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        remind_and_expire(now=self.now)

    # --- what must always hold

    @invariant()
    def nobody_has_more_mentorships_than_places(self) -> None:
        for side in (*self.world.mentees, *self.world.mentors):
            side.refresh_from_db(fields=["places"])
            assert live_parties(self.world.programme, side.person, side.side) <= side.places

    @invariant()
    def no_pair_is_offered_twice_at_once(self) -> None:
        pairs = list(Proposal.objects.filter(state=ProposalState.OFFERED).values_list("mentee", "mentor"))
        assert len(pairs) == len(set(pairs))

    @invariant()
    def an_accepted_pair_had_the_final_yes_of_everybody_who_was_asked(self) -> None:
        for proposal in Proposal.objects.filter(state=ProposalState.ACCEPTED).select_related("mentee", "mentor"):
            asked = {getattr(proposal, side).person_id for turn in rules.turns_of(proposal) for side in turn}
            yes = OfferAnswer.objects.filter(proposal=proposal, accepted=True, final=True)
            assert set(yes.values_list("person_id", flat=True)) == asked
            assert (proposal.meeting_from is not None) == proposal.meets_first

    @invariant()
    def an_open_offer_waits_for_somebody(self) -> None:
        for proposal in Proposal.objects.filter(state=ProposalState.OFFERED).select_related("mentee", "mentor"):
            assert rules.awaited(proposal, yes_sides(proposal))

    @invariant()
    def nobody_who_takes_a_break_is_asked(self) -> None:
        away = [mentor.pk for mentor in self.world.mentors if mentor.state != EnrolmentState.APPROVED]
        assert not Proposal.objects.filter(mentor__in=away, state=ProposalState.OFFERED).exists()

    @invariant()
    def nobody_waits_for_more_answers_to_requests_than_allowed(self) -> None:
        for origin, side in product(ASKED_BY, ("mentee", "mentor")):
            requests = Proposal.objects.filter(state=ProposalState.OFFERED, origin=origin)
            counted = requests.values_list(side).annotate(count=Count("id")).order_by()
            assert all(count <= MOST_REQUESTS for _who, count in counted)

    @invariant()
    def a_no_is_final_for_that_pair(self) -> None:
        refused = Proposal.objects.filter(state=ProposalState.REFUSED)
        for mentee, mentor, at in refused.values_list("mentee", "mentor", "pk"):
            again = Proposal.objects.filter(mentee=mentee, mentor=mentor, pk__gt=at)
            assert not again.exclude(state__in=[ProposalState.DECLINED, ProposalState.WITHDRAWN]).exists()

    @invariant()
    def at_most_one_round_is_open(self) -> None:
        assert Round.objects.filter(state__in=[RoundState.SOLVING, RoundState.REVIEW]).count() <= 1

    @invariant()
    def offers_have_a_last_day_and_it_is_ahead(self) -> None:
        remind_and_expire(now=self.now)
        for expires_at in Proposal.objects.filter(state=ProposalState.OFFERED).values_list("expires_at", flat=True):
            assert expires_at is not None
            assert expires_at > self.now


@pytest.mark.django_db
def test_any_order_of_steps_keeps_what_must_hold() -> None:
    run_state_machine_as_test(
        Matching,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=30, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
