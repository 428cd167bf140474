from trellis.people import rules as people_rules
from trellis.people.models import Person
from trellis.programmes.choices import ProgrammeRoleKind
from trellis.programmes.models import Programme, ProgrammeRole

RUNS = (ProgrammeRoleKind.OWNER, ProgrammeRoleKind.COORDINATOR)


def is_programme_manager(person: Person) -> bool:
    """Owns or coordinates at least one programme, or is organisation admin (who may create programmes)."""
    return people_rules.is_admin(person) or ProgrammeRole.objects.filter(person=person, kind__in=RUNS).exists()


def is_programme_reader(person: Person) -> bool:
    """May read some programme's figures: any programme role, organisation analyst, or organisation admin."""
    return (
        people_rules.is_admin(person)
        or people_rules.is_analyst(person)
        or ProgrammeRole.objects.filter(person=person).exists()
    )


def can_manage(person: Person, programme: Programme) -> bool:
    """Change this programme, its people and its rounds. An organisation admin needs a role in it, given openly."""
    return ProgrammeRole.objects.filter(programme=programme, person=person, kind__in=RUNS).exists()


def can_create(person: Person) -> bool:
    return is_programme_manager(person)
