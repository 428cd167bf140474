"""A break from being matched: begun by the person, with or without the day they are back, and ended by itself then."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.people.models import Person
from trellis.programmes import enrolment_rules as rules
from trellis.programmes.actions.admission import EnrolmentRefused, move
from trellis.programmes.choices import EnrolmentState, ProgrammeStatus
from trellis.programmes.models import Enrolment

LONGEST_PAUSE = timedelta(days=366)


@transaction.atomic
def pause_enrolment(*, by: Person, enrolment: Enrolment, now: datetime, until: date | None = None) -> Enrolment:
    """Be left out of matching at once, until the day `until` or until they resume. Mentorships that run go on.

    A mentee keeps the place. Somebody who has paused already changes the day. Raises EnrolmentRefused.
    """
    enrolment = _own(by, enrolment)
    if until is not None and not _today(by, now) < until <= _today(by, now) + LONGEST_PAUSE:
        raise EnrolmentRefused(_("Choose a day from tomorrow on, at most a year ahead."), field="until")
    if enrolment.state != EnrolmentState.PAUSED or until is None:
        _refuse_unless(enrolment, EnrolmentState.APPROVED, _("Only a sign-up that is ready to be matched can pause."))
        move(enrolment, EnrolmentState.PAUSED, by=by, now=now)
    enrolment.paused_until = until
    enrolment.save(update_fields=["paused_until"])
    return enrolment


@transaction.atomic
def resume_enrolment(*, by: Person, enrolment: Enrolment, now: datetime) -> Enrolment:
    """Be matched again from now on. Raises EnrolmentRefused."""
    enrolment = _own(by, enrolment)
    _refuse_unless(enrolment, EnrolmentState.PAUSED, _("This sign-up is not paused."))
    if rules.is_over(enrolment.programme):
        raise EnrolmentRefused(_("%(programme)s is closed.") % {"programme": enrolment.programme.name})
    _resume(enrolment, by=by, now=now)
    return enrolment


def end_pauses(*, now: datetime) -> int:
    """Resume everybody whose day has come, by their own calendar; how many. Each in a transaction of its own."""
    due = Enrolment.objects.filter(
        state=EnrolmentState.PAUSED, paused_until__lte=now.date() + timedelta(days=1)
    ).exclude(programme__status__in=[ProgrammeStatus.CLOSED, ProgrammeStatus.ARCHIVED])
    return sum(_end_pause(enrolment, now) for enrolment in due.order_by("pk"))


@transaction.atomic
def _end_pause(enrolment: Enrolment, now: datetime) -> bool:
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("person", "programme")
    enrolment = rows.get(pk=enrolment.pk)
    until = enrolment.paused_until
    if enrolment.state != EnrolmentState.PAUSED or until is None or _today(enrolment.person, now) < until:
        return False
    _resume(enrolment, by=None, now=now)
    return True


def _resume(enrolment: Enrolment, *, by: Person | None, now: datetime) -> None:
    enrolment.paused_until = None
    enrolment.save(update_fields=["paused_until"])
    move(enrolment, EnrolmentState.APPROVED, by=by, now=now)


def _today(person: Person, now: datetime) -> date:
    return now.astimezone(ZoneInfo(person.time_zone)).date()


def _own(by: Person, enrolment: Enrolment) -> Enrolment:
    """The person's own enrolment, locked."""
    return Enrolment.objects.select_for_update(of=("self",)).select_related("programme").get(pk=enrolment.pk, person=by)


def _refuse_unless(enrolment: Enrolment, state: str, words: str) -> None:
    if enrolment.state != state:
        raise EnrolmentRefused(words)
