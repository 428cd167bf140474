from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from trellis.kernel import audit
from trellis.kernel.errors import Refusal
from trellis.people.choices import ConsentKind
from trellis.people.models import Consent, Person


class NoticeChanged(Refusal):
    """The text on the person's screen is no longer the organisation's current one."""


@transaction.atomic
def accept_privacy_notice(*, by: Person, version: int, now: datetime) -> Consent:
    """Record that a person accepted one version of the privacy notice. The first time this opens Trellis to them."""
    current = by.organisation.privacy_notice_version
    if version != current:
        raise NoticeChanged(_("The privacy notice changed while you were reading. Please read the new text below."))
    consent, fresh = Consent.objects.get_or_create(
        person=by, kind=ConsentKind.PRIVACY_NOTICE, about="", version=version,
        defaults={"organisation_id": by.organisation_id, "given_at": now},
    )  # fmt: skip
    if fresh:
        audit.record(
            organisation_id=by.organisation_id, actor_id=by.pk, verb="consent.given",
            subject=f"person:{by.pk}", at=now, facts={"notice_version": version},
        )  # fmt: skip
    if by.onboarded_at is None:
        by.onboarded_at = now
        by.save(update_fields=["onboarded_at"])
    return consent
