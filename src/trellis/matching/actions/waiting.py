"""Waiting for a place with a mentor who is full: a mentee asks to be told, and is told once."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import notices, rules
from trellis.matching.actions.proposals import hold
from trellis.matching.models import PlaceWait
from trellis.matching.queries.finding import places_left, why_not_ask
from trellis.matching.queries.pool import load_pool
from trellis.matching.queries.suggestions import outlook_of
from trellis.notifications.actions import tell
from trellis.people.models import Person
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment, Programme

TURN_LASTS = timedelta(days=3)  # whoever was told first has so long before the next in line is told


class CannotWait(Refusal):
    """There is nothing to wait for: the mentor can be asked now, or a rule keeps the two apart."""


@transaction.atomic
def wait_for_place(*, by: Person, mentee: Enrolment, mentor: Enrolment, now: datetime) -> PlaceWait:
    """Be told once when this mentor has a place again. Twice is once. Raises NotAllowed, CannotWait."""
    hold([(mentor.pk, mentee.pk)])
    mentee = Enrolment.objects.select_related("programme", "person").get(pk=mentee.pk)
    mentor = Enrolment.objects.select_related("person").get(pk=mentor.pk)
    if mentee.side != Side.MENTEE or not rules.can_ask(by, mentee, mentee.programme):
        raise NotAllowed(_("In this programme the matches are made in rounds. Rank your wishes instead."))
    outlook = outlook_of(mentee, now=now)
    code = mentor.person.external_id
    if outlook is None or code not in outlook.others or not outlook.scores[code]:
        raise CannotWait(_("This mentor cannot be asked in this programme. Below are others who can."))
    if not why_not_ask(outlook, mentee, mentor):
        raise CannotWait(_("%(name)s has a free place: you can ask now.") % {"name": mentor.person.full_name})
    wait, fresh = PlaceWait.objects.get_or_create(
        mentee=mentee, mentor=mentor, defaults={"organisation_id": mentee.organisation_id, "since": now}
    )
    if fresh:
        _record(wait, by, "wait", now)
    return wait


@transaction.atomic
def stop_waiting(*, by: Person, mentee: Enrolment, mentor: Enrolment, now: datetime) -> None:
    """No longer be told. Raises NotAllowed for somebody else's place in the line."""
    if mentee.person_id != by.pk:
        raise NotAllowed(_("This place in the line is not yours."))
    for wait in PlaceWait.objects.filter(mentee=mentee, mentor=mentor):
        _record(wait, by, "stop_waiting", now)
        wait.delete()


def _record(wait: PlaceWait, by: Person, verb: str, now: datetime) -> None:
    audit.record(
        organisation_id=wait.organisation_id, actor_id=by.pk, verb=f"place.{verb}",
        subject=f"enrolment:{wait.mentee_id}", at=now, facts={"programme": wait.mentee.programme_id},
    )  # fmt: skip


@transaction.atomic
def tell_places(*, programme: Programme, now: datetime) -> int:
    """Tell as many of those who wait as there are places, who came first first. Repeatable; how many were told.

    Whoever was told has three days before the next one is told; then their place in the line is gone.
    """
    rows = PlaceWait.objects.filter(mentee__programme=programme)
    rows.filter(told_at__lte=now - TURN_LASTS).delete()
    waits = list(rows.select_for_update(of=("self",)).select_related("mentee__person", "mentor__person").order_by("id"))
    if not waits:
        return 0
    free = Counter(places_left(programme, load_pool(programme, now).mentors, Side.MENTOR))
    told = 0
    for wait in sorted(waits, key=lambda each: each.told_at is None):  # those whose turn it is hold their place
        code = wait.mentor.person.external_id
        if wait.mentee.state != EnrolmentState.APPROVED or free[code] < 1:
            continue
        free[code] -= 1
        if wait.told_at is None:
            _tell(wait, programme, now)
            told += 1
    return told


def _tell(wait: PlaceWait, programme: Programme, now: datetime) -> None:
    wait.told_at = now
    wait.save(update_fields=["told_at"])
    tell(
        person=wait.mentee.person, kind=notices.PLACE_OPEN, key=f"place_wait:{wait.pk}", now=now,
        path=reverse("find_mentor", args=[programme.slug]),
        parameters={"partner": wait.mentor.person.full_name, "programme": programme.name},
    )  # fmt: skip
