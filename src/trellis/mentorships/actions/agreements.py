"""What the pair agrees, and both signatures under it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.events import publish
from trellis.mentorships import notices, rules
from trellis.mentorships.actions.states import locked, record
from trellis.mentorships.events import AgreementSigned
from trellis.mentorships.models import Agreement, Mentorship, Party, Signature
from trellis.mentorships.queries import partners_of
from trellis.people.models import Person


class AgreementRefused(Refusal):
    """Nothing to sign, or not the text that was read."""


@transaction.atomic
def draft_agreement(
    *, by: Person, mentorship: Mentorship, aims: str, rhythm: str, boundaries: str, confidentiality: str, now: datetime,
    seen: int | None = None,
) -> Agreement:  # fmt: skip
    """Write the agreement, or change it. A new version has no signatures: nobody has agreed to it yet.

    `seen` is the version that the writer started from, 0 for none, None where nobody read one. Raises NotAllowed,
    and AgreementRefused when the other side has saved another version meanwhile.
    """
    mentorship = _writable(by, mentorship)
    latest = mentorship.agreements.aggregate(latest=Max("version"))["latest"] or 0
    if seen is not None and seen != latest:
        raise AgreementRefused(
            _(
                "The other side saved a new version while you were writing. Yours is kept below. Read theirs first "
                "(open this page a second time), then save again."
            )
        )
    agreement = Agreement.objects.create(
        organisation_id=mentorship.organisation_id, mentorship=mentorship, version=latest + 1, aims=aims,
        rhythm=rhythm, boundaries=boundaries, confidentiality=confidentiality, drafted_by=by, drafted_at=now,
    )  # fmt: skip
    record("agreement_drafted", mentorship, by=by, now=now, facts={"version": agreement.version})
    for partner in partners_of(mentorship, by):
        notices.tell_party(
            partner, by, notices.AGREEMENT_DRAFTED, mentorship, now=now, step=str(agreement.version),
            path=notices.agreement_page(mentorship),
        )  # fmt: skip
    return agreement


@transaction.atomic
def sign_agreement(*, by: Person, mentorship: Mentorship, version: int, now: datetime) -> Signature:
    """Sign the version that was read. Signing twice changes nothing.

    When everybody has signed, both are told and `AgreementSigned` is published. Raises AgreementRefused if the
    text has changed since, NotAllowed for anybody else.
    """
    mentorship = _writable(by, mentorship)
    agreement = mentorship.agreements.order_by("-version").first()
    if agreement is None:
        raise AgreementRefused(_("There is no agreement to sign yet. Write it first."))
    if agreement.version != version:
        raise AgreementRefused(_("The text has changed since you opened it. Read the new one, then sign."))
    signature, fresh = Signature.objects.get_or_create(
        agreement=agreement, person=by, defaults={"organisation_id": mentorship.organisation_id, "signed_at": now}
    )
    if fresh:
        record("agreement_signed", mentorship, by=by, now=now, facts={"version": version})
        if agreement.signatures.count() == Party.objects.filter(mentorship=mentorship).count():
            _tell_signed(mentorship, by, version, now)
    return signature


def _writable(by: Person, mentorship: Mentorship) -> Mentorship:
    mentorship = locked(mentorship)
    if not rules.can_write_in(by, mentorship):
        raise NotAllowed(_("Only the two people in this mentoring can do that, and only while it lasts."))
    return mentorship


def _tell_signed(mentorship: Mentorship, by: Person, version: int, now: datetime) -> None:
    publish(AgreementSigned(organisation_id=mentorship.organisation_id, mentorship_id=mentorship.pk), at=now)
    for partner in partners_of(mentorship, by):
        notices.tell_party(partner, by, notices.AGREEMENT_SIGNED, mentorship, now=now, step=str(version))
