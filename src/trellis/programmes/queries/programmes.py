from trellis.people import rules as people_rules
from trellis.people.models import Person
from trellis.programmes.choices import ProgrammeRoleKind, ProgrammeStatus
from trellis.programmes.models import Programme, ProgrammeQuerySet


def readable_programmes(person: Person) -> ProgrammeQuerySet:
    """Programmes whose states, dates and counts `person` may see."""
    if people_rules.is_analyst(person):
        return Programme.objects.all()
    return Programme.objects.readable_by(person)


def managed_programmes(person: Person) -> ProgrammeQuerySet:
    """Programmes that `person` owns or coordinates."""
    return Programme.objects.run_by(person)


def programmes_in_menu(person: Person) -> list[Programme]:
    """Up to six programmes that `person` runs, newest first, for the side menu."""
    kinds = [ProgrammeRoleKind.OWNER, ProgrammeRoleKind.COORDINATOR, ProgrammeRoleKind.ANALYST]
    rows = Programme.objects.filter(roles__person=person, roles__kind__in=kinds)
    return list(
        rows.exclude(status=ProgrammeStatus.ARCHIVED).only("name", "slug", "organisation_id").order_by("-id")[:6]
    )
