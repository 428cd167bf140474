from datetime import timedelta

import pytest

from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from trellis.kernel import clock, jobs
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.learning.actions import complete_module
from trellis.notifications.models import Notice
from trellis.people.models import Organisation, Person
from trellis.programmes.actions.admission import EnrolmentRefused, move
from trellis.programmes.actions.approval import (
    Decided,
    approve_enrolments,
    put_on_waiting_list,
    reject_enrolments,
    reopen_enrolments,
)
from trellis.programmes.actions.enrolment import admit_trained
from trellis.programmes.actions.telling import tell_decided
from trellis.programmes.choices import EnrolmentState, ProgrammeRoleKind, Side
from trellis.programmes.models import Enrolment, Programme


@pytest.fixture
def programme(organisation: Organisation) -> Programme:
    return ProgrammeFactory(organisation=organisation, training_gate=False)


@pytest.fixture
def manager(programme: Programme) -> Person:
    return ProgrammeRoleFactory(programme=programme).person


def application(programme: Programme, side: str = Side.MENTOR, **fields: object) -> Enrolment:
    return EnrolmentFactory(programme=programme, side=side, state=EnrolmentState.APPLIED, **fields)


def state_of(enrolment: Enrolment) -> str:
    return Enrolment.objects.get(pk=enrolment.pk).state


def test_approve_many_at_once(programme: Programme, manager: Person) -> None:
    ids = [application(programme).pk for _ in range(3)]

    decided = approve_enrolments(by=manager, programme=programme, enrolments=ids, now=clock.now())

    assert decided == Decided(ids=tuple(ids), approved=3)
    assert Enrolment.objects.filter(state=EnrolmentState.APPROVED, decided_by=manager).count() == 3
    assert EventRow.objects.filter(kind="programmes.EnrolmentApproved").count() == 3
    assert AuditEntry.objects.filter(verb="enrolment.approved", actor_id=manager.pk).count() == 3


def test_approve_before_the_training_accepts_and_keeps_the_gate(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=True)
    manager = ProgrammeRoleFactory(programme=programme).person
    enrolment = application(programme)

    decided = approve_enrolments(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())
    before = state_of(enrolment)
    complete_module(by=enrolment.person, module_id="mentor_start", now=clock.now())
    admit_trained(person=enrolment.person, now=clock.now())

    assert (decided.training, before, state_of(enrolment)) == (1, EnrolmentState.APPLIED, EnrolmentState.APPROVED)


def test_approve_never_gives_more_places_than_there_are(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=False, places_for_mentees=2)
    manager = ProgrammeRoleFactory(programme=programme).person
    ids = [application(programme, Side.MENTEE).pk for _ in range(5)]

    decided = approve_enrolments(by=manager, programme=programme, enrolments=ids, now=clock.now())

    assert (decided.approved, decided.waiting) == (2, 3)


def test_approving_a_full_waiting_list_tells_nobody_again_and_undoes_nothing(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=False, places_for_mentees=1)
    manager = ProgrammeRoleFactory(programme=programme).person
    EnrolmentFactory(programme=programme)
    waiting = EnrolmentFactory(programme=programme, state=EnrolmentState.WAITING)

    decided = approve_enrolments(by=manager, programme=programme, enrolments=[waiting.pk], now=clock.now())
    undone = reopen_enrolments(by=manager, programme=programme, enrolments=decided.ids, now=clock.now())

    assert (decided.waiting, undone.reopened, state_of(waiting)) == (1, 0, EnrolmentState.WAITING)
    assert tell_decided(now=clock.now() + timedelta(minutes=11)) == 0


def test_approving_somebody_on_the_list_before_their_training_counts_as_decided(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=True)
    manager = ProgrammeRoleFactory(programme=programme).person
    waiting = EnrolmentFactory(programme=programme, state=EnrolmentState.WAITING)

    approve_enrolments(by=manager, programme=programme, enrolments=[waiting.pk], now=clock.now())

    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by, waiting.decided_at is None) == (EnrolmentState.APPLIED, manager, False)


def test_draw_for_places_is_the_same_whoever_is_named_first(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=False, places_for_mentees=2)
    manager = ProgrammeRoleFactory(programme=programme).person
    ids = [application(programme, Side.MENTEE).pk for _ in range(5)]

    def lucky(order: list[int]) -> set[int]:
        approve_enrolments(by=manager, programme=programme, enrolments=order, now=clock.now())
        found = set(Enrolment.objects.filter(state=EnrolmentState.APPROVED).values_list("pk", flat=True))
        reopen_enrolments(by=manager, programme=programme, enrolments=ids, now=clock.now())
        return found

    assert lucky(ids) == lucky(ids[::-1])


def test_decided_and_foreign_applications_are_passed_over(programme: Programme, manager: Person) -> None:
    mine = application(programme)
    done = EnrolmentFactory(programme=programme)
    elsewhere = application(ProgrammeFactory(organisation=programme.organisation))

    ids = [mine.pk, done.pk, elsewhere.pk, 999_999]
    decided = approve_enrolments(by=manager, programme=programme, enrolments=ids, now=clock.now())

    assert (decided.ids, decided.passed_over) == ((mine.pk,), 3)
    assert state_of(elsewhere) == EnrolmentState.APPLIED


def test_reject(programme: Programme, manager: Person) -> None:
    enrolment = application(programme)

    decided = reject_enrolments(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())

    assert (decided.rejected, state_of(enrolment)) == (1, EnrolmentState.REJECTED)


def test_waiting_list_by_hand(programme: Programme, manager: Person) -> None:
    enrolment = application(programme)

    decided = put_on_waiting_list(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())

    assert (decided.waiting, state_of(enrolment)) == (1, EnrolmentState.WAITING)


@pytest.mark.parametrize("decide", [approve_enrolments, reject_enrolments, put_on_waiting_list])
def test_undo_brings_every_decision_back(programme: Programme, manager: Person, decide) -> None:  # type: ignore[no-untyped-def]
    enrolment = application(programme)
    decided = decide(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())

    undone = reopen_enrolments(by=manager, programme=programme, enrolments=decided.ids, now=clock.now())

    enrolment.refresh_from_db()
    assert undone.reopened == 1
    assert (enrolment.state, enrolment.decided_at, enrolment.decided_by) == (EnrolmentState.APPLIED, None, None)


def test_undo_comes_too_late_once_people_were_told(programme: Programme, manager: Person) -> None:
    enrolment = application(programme)
    approve_enrolments(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())

    later = clock.now() + timedelta(minutes=10)
    undone = reopen_enrolments(by=manager, programme=programme, enrolments=[enrolment.pk], now=later)

    assert (undone.reopened, undone.passed_over, state_of(enrolment)) == (0, 1, EnrolmentState.APPROVED)


def test_undo_does_not_touch_what_no_manager_decided(programme: Programme, manager: Person) -> None:
    enrolment = EnrolmentFactory(programme=programme, state=EnrolmentState.APPROVED)

    undone = reopen_enrolments(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())

    assert (undone.reopened, state_of(enrolment)) == (0, EnrolmentState.APPROVED)


@pytest.mark.parametrize("decide", [approve_enrolments, reject_enrolments, put_on_waiting_list, reopen_enrolments])
def test_only_those_who_run_the_programme_decide(programme: Programme, decide) -> None:  # type: ignore[no-untyped-def]
    analyst = ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST).person

    with pytest.raises(NotAllowed):
        decide(by=analyst, programme=programme, enrolments=[application(programme).pk], now=clock.now())


def test_applications_of_another_organisation_are_out_of_reach(
    programme: Programme, manager: Person, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = application(ProgrammeFactory(organisation=other_organisation))

    decided = approve_enrolments(by=manager, programme=programme, enrolments=[theirs.pk], now=clock.now())

    assert (decided.ids, decided.passed_over) == ((), 1)


def test_decisions_are_told_after_ten_minutes_and_once(programme: Programme, manager: Person) -> None:
    approve_enrolments(by=manager, programme=programme, enrolments=[application(programme).pk], now=clock.now())
    reject_enrolments(by=manager, programme=programme, enrolments=[application(programme).pk], now=clock.now())

    at_once = tell_decided(now=clock.now())
    later = [tell_decided(now=clock.now() + timedelta(minutes=minutes)) for minutes in (11, 16)]

    assert (at_once, later) == (0, [2, 0])
    kinds = ["programmes.approved", "programmes.not_accepted"]
    assert sorted(Notice.objects.values_list("kind", flat=True)) == kinds


def test_undone_decisions_are_told_to_nobody(programme: Programme, manager: Person) -> None:
    enrolment = application(programme)
    approve_enrolments(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())
    reopen_enrolments(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())

    assert tell_decided(now=clock.now() + timedelta(hours=1)) == 0


def test_accepted_before_the_training_are_told_what_is_left(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=True)
    manager = ProgrammeRoleFactory(programme=programme).person
    approve_enrolments(by=manager, programme=programme, enrolments=[application(programme).pk], now=clock.now())

    tell_decided(now=clock.now() + timedelta(minutes=11))

    notice = Notice.objects.get()
    assert (notice.kind, notice.path) == ("programmes.training_open", "/training/mentor_start/")


def test_sweep_tells_each_organisation_its_own(
    programme: Programme, manager: Person, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        theirs = ProgrammeFactory(organisation=other_organisation, training_gate=False)
        decider = PersonFactory(organisation=other_organisation)
        ProgrammeRoleFactory(programme=theirs, person=decider)
        approve_enrolments(by=decider, programme=theirs, enrolments=[application(theirs).pk], now=clock.now())
    approve_enrolments(by=manager, programme=programme, enrolments=[application(programme).pk], now=clock.now())

    with clock.shifted(timedelta(minutes=11)):
        jobs.queue("programmes.sweep_decisions")
        jobs.drain()

    assert Notice.objects.get().parameters["programme"] == programme.name
    with organisation_scope(other_organisation.pk):
        assert Notice.objects.get().parameters["programme"] == theirs.name


def test_subscriber_opens_the_gate_however_a_module_was_completed(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=True)
    manager = ProgrammeRoleFactory(programme=programme).person
    enrolment = application(programme)
    approve_enrolments(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())

    complete_module(by=enrolment.person, module_id="mentor_start", now=clock.now())
    jobs.drain()

    assert state_of(enrolment) == EnrolmentState.APPROVED


def test_undo_of_accepted_before_the_training(organisation: Organisation) -> None:
    programme = ProgrammeFactory(organisation=organisation, training_gate=True)
    manager = ProgrammeRoleFactory(programme=programme).person
    enrolment = application(programme)
    approve_enrolments(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())

    reopen_enrolments(by=manager, programme=programme, enrolments=[enrolment.pk], now=clock.now())

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.decided_at) == (EnrolmentState.APPLIED, None)


def test_illegal_step_is_refused_in_words(programme: Programme) -> None:
    enrolment = EnrolmentFactory(programme=programme, state=EnrolmentState.WITHDRAWN)

    with pytest.raises(EnrolmentRefused, match="A sign-up that is “Withdrawn” cannot become “Paused”"):
        move(enrolment, EnrolmentState.PAUSED, by=None, now=clock.now())
