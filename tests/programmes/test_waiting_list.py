"""When the number of places changes, so does who waits: at once, in turn, and told."""

from datetime import timedelta

from tests.factories.programmes import EnrolmentFactory
from tests.factories.template_programmes import NOW, owner, programme
from trellis.kernel.models import AuditEntry
from trellis.learning.actions import complete_module
from trellis.notifications.models import Notice
from trellis.people.models import Person
from trellis.programmes.actions.approval import approve_enrolments, put_on_waiting_list, reopen_enrolments
from trellis.programmes.actions.enrolment import admit_trained
from trellis.programmes.actions.programmes import move_programme
from trellis.programmes.actions.settings import Joining, change_joining
from trellis.programmes.actions.telling import tell_decided
from trellis.programmes.choices import EnrolmentState, ProgrammeStatus, SignUp
from trellis.programmes.models import Enrolment, Programme

__all__ = ["owner", "programme"]  # fixtures


def joining_with(owner: Person, programme: Programme, places: int | None, *, gate: bool = False) -> None:
    joining = Joining(SignUp.OPEN, True, gate, 2, 1, places)
    change_joining(by=owner, programme=programme, joining=joining, now=NOW)


def test_a_lifted_limit_brings_the_whole_waiting_list_in_and_tells_everybody(
    owner: Person, programme: Programme
) -> None:
    joining_with(owner, programme, 1)
    waiting = [
        EnrolmentFactory(programme=programme, state=EnrolmentState.WAITING, applied_at=NOW + timedelta(days=day))
        for day in (2, 0, 1)
    ]
    programme.matching = programme.matching | {"priority_rule": "first_come"}
    programme.save()

    joining_with(owner, programme, None)

    moved = AuditEntry.objects.filter(verb="enrolment.approved").order_by("position").values_list("subject", flat=True)
    assert list(moved) == [f"enrolment:{waiting[number].pk}" for number in (1, 2, 0)]
    assert set(Enrolment.objects.values_list("state", flat=True)) == {EnrolmentState.APPROVED}
    assert Notice.objects.filter(kind="programmes.approved").count() == 3
    assert tell_decided(now=NOW + timedelta(hours=1)) == 0


def test_places_that_a_manager_did_not_give_are_not_undone(owner: Person, programme: Programme) -> None:
    joining_with(owner, programme, 1)
    EnrolmentFactory(programme=programme)
    held = EnrolmentFactory(programme=programme, state=EnrolmentState.APPLIED)
    put_on_waiting_list(by=owner, programme=programme, enrolments=[held.pk], now=NOW)
    joining_with(owner, programme, 2)

    undone = reopen_enrolments(by=owner, programme=programme, enrolments=[held.pk], now=NOW)

    assert (undone.reopened, Enrolment.objects.get(pk=held.pk).state) == (0, EnrolmentState.APPROVED)


def test_a_place_waits_for_the_training_of_whom_a_manager_put_on_the_list(owner: Person, programme: Programme) -> None:
    joining_with(owner, programme, 1, gate=True)
    held = EnrolmentFactory(programme=programme, state=EnrolmentState.APPLIED)
    put_on_waiting_list(by=owner, programme=programme, enrolments=[held.pk], now=NOW)

    joining_with(owner, programme, 2, gate=True)
    before = Enrolment.objects.get(pk=held.pk).state
    complete_module(by=held.person, module_id="mentee_start", now=NOW)
    admit_trained(person=held.person, now=NOW)

    assert (before, Enrolment.objects.get(pk=held.pk).state) == (EnrolmentState.WAITING, EnrolmentState.APPROVED)


def test_a_programme_that_is_over_gives_no_places_until_it_runs_again(owner: Person, programme: Programme) -> None:
    joining_with(owner, programme, 1)
    waiting = EnrolmentFactory(programme=programme, state=EnrolmentState.WAITING)
    programme.status = ProgrammeStatus.CLOSED
    programme.save()

    joining_with(owner, programme, 2)
    before = Enrolment.objects.get(pk=waiting.pk).state
    move_programme(by=owner, programme=programme, to=ProgrammeStatus.RUNNING, now=NOW)

    assert (before, Enrolment.objects.get(pk=waiting.pk).state) == (EnrolmentState.WAITING, EnrolmentState.APPROVED)


def test_without_the_training_gate_who_only_waited_for_it_is_in(owner: Person, programme: Programme) -> None:
    joining_with(owner, programme, 5, gate=True)
    accepted = EnrolmentFactory(programme=programme, state=EnrolmentState.APPLIED)
    undecided = EnrolmentFactory(programme=programme, state=EnrolmentState.APPLIED)
    approve_enrolments(by=owner, programme=programme, enrolments=[accepted.pk], now=NOW)
    before = Enrolment.objects.get(pk=accepted.pk).state

    joining_with(owner, programme, 5, gate=False)

    after = [Enrolment.objects.get(pk=each.pk).state for each in (accepted, undecided)]
    assert (before, after) == (EnrolmentState.APPLIED, [EnrolmentState.APPROVED, EnrolmentState.APPLIED])
