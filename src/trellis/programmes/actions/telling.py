"""Telling people what was decided, once the manager can no longer undo it at a click."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from trellis.learning.modules import module_for
from trellis.notifications.actions import tell
from trellis.notifications.models import Notice
from trellis.notifications.registry import NoticeKind
from trellis.programmes import enrolment_notices as notices
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment

UNDO_FOR = timedelta(minutes=10)
LATEST = timedelta(days=7)  # a worker that stood still for longer does not bring up old news

KINDS: dict[str, NoticeKind] = {
    EnrolmentState.APPROVED: notices.APPROVED,
    EnrolmentState.WAITING: notices.WAITING,
    EnrolmentState.REJECTED: notices.NOT_ACCEPTED,
    EnrolmentState.APPLIED: notices.TRAINING_OPEN,
}


@transaction.atomic
def tell_decided(*, now: datetime) -> int:
    """Tell everybody whose sign-up was decided more than ten minutes ago and who has not been told. Safe to repeat."""
    settled = Enrolment.objects.filter(decided_at__lte=now - UNDO_FOR, decided_at__gt=now - LATEST)
    rows = settled.filter(
        Q(state__in=[EnrolmentState.APPROVED, EnrolmentState.WAITING, EnrolmentState.REJECTED])
        | Q(state=EnrolmentState.APPLIED, decided_by__isnull=False)
    )
    found = list(rows.select_related("programme", "person").without_words().order_by("pk"))
    told = _told(found)
    fresh = [enrolment for enrolment in found if key_of(enrolment) not in told]
    for enrolment in fresh:
        tell_where_it_stands(enrolment, now)
    return len(fresh)


def key_of(enrolment: Enrolment) -> str:
    """One telling for each decision; a decision taken again is told again."""
    assert enrolment.decided_at
    return f"enrolment:{enrolment.pk}:{enrolment.state}:{enrolment.decided_at:%Y%m%dT%H%M%S}"


def _told(enrolments: Iterable[Enrolment]) -> set[str]:
    people = {enrolment.person_id for enrolment in enrolments}
    kinds = [kind.name for kind in KINDS.values()]
    return set(Notice.objects.filter(person__in=people, kind__in=kinds).values_list("key", flat=True))


def tell_where_it_stands(enrolment: Enrolment, now: datetime) -> None:
    """One telling at once; used directly for what no manager decided and nobody can undo."""
    kind = KINDS[enrolment.state]
    module = module_for(enrolment.side)
    path = f"/programmes/{enrolment.programme.slug}/"
    if kind is notices.NOT_ACCEPTED:
        path = "/programmes/"
    if kind is notices.TRAINING_OPEN:
        path = f"/training/{module.id}/"
    tell(
        person=enrolment.person, kind=kind, key=key_of(enrolment), now=now, path=path,
        parameters={
            "programme": enrolment.programme.name, "side": str(Side(enrolment.side).label).lower(),
            "minutes": module.minutes,
        },
    )  # fmt: skip
