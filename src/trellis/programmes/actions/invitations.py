"""Inviting people of the directory to a programme."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit, jobs
from trellis.kernel.errors import NotAllowed
from trellis.notifications.actions import tell
from trellis.people.models import Person
from trellis.programmes import rules as programme_rules
from trellis.programmes.actions.admission import EnrolmentRefused
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.enrolment_notices import INVITED
from trellis.programmes.enrolment_rules import is_open_for_sign_up, usual_places
from trellis.programmes.models import Enrolment, Programme
from trellis.programmes.queries.participant import minutes_a_month


@transaction.atomic
def queue_invitations(*, by: Person, programme: Programme, side: str, people: Sequence[int], now: datetime) -> int:
    """Ask for people (ids) to be invited by a job, and return the job's id. Raises `EnrolmentRefused`."""
    if not programme_rules.can_manage(by, programme):
        raise NotAllowed(_("Only the people who run this programme invite to it."))
    if not is_open_for_sign_up(programme, now.date()):
        raise EnrolmentRefused(
            _("%(programme)s does not take sign-ups at present, so an invitation would lead nowhere.")
            % {"programme": programme.name}
        )
    if not people:
        raise EnrolmentRefused(_("Nobody is left to invite: everybody chosen is already invited or enrolled."))
    audit.record(
        organisation_id=programme.organisation_id, actor_id=by.pk, verb="programme.invitations_sent",
        subject=f"programme:{programme.pk}", at=now, facts={"side": side, "count": len(people)},
    )  # fmt: skip
    return jobs.queue(
        "programmes.invite", organisation_id=programme.organisation_id, started_by_id=by.pk,
        programme_id=programme.pk, side=side, people=list(people),
    )  # fmt: skip


@transaction.atomic
def invite(*, programme: Programme, side: str, people: Iterable[int], now: datetime) -> int:
    """Invite active people (ids) who have no enrolment on this side yet, and tell them. Safe to repeat."""
    chosen = {person.pk: person for person in Person.objects.active().filter(pk__in=list(people))}
    known = Enrolment.objects.filter(programme=programme, side=side, person__in=chosen)
    fresh = set(chosen) - set(known.values_list("person_id", flat=True))
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                organisation_id=programme.organisation_id, programme=programme, person=chosen[number], side=side,
                state=EnrolmentState.INVITED, places=usual_places(programme, side), created_at=now,
            )
            for number in sorted(fresh)
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    for person in (chosen[number] for number in sorted(fresh)):
        _tell_invited(person, programme, side, now)
    return len(fresh)


def _tell_invited(person: Person, programme: Programme, side: str, now: datetime) -> None:
    tell(
        person=person, kind=INVITED, key=f"invited:{programme.pk}:{side}", now=now,
        path=f"/programmes/{programme.slug}/",
        parameters={
            "programme": programme.name, "side": str(Side(side).label).lower(), "minutes": minutes_a_month(programme),
        },
    )  # fmt: skip
