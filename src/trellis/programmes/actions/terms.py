"""A programme's terms: asking people again when they have changed, and keeping who accepted which version."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import Refusal
from trellis.notifications.actions import tell
from trellis.people.choices import ConsentKind
from trellis.people.models import Consent, Person
from trellis.programmes import notices
from trellis.programmes.enrolment_rules import TAKES_PART
from trellis.programmes.models import Programme
from trellis.programmes.queries.sign_up import acceptance_of, terms_open


class TermsRefused(Refusal):
    """These terms cannot be accepted: they are not the current ones, or nobody asked this person."""


@transaction.atomic
def tell_new_terms(*, programme: Programme, version: int, now: datetime) -> int:
    """Tell everybody who takes part that the terms have a new version; nobody twice. Returns how many were told."""
    people = Person.objects.filter(enrolments__programme=programme, enrolments__state__in=TAKES_PART).distinct()
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


@transaction.atomic
def accept_terms(*, by: Person, programme: Programme, version: int, now: datetime) -> None:
    """Record that somebody who takes part accepts the current terms. Safe to repeat. Raises TermsRefused."""
    if version != programme.terms_version:
        raise TermsRefused(_("The terms have changed since you opened this page. Please read them again."))
    if not terms_open(by, programme):
        raise TermsRefused(_("There is nothing here for you to accept."))
    keep_consent(by=by, about=acceptance_of(programme.pk), version=version, now=now)
    audit.record(
        organisation_id=programme.organisation_id,
        actor_id=by.pk,
        verb="consent.given",
        subject=f"programme:{programme.pk}",
        at=now,
        facts={"terms_version": version},
    )


def keep_consent(*, by: Person, about: str, version: int, now: datetime) -> None:
    Consent.objects.get_or_create(
        person=by, kind=ConsentKind.PROGRAMME_TERMS, about=about, version=version,
        defaults={"organisation_id": by.organisation_id, "given_at": now},
    )  # fmt: skip
