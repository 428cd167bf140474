"""Ranked wishes, made by the person who wishes and seen by nobody else."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.matching import rules
from trellis.matching.models import Wish
from trellis.people.models import Person
from trellis.programmes.models import Enrolment

MOST_WISHES = 5


class TooManyWishes(Refusal):
    """More people were ranked than the programme counts."""


@transaction.atomic
def set_wishes(*, by: Person, wisher: Enrolment, wished: Sequence[Enrolment], now: datetime) -> None:
    """Replace the person's wishes by `wished`, in order of preference. Raises NotAllowed, TooManyWishes."""
    if len(wished) > MOST_WISHES:
        raise TooManyWishes(_("You can rank up to %(most)d people.") % {"most": MOST_WISHES})
    wisher = Enrolment.objects.select_for_update().get(pk=wisher.pk)
    if not all(rules.can_wish(by, wisher, each) for each in wished):
        raise NotAllowed(_("You can only rank people on the other side of your own programme."))
    Wish.objects.filter(wisher=wisher).delete()
    Wish.objects.bulk_create(
        Wish(organisation_id=wisher.organisation_id, wisher=wisher, wished=each, rank=rank)
        for rank, each in enumerate(wished, start=1)
    )
    audit.record(
        organisation_id=wisher.organisation_id, actor_id=by.pk, verb="wishes.set", subject=f"enrolment:{wisher.pk}",
        at=now, facts={"count": len(wished)},
    )  # fmt: skip
