"""Any sequence of legal and illegal steps leaves every relationship and every place in order. Real database."""

import os
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory
from trellis.kernel import clock
from trellis.kernel.audit import first_break
from trellis.kernel.errors import Refusal
from trellis.kernel.tenancy import organisation_scope
from trellis.mentorships import actions
from trellis.mentorships.choices import LEGAL_TRANSITIONS, LIVE_STATES, PartyRole
from trellis.mentorships.models import Mentorship, Party, Transition
from trellis.mentorships.rules import can_write_in
from trellis.people.models import Person
from trellis.programmes.choices import Side

EXAMPLES = int(os.environ.get("TRELLIS_EXAMPLES", "25"))  # a release runs 100 and more on both engines
PEOPLE = st.integers(0, 2)
ONE_OF_MANY = st.integers(0, 20)


class Relationships(RuleBasedStateMachine):
    """Three mentors with one or two places, three mentees with one or two, one programme."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        organisation = OrganisationFactory()
        self.scope = organisation_scope(organisation.pk)
        self.scope.__enter__()
        self.programme = ProgrammeFactory(organisation=organisation)
        self.mentors = [self._person(Side.MENTOR, places) for places in (1, 2, 1)]
        self.mentees = [self._person(Side.MENTEE, places) for places in (1, 1, 2)]
        self.now: datetime = clock.now()
        self.history: dict[int, list[tuple[int, str]]] = {}

    def _person(self, side: str, places: int) -> Person:
        person = PersonFactory(organisation=self.programme.organisation)
        EnrolmentFactory(programme=self.programme, person=person, side=side, places=places)
        return person

    def teardown(self) -> None:
        assert first_break(self.programme.organisation_id) is None
        transaction.set_rollback(True)
        self.scope.__exit__(None, None, None)
        self.sandbox.__exit__(None, None, None)

    def _pick(self, number: int) -> Mentorship:
        rows = list(Mentorship.objects.order_by("id"))
        return rows[number % len(rows)]

    def _try(self, action: object, **arguments: object) -> None:
        assert callable(action)
        with suppress(Refusal), transaction.atomic():
            action(now=self.now, **arguments)

    @rule(days=st.integers(1, 60))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        actions.resume_due_pauses(now=self.now)

    @rule(mentee=PEOPLE, mentor=PEOPLE)
    def start(self, mentee: int, mentor: int) -> None:
        self._try(
            actions.start_mentorship, by=None, programme=self.programme, mentee=self.mentees[mentee],
            mentor=self.mentors[mentor],
        )  # fmt: skip

    @precondition(lambda self: Mentorship.objects.exists())
    @rule(number=ONE_OF_MANY, side=st.booleans(), days=st.integers(-1, 95))
    def pause(self, number: int, side: bool, days: int) -> None:
        mentorship = self._pick(number)
        until = self.now.date() + timedelta(days=days)
        self._try(actions.pause_mentorship, by=self._party(mentorship, side), mentorship=mentorship, until=until)

    @precondition(lambda self: Mentorship.objects.exists())
    @rule(number=ONE_OF_MANY, side=st.booleans())
    def resume(self, number: int, side: bool) -> None:
        mentorship = self._pick(number)
        self._try(actions.resume_mentorship, by=self._party(mentorship, side), mentorship=mentorship)

    @precondition(lambda self: Mentorship.objects.exists())
    @rule(number=ONE_OF_MANY, weeks=st.integers(0, 60))
    def extend(self, number: int, weeks: int) -> None:
        mentorship = self._pick(number)
        self._try(actions.extend_mentorship, by=self._party(mentorship, True), mentorship=mentorship, weeks=weeks)

    @precondition(lambda self: Mentorship.objects.exists())
    @rule(number=ONE_OF_MANY, side=st.booleans(), rematch=st.booleans())
    def end(self, number: int, side: bool, rematch: bool) -> None:
        mentorship = self._pick(number)
        self._try(
            actions.end_mentorship, by=self._party(mentorship, side), mentorship=mentorship, wants_rematch=rematch
        )

    @precondition(lambda self: Mentorship.objects.exists())
    @rule(number=ONE_OF_MANY, side=st.booleans())
    def complete(self, number: int, side: bool) -> None:
        mentorship = self._pick(number)
        self._try(actions.complete_mentorship, by=self._party(mentorship, side), mentorship=mentorship)

    @precondition(lambda self: Mentorship.objects.exists())
    @rule(number=ONE_OF_MANY)
    def withdraw(self, number: int) -> None:
        mentorship = self._pick(number)
        self._try(actions.withdraw_mentorship, by=None, mentorship=mentorship)

    @precondition(lambda self: Mentorship.objects.exists())
    @rule(number=ONE_OF_MANY, version=st.integers(1, 3), side=st.booleans(), draft=st.booleans())
    def agree(self, number: int, version: int, side: bool, draft: bool) -> None:
        mentorship = self._pick(number)
        by = self._party(mentorship, side)
        if draft:
            words = {"aims": "a", "rhythm": "b", "boundaries": "c", "confidentiality": "d"}
            self._try(actions.draft_agreement, by=by, mentorship=mentorship, **words)
        self._try(actions.sign_agreement, by=by, mentorship=mentorship, version=version)

    def _party(self, mentorship: Mentorship, mentor: bool) -> Person:
        return mentorship.parties.get(role=PartyRole.MENTOR if mentor else PartyRole.MENTEE).person

    @invariant()
    def nobody_has_more_than_their_places(self) -> None:
        for enrolment in self.programme.enrolments.all():
            live = Party.objects.filter(
                person=enrolment.person_id, role=enrolment.side, mentorship__state__in=LIVE_STATES
            ).count()
            assert live <= enrolment.places

    @invariant()
    def no_two_are_connected_twice(self) -> None:
        keys = list(Mentorship.objects.live().values_list("pair_key", flat=True))
        assert len(keys) == len(set(keys))

    @invariant()
    def history_only_grows_and_every_step_is_legal(self) -> None:
        for mentorship in Mentorship.objects.all():
            steps = list(mentorship.transitions.order_by("id").values_list("id", "from_state", "to_state"))
            before = self.history.get(mentorship.pk, [])
            seen = [(number, to) for number, _, to in steps]
            assert seen[: len(before)] == before
            self.history[mentorship.pk] = seen
            assert steps[0][1:] == ("", "active")
            assert steps[-1][2] == mentorship.state
            for (_, _, earlier), (_, left, to) in pairwise(steps):
                assert earlier == left
                assert to in LEGAL_TRANSITIONS[left]

    @invariant()
    def nobody_writes_in_a_closed_one_and_every_closure_is_recorded(self) -> None:
        for mentorship in Mentorship.objects.exclude(state__in=LIVE_STATES):
            assert mentorship.closure
            assert mentorship.ended_at
            assert not can_write_in(self._party(mentorship, True), mentorship)
            assert not mentorship.paused_until

    @invariant()
    def nothing_is_orphaned(self) -> None:
        numbers = set(Mentorship.objects.values_list("id", flat=True))
        assert set(Transition.objects.values_list("mentorship_id", flat=True)) == numbers
        assert Party.objects.count() == 2 * len(numbers)


def test_relationships_and_places_stay_in_order(db: None) -> None:
    run_state_machine_as_test(
        Relationships,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
