"""Roles across an organisation: who may give and take them, and who may hold which together.

The right is read from the database once it is one's turn: `rules.is_admin` knows what was so when the request began.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from trellis.kernel import audit, events
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.people.choices import OrganisationRole, PersonStatus
from trellis.people.events import RoleGranted
from trellis.people.models import Organisation, Person, RoleGrant

APART = {OrganisationRole.ADMIN: OrganisationRole.SAFEGUARDING, OrganisationRole.SAFEGUARDING: OrganisationRole.ADMIN}


class RoleRefused(Refusal):
    """This person cannot be given, or cannot lose, this role."""


@transaction.atomic
def grant_role(*, by: Person | None, person: Person, role: str, now: datetime) -> RoleGrant:
    """Give `person` a role; giving it twice changes nothing. `by` None is the installation itself (first admin).

    Raises `RoleRefused` for somebody who left, and for admin and safeguarding contact in one hand: the one who
    runs the installation must not be the one to whom people report a concern about it.
    """
    organisation = _turn(person.organisation_id)
    _must_be_admin(by)
    if person.status not in {PersonStatus.ACTIVE, PersonStatus.ON_LEAVE}:
        raise RoleRefused(_("%(name)s is not active in the directory, so they cannot hold a role.") % _name(person))
    held = set(RoleGrant.objects.filter(person=person).values_list("role", flat=True))
    if APART.get(OrganisationRole(role)) in held:
        raise RoleRefused(
            _(
                "%(name)s cannot be organisation admin and safeguarding contact at once. "
                "Take the other role away first, or choose somebody else."
            )
            % _name(person)
        )
    grant, fresh = RoleGrant.objects.get_or_create(
        person=person, role=role,
        defaults={"organisation": organisation, "granted_by": by, "granted_at": now},
    )  # fmt: skip
    if fresh:
        _record(by, person, "role.granted", role, now)
        events.publish(RoleGranted(organisation_id=person.organisation_id, grant_id=grant.pk), at=now)
    return grant


@transaction.atomic
def revoke_role(*, by: Person | None, grant: RoleGrant, now: datetime) -> None:
    """Take a role away at once: the next page its holder opens knows. The last active admin stays."""
    _turn(grant.organisation_id)
    _must_be_admin(by)
    if grant.role == OrganisationRole.ADMIN and not _other_admin(grant.person):
        raise RoleRefused(
            _("%(name)s is the only organisation admin. Make somebody else admin first.") % _name(grant.person)
        )
    deleted, _rows = RoleGrant.objects.filter(pk=grant.pk).delete()
    if deleted:
        _record(by, grant.person, "role.revoked", grant.role, now)


def take_roles_of_leavers(*, by: Person | None, people: Iterable[int], now: datetime) -> None:
    """Whoever has left holds no role any more: hired again, they would otherwise be admin without anybody's doing.

    `people` are ids. That an admin stays is the caller's care: the import keeps the last one back.
    """
    for grant in RoleGrant.objects.filter(person_id__in=list(people)).select_related("person").order_by("pk"):
        _record(by, grant.person, "role.revoked", grant.role, now)
        grant.delete()


def _turn(organisation_id: int) -> Organisation:
    """Roles change one after another, so that two admins cannot remove each other at the same moment."""
    return Organisation.objects.select_for_update().get(pk=organisation_id)


def _must_be_admin(by: Person | None) -> None:
    if by is not None and not RoleGrant.objects.filter(person=by, role=OrganisationRole.ADMIN).exists():
        raise NotAllowed(_("Only an organisation admin can change roles."))


def _other_admin(person: Person) -> bool:
    admins = RoleGrant.objects.filter(role=OrganisationRole.ADMIN).exclude(person=person)
    return admins.filter(person__status__in=[PersonStatus.ACTIVE, PersonStatus.ON_LEAVE]).exists()


def _name(person: Person) -> dict[str, str]:
    return {"name": person.full_name}


def _record(by: Person | None, person: Person, verb: str, role: str, now: datetime) -> None:
    audit.record(
        organisation_id=person.organisation_id, actor_id=by.pk if by else None, verb=verb,
        subject=f"person:{person.pk}", at=now, facts={"role": role},
    )  # fmt: skip
