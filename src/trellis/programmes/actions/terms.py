"""Asking people again when a programme's terms have changed."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from trellis.notifications.actions import tell
from trellis.people.models import Person
from trellis.programmes import notices
from trellis.programmes.choices import EnrolmentState
from trellis.programmes.models import Programme

TAKING_PART = (EnrolmentState.APPLIED, EnrolmentState.WAITING, EnrolmentState.APPROVED, EnrolmentState.PAUSED)


@transaction.atomic
def tell_new_terms(*, programme: Programme, version: int, now: datetime) -> int:
    """Tell everybody who takes part that the terms have a new version; nobody twice. Returns how many were told."""
    people = Person.objects.filter(enrolments__programme=programme, enrolments__state__in=TAKING_PART).distinct()
    told = 0
    for person in people.order_by("pk"):
        notice = tell(
            person=person,
            kind=notices.NEW_TERMS,
            key=f"terms:{programme.pk}:{version}",
            now=now,
            path=reverse("programme_join", args=[programme.slug]),
            parameters={"programme": programme.name},
        )
        told += notice is not None
    return told
