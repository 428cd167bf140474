"""Who helps a pair: the programme's team, and the contact for what must stay in confidence."""

from trellis.mentorships.models import Mentorship, Party
from trellis.people.choices import OrganisationRole
from trellis.people.models import Person
from trellis.programmes.choices import ProgrammeRoleKind
from trellis.programmes.models import Programme

CHAIN_AT_MOST = 12  # levels walked upwards; a circle in the directory ends there


def programme_team(programme: Programme) -> list[Person]:
    """Owner and coordinators; one query."""
    kinds = [ProgrammeRoleKind.OWNER, ProgrammeRoleKind.COORDINATOR]
    return list(
        Person.objects.active()
        .filter(programme_roles__programme=programme, programme_roles__kind__in=kinds)
        .distinct()
        .order_by("id")
    )


def safeguarding_contacts(mentorship: Mentorship) -> list[Person]:
    """The organisation's safeguarding contacts, without the parties themselves and both reporting chains."""
    contacts = Person.objects.active().filter(role_grants__role=OrganisationRole.SAFEGUARDING)
    return list(contacts.exclude(pk__in=_too_near(mentorship)).distinct().order_by("id"))


def _too_near(mentorship: Mentorship) -> set[int]:
    near = set(Party.objects.filter(mentorship=mentorship).values_list("person_id", flat=True))
    level = near
    for _ in range(CHAIN_AT_MOST):
        above = Person.objects.filter(pk__in=level, manager__isnull=False).values_list("manager_id", flat=True)
        level = {manager for manager in above if manager is not None} - near
        if not level:
            break
        near |= level
    return near
