"""The first things in an installation: an organisation, its first admin, and a way in that needs no mail server."""

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from trellis.kernel import audit
from trellis.kernel.errors import Refusal
from trellis.kernel.tenancy import organisation_scope
from trellis.people.actions.invitations import VALID_FOR, end_invitations, hash_of
from trellis.people.actions.roles import grant_role
from trellis.people.choices import OrganisationRole
from trellis.people.directory.names import sort_name_of
from trellis.people.models import Invitation, Organisation, Person


class FoundingRefused(Refusal):
    """The organisation or its first admin cannot be made like this."""


@transaction.atomic
def found_organisation(*, name: str, slug: str = "", admin_email: str, admin_name: str = "", now: datetime) -> Person:
    """Make an organisation with its first admin, and return the admin. `slug` is made from the name if left out."""
    slug = slug or slugify(name)[:50]
    _check(name, slug, admin_email)
    organisation = Organisation.objects.create(name=name.strip(), slug=slug, created_at=now)
    with organisation_scope(organisation.pk):
        audit.record(
            organisation_id=organisation.pk, actor_id=None, verb="organisation.founded",
            subject=f"organisation:{organisation.pk}", at=now,
        )  # fmt: skip
        given, _space, family = (admin_name.strip() or admin_email.split("@")[0]).partition(" ")
        admin = Person.objects.create(
            organisation=organisation, external_id=admin_email.lower()[:64], email=admin_email.lower(),
            given_name=given, family_name=family, sort_name=sort_name_of(given_name=given, family_name=family),
        )  # fmt: skip
        grant_role(by=None, person=admin, role=OrganisationRole.ADMIN, now=now)
    return admin


@transaction.atomic
def entry_link_token(*, person: Person, now: datetime) -> str:
    """The token of a fresh invitation that the operator hands over in person. Older ones stop working; no mail is sent.

    Nothing of the token but its hash is kept, as with invitations by mail.
    """
    end_invitations(people=[person.pk], now=now)
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        organisation_id=person.organisation_id, person=person, token_hash=hash_of(token),
        sent_at=now, expires_at=now + VALID_FOR,
    )  # fmt: skip
    audit.record(
        organisation_id=person.organisation_id, actor_id=None, verb="person.entry_link_made",
        subject=f"person:{person.pk}", at=now,
    )  # fmt: skip
    return token


def _check(name: str, slug: str, admin_email: str) -> None:
    if not name.strip():
        raise FoundingRefused(_("Please give the organisation a name that can be seen."), field="name")
    try:
        validate_slug(slug)
    except ValidationError:
        raise FoundingRefused(
            _("The short name in addresses may hold letters a to z, digits and hyphens."), field="slug"
        ) from None
    if Organisation.objects.filter(slug=slug).exists():
        raise FoundingRefused(
            _("There is an organisation with the short name %(slug)s already. Choose another with --slug.")
            % {"slug": slug},
            field="slug",
        )
    try:
        validate_email(admin_email)
    except ValidationError:
        raise FoundingRefused(
            _("%(email)s is not an e-mail address. The first admin needs one to sign in.") % {"email": admin_email},
            field="admin_email",
        ) from None
