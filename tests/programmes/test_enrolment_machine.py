"""However people come, go, pause and are decided on, no place is given twice and no step is illegal."""

from contextlib import ExitStack
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.factories.enrolments import EligibilityRuleFactory
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.programmes import ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel import clock
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.learning.actions import complete_module
from trellis.programmes.actions import approval
from trellis.programmes.actions.admission import EnrolmentRefused
from trellis.programmes.actions.enrolment import (
    Draft,
    admit_trained,
    save_draft,
    start_enrolment,
    submit_enrolment,
    withdraw_enrolment,
)
from trellis.programmes.actions.pausing import pause_enrolment, resume_enrolment
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.enrolment_rules import HOLDS_A_PLACE, can_move
from trellis.programmes.models import Enrolment

FULL = Draft(
    goal="A goal", working_style="direct", values=("craft",), availability=("Mon am",),
    skills=(("active_listening", 2),),
)  # fmt: skip
PLACES = 2


class Enrolling(RuleBasedStateMachine):
    """People and one manager in a programme with two places for mentees and a training gate."""

    people = Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.open.enter_context(_rolled_back())
        organisation = OrganisationFactory()
        self.open.enter_context(organisation_scope(organisation.pk))
        self.organisation = organisation
        self.programme = ProgrammeFactory(organisation=organisation, places_for_mentees=PLACES)
        self.condition = EligibilityRuleFactory(programme=self.programme)
        self.manager = ProgrammeRoleFactory(programme=self.programme).person

    def teardown(self) -> None:
        self.open.close()

    @initialize(target=people)
    def some_are_there_and_trained(self) -> Any:
        found = [PersonFactory(organisation=self.organisation) for _ in range(4)]
        for person in found:
            complete_module(by=person, module_id="mentee_start", now=clock.now())
            self.apply(person=person, side=Side.MENTEE, confirms=False)
        return multiple(*found)

    @rule(target=people)
    def somebody_comes(self) -> Any:
        return PersonFactory(organisation=self.organisation)

    @rule(person=people, side=st.sampled_from(Side.values), confirms=st.booleans())
    def apply(self, person: Any, side: str, confirms: bool) -> None:
        enrolment = start_enrolment(by=person, programme=self.programme, side=side, now=clock.now())
        save_draft(by=person, enrolment=enrolment, draft=FULL, now=clock.now())
        confirmed = frozenset({self.condition.pk} if confirms else ())
        submit_enrolment(by=person, enrolment=enrolment, terms_version=1, confirmed=confirmed, now=clock.now())

    @rule(person=people, side=st.sampled_from(["mentee_start", "mentor_start"]))
    def train(self, person: Any, side: str) -> None:
        complete_module(by=person, module_id=side, now=clock.now())
        admit_trained(person=person, now=clock.now())

    @rule(person=people, step=st.sampled_from([pause_enrolment, resume_enrolment, withdraw_enrolment]))
    def step(self, person: Any, step: Any) -> None:
        for enrolment in Enrolment.objects.of(person):
            try:
                step(by=person, enrolment=enrolment, now=clock.now())
            except EnrolmentRefused:
                assert Enrolment.objects.get(pk=enrolment.pk).state == enrolment.state

    @rule(
        decide=st.sampled_from([
            approval.approve_enrolments, approval.reject_enrolments, approval.put_on_waiting_list,
            approval.reopen_enrolments,
        ])
    )  # fmt: skip
    def decide_about_all(self, decide: Any) -> None:
        ids = list(Enrolment.objects.values_list("pk", flat=True))
        decide(by=self.manager, programme=self.programme, enrolments=ids, now=clock.now())

    @invariant()
    def no_place_is_given_twice(self) -> None:
        assert Enrolment.objects.filter(side=Side.MENTEE, state__in=HOLDS_A_PLACE).count() <= PLACES

    @invariant()
    def whoever_can_be_matched_was_trained(self) -> None:
        for enrolment in Enrolment.objects.filter(state=EnrolmentState.APPROVED):
            assert enrolment.person.modules_completed.filter(module=f"{enrolment.side}_start").exists()

    @invariant()
    def every_step_in_the_audit_was_legal_and_followed_the_one_before(self) -> None:
        for enrolment in Enrolment.objects.all():
            state: str = EnrolmentState.STARTED
            for entry in AuditEntry.objects.filter(subject=f"enrolment:{enrolment.pk}").order_by("position"):
                after = entry.verb.removeprefix("enrolment.")
                assert entry.facts["before"] == state
                assert can_move(state, after)
                state = after
            assert enrolment.state == state


def _rolled_back() -> Any:
    stack = ExitStack()
    stack.enter_context(transaction.atomic())
    stack.callback(transaction.set_rollback, True)
    return stack


@pytest.mark.django_db
def test_enrolment_keeps_its_promises_whatever_happens() -> None:
    run_state_machine_as_test(
        Enrolling,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # type: ignore[no-untyped-call]  # fmt: skip
