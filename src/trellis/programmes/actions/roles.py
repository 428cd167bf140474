"""Who runs and who reads a programme. Owners decide; an organisation admin may step in, and the owners are told."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.kernel import audit
from trellis.kernel.errors import NotAllowed, Refusal
from trellis.notifications.actions import tell
from trellis.notifications.registry import NoticeKind
from trellis.people import rules as people_rules
from trellis.people.choices import PersonStatus
from trellis.people.models import Person
from trellis.programmes import notices
from trellis.programmes.choices import ProgrammeRoleKind
from trellis.programmes.models import Programme, ProgrammeRole

OWNER = ProgrammeRoleKind.OWNER


class RoleRefused(Refusal):
    """The role cannot be given or taken."""


def can_change_roles(person: Person, programme: Programme) -> bool:
    """An owner, or an organisation admin: somebody must be able to appoint an owner when the last one left."""
    owns = ProgrammeRole.objects.filter(programme=programme, person=person, kind=OWNER).exists()
    return owns or people_rules.is_admin(person)


@transaction.atomic
def give_role(
    *, by: Person, programme: Programme, person: Person, kind: ProgrammeRoleKind, now: datetime
) -> ProgrammeRole:
    """Give `person` a role in the programme, in place of the one they had. They are told.

    Raises NotAllowed, and RoleRefused for somebody who has left or for the last owner stepping down.
    """
    roles = _locked_roles(by, programme)
    if person.status in (PersonStatus.LEFT, PersonStatus.SUSPENDED):
        raise RoleRefused(
            _("%(name)s is not active in the directory. Choose somebody else.") % {"name": person.full_name}
        )
    before = roles.get(person.pk)
    if before and before.kind == kind:
        return before
    owned = before is not None and before.kind == OWNER
    if before:
        _keep_an_owner(before, roles)
        before.kind = kind
        before.save(update_fields=["kind"])
    role = before or ProgrammeRole.objects.create(
        organisation_id=programme.organisation_id, programme=programme, person=person, kind=kind
    )
    _record(by, programme, "programme.role_given", person, kind, now)
    if person != by:
        words = {"programme": programme.name, "by": by.full_name, "role": str(kind.label)}
        _tell(person, notices.ROLE_GIVEN, programme, now, words)
    if owned or kind == OWNER:
        _tell_owners(by, programme, roles, now)
    return role


@transaction.atomic
def take_role(*, by: Person, programme: Programme, person: Person, now: datetime) -> None:
    """Take away whatever role `person` has in the programme. The last owner cannot go: RoleRefused."""
    roles = _locked_roles(by, programme)
    role = roles.get(person.pk)
    if role is None:
        return
    _keep_an_owner(role, roles)
    role.delete()
    _record(by, programme, "programme.role_taken", person, role.kind, now)
    if role.kind == OWNER:
        _tell_owners(by, programme, roles, now)


def _locked_roles(by: Person, programme: Programme) -> dict[int, ProgrammeRole]:
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)  # two owners must not remove each other
    if not can_change_roles(by, programme):
        raise NotAllowed(_("Only an owner of this programme can change who runs it."))
    rows = ProgrammeRole.objects.filter(programme=programme).select_related("person")
    return {role.person_id: role for role in rows}


def _keep_an_owner(role: ProgrammeRole, roles: dict[int, ProgrammeRole]) -> None:
    owners = [each for each in roles.values() if each.kind == OWNER]
    if owners == [role]:
        raise RoleRefused(
            _("%(name)s is the only owner. Give somebody else the role “Owner” first.")
            % {"name": role.person.full_name}
        )


def _tell_owners(by: Person, programme: Programme, roles: dict[int, ProgrammeRole], now: datetime) -> None:
    """Everybody who owned the programme before the change, but the one who made it."""
    for role in roles.values():
        if role.kind == OWNER and role.person_id != by.pk:
            words = {"programme": programme.name, "by": by.full_name}
            _tell(role.person, notices.OWNER_CHANGED, programme, now, words)


def _tell(person: Person, kind: NoticeKind, programme: Programme, now: datetime, words: dict[str, str]) -> None:
    path = reverse("programme_summary", args=[programme.slug])
    key = f"{kind.name}:{programme.pk}:{now.isoformat()}"
    tell(person=person, kind=kind, key=key, now=now, path=path, parameters=words)


def _record(by: Person, programme: Programme, verb: str, person: Person, kind: str, now: datetime) -> None:
    audit.record(
        organisation_id=programme.organisation_id,
        actor_id=by.pk,
        verb=verb,
        subject=f"programme:{programme.pk}",
        at=now,
        facts={"person": person.pk, "role": str(kind)},
    )
