"""Invitations by mail. The token exists only inside the mail: what is kept is its hash."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from trellis.kernel import audit, events
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.people import rules
from trellis.people.actions.accounts import account_for_sign_in
from trellis.people.choices import PersonStatus
from trellis.people.events import PersonInvited
from trellis.people.models import Account, Invitation, Person

VALID_FOR = timedelta(days=14)


class InvitationSpent(Refusal):
    """The link was used, has expired, or never existed; all three read the same."""

    def __init__(self) -> None:
        super().__init__(_("This link was used or has expired. Ask for a new one."))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite_people(*, by: Person | None, people: Iterable[Person], now: datetime) -> list[Invitation]:
    """Invite active people by mail; an older open invitation of the same person stops working.

    The mail is queued. Its job asks `fresh_token` for the link, so no clear token is ever stored. Raises NotAllowed
    for anybody but an organisation admin.
    """
    if by is not None and not rules.is_admin(by):
        raise NotAllowed(_("Only an organisation admin can invite people to sign in."))
    invited = [person for person in people if person.status in {PersonStatus.ACTIVE, PersonStatus.ON_LEAVE}]
    end_invitations(people=[person.pk for person in invited], now=now)
    return [_invite(by, person, now) for person in invited]


def end_invitations(*, people: Iterable[int], now: datetime) -> None:
    """Close what is open for some people (ids): a newer invitation replaces it, or it went to an address they lost."""
    Invitation.objects.filter(person_id__in=list(people), accepted_at=None, expires_at__gt=now).update(expires_at=now)


def _invite(by: Person | None, person: Person, now: datetime) -> Invitation:
    invitation = Invitation.objects.create(
        organisation_id=person.organisation_id, person=person, token_hash=hash_of(secrets.token_urlsafe(32)),
        invited_by=by, sent_at=now, expires_at=now + VALID_FOR,
    )  # fmt: skip
    audit.record(
        organisation_id=person.organisation_id, actor_id=by.pk if by else None, verb="person.invited",
        subject=f"person:{person.pk}", at=now,
    )  # fmt: skip
    events.publish(PersonInvited(organisation_id=person.organisation_id, invitation_id=invitation.pk), at=now)
    return invitation


def fresh_token(*, invitation: Invitation) -> str:
    """A new token for an open invitation; the one before stops working. Called by the job that writes the mail."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hash_of(token)
    invitation.save(update_fields=["token_hash"])
    return token


def open_invitation(token: str, *, now: datetime) -> Invitation:
    """The invitation that `token` opens; raises `InvitationSpent`."""
    with every_organisation("a link names no organisation"):
        invitation = (
            Invitation.objects.filter(token_hash=hash_of(token), accepted_at=None, expires_at__gt=now)
            .select_related("person__organisation")
            .first()
        )
    if invitation is None or invitation.person.status not in {PersonStatus.ACTIVE, PersonStatus.ON_LEAVE}:
        raise InvitationSpent
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, now: datetime) -> Account:
    """Use the link up and return the account to sign in with; raises `InvitationSpent` the second time."""
    invitation = open_invitation(token, now=now)
    with organisation_scope(invitation.organisation_id):
        won = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(accepted_at=now)
    account = account_for_sign_in(email=invitation.person.email.lower(), now=now) if won else None
    if account is None:
        raise InvitationSpent
    with organisation_scope(invitation.organisation_id):
        audit.record(
            organisation_id=invitation.organisation_id, actor_id=invitation.person_id, verb="invitation.accepted",
            subject=f"person:{invitation.person_id}", at=now,
        )  # fmt: skip
    return account
