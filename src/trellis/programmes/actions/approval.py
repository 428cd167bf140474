"""What a programme manager decides about applications, one or two hundred at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel.errors import NotAllowed
from trellis.people.models import Person
from trellis.programmes import rules as programme_rules
from trellis.programmes.actions.admission import admit, locked_programme, move
from trellis.programmes.actions.telling import UNDO_FOR
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.models import Enrolment, Programme

UNDECIDED = (EnrolmentState.APPLIED, EnrolmentState.WAITING)


@dataclass(frozen=True)
class Decided:
    """What became of the applications of one decision; `ids` are those it touched."""

    ids: tuple[int, ...]
    approved: int = 0
    waiting: int = 0
    training: int = 0  # accepted, their own training is still open
    rejected: int = 0
    reopened: int = 0
    passed_over: int = 0  # no longer waiting for this decision


@transaction.atomic
def approve_enrolments(*, by: Person, programme: Programme, enrolments: Iterable[int], now: datetime) -> Decided:
    """Accept applications (ids). Each gets a place, the waiting list, or waits for the person's own training.

    Ids that are not of this programme, or no longer wait, are passed over and counted.
    """
    programme, rows, asked = _undecided(by, programme, enrolments)
    for enrolment in rows:
        enrolment.decided_by, enrolment.decided_at = by, now
    fresh = [enrolment for enrolment in rows if enrolment.state == EnrolmentState.APPLIED]
    Enrolment.objects.bulk_update(
        fresh, ["decided_by", "decided_at"]
    )  # who stays on the waiting list hears no old news
    admit(programme, rows, by=by, now=now)
    return _decided(rows, asked)


@transaction.atomic
def reject_enrolments(*, by: Person, programme: Programme, enrolments: Iterable[int], now: datetime) -> Decided:
    """Decline applications (ids), in words that blame nobody."""
    programme, rows, asked = _undecided(by, programme, enrolments)
    _move_all(rows, EnrolmentState.REJECTED, by=by, now=now)
    return _decided(rows, asked)


@transaction.atomic
def put_on_waiting_list(*, by: Person, programme: Programme, enrolments: Iterable[int], now: datetime) -> Decided:
    """Keep applications (ids) on the waiting list although there may be places."""
    programme, rows, asked = _undecided(by, programme, enrolments)
    rows = [enrolment for enrolment in rows if enrolment.state != EnrolmentState.WAITING]
    _move_all(rows, EnrolmentState.WAITING, by=by, now=now)
    return _decided(rows, asked)


@transaction.atomic
def reopen_enrolments(*, by: Person, programme: Programme, enrolments: Iterable[int], now: datetime) -> Decided:
    """Undo a decision nobody was told of yet: the applications (ids) wait for approval again.

    Freed places go to nobody in between.
    """
    _check(by, programme)
    programme = locked_programme(programme)
    asked = set(enrolments)
    undoable = (EnrolmentState.APPROVED, EnrolmentState.WAITING, EnrolmentState.REJECTED, EnrolmentState.APPLIED)
    found = Enrolment.objects.filter(programme=programme, pk__in=asked, state__in=undoable, decided_by__isnull=False)
    found = found.filter(decided_at__gt=now - UNDO_FOR)
    rows = list(found.select_for_update().order_by("pk"))
    for enrolment in rows:
        enrolment.decided_by = enrolment.decided_at = None
        if enrolment.state == EnrolmentState.APPLIED:
            enrolment.save(update_fields=["decided_by", "decided_at"])
        else:
            move(enrolment, EnrolmentState.APPLIED, by=by, now=now)
    return Decided(
        ids=tuple(enrolment.pk for enrolment in rows), reopened=len(rows), passed_over=len(asked) - len(rows)
    )


def _check(by: Person, programme: Programme) -> None:
    if not programme_rules.can_manage(by, programme):
        raise NotAllowed(_("Only the people who run this programme decide about its applications."))


def _undecided(by: Person, programme: Programme, enrolments: Iterable[int]) -> tuple[Programme, list[Enrolment], int]:
    """The programme and the applications that still wait, both locked; the programme first, always."""
    _check(by, programme)
    programme = locked_programme(programme)
    asked = set(enrolments)
    rows = Enrolment.objects.filter(programme=programme, pk__in=asked, state__in=UNDECIDED)
    return programme, list(rows.select_for_update().order_by("pk")), len(asked)


def _move_all(rows: list[Enrolment], after: str, *, by: Person, now: datetime) -> None:
    for enrolment in rows:
        enrolment.decided_by = by
        move(enrolment, after, by=by, now=now)


def _decided(rows: list[Enrolment], asked: int) -> Decided:
    def count(state: str) -> int:
        return sum(enrolment.state == state for enrolment in rows)

    return Decided(
        ids=tuple(enrolment.pk for enrolment in rows),
        approved=count(EnrolmentState.APPROVED),
        waiting=count(EnrolmentState.WAITING),
        training=count(EnrolmentState.APPLIED),
        rejected=count(EnrolmentState.REJECTED),
        passed_over=asked - len(rows),
    )
