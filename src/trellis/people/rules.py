from trellis.people.choices import OrganisationRole
from trellis.people.models import Person


def is_admin(person: Person) -> bool:
    """Runs the installation for the organisation; reads no one's private content."""
    return OrganisationRole.ADMIN in person.organisation_roles


def is_analyst(person: Person) -> bool:
    return OrganisationRole.ANALYST in person.organisation_roles


def is_executive(person: Person) -> bool:
    return OrganisationRole.EXECUTIVE in person.organisation_roles


def is_people_manager(person: Person) -> bool:
    """Has somebody reporting to them in the directory."""
    return person.leads_people
