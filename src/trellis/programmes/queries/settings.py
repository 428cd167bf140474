"""Reads for the pages on which a programme is set up and changed. Fixed query counts."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from trellis.people import rules as people_rules
from trellis.people.directory.names import folded
from trellis.people.models import Person
from trellis.programmes.choices import ProgrammeRoleKind
from trellis.programmes.models import Objective, Programme, ProgrammeRole


@dataclass(frozen=True)
class RoleRow:
    person_id: int
    name: str
    job_title: str
    kind: str
    label: str


@dataclass(frozen=True)
class ObjectiveRow:
    id: int
    title: str
    description: str
    programmes: int


@dataclass(frozen=True)
class Found:
    """A person that a search found, with the role they have already, if any."""

    id: int
    name: str
    job_title: str
    unit: str
    role: str


def programmes_with_roles_of(person: Person) -> QuerySet[Programme]:
    """Programmes whose roles `person` may change: those they own; all of them for an organisation admin."""
    if people_rules.is_admin(person):
        return Programme.objects.all()
    return Programme.objects.filter(roles__person=person, roles__kind=ProgrammeRoleKind.OWNER)


def role_rows(programme: Programme) -> list[RoleRow]:
    """Who owns, coordinates and reads the programme; owners first."""
    order = {kind: place for place, kind in enumerate(ProgrammeRoleKind.values)}
    rows = ProgrammeRole.objects.filter(programme=programme).select_related("person")
    return [
        RoleRow(row.person_id, row.person.full_name, row.person.job_title, row.kind, row.get_kind_display())
        for row in sorted(rows, key=lambda row: (order[row.kind], row.person.sort_name, row.pk))
    ]


def find_people(words: str, programme: Programme, most: int = 12) -> list[Found]:
    """Active people whose name or address has every word; two queries."""
    if not words.strip():
        return []
    rows = Person.objects.active()
    for word in words.split()[:5]:
        rows = rows.filter(sort_name__contains=folded(word)) | rows.filter(email__icontains=word)
    roles = dict(ProgrammeRole.objects.filter(programme=programme).values_list("person_id", "kind"))
    labels = dict(ProgrammeRoleKind.choices)
    return [
        Found(row.pk, row.full_name, row.job_title, row.unit, str(labels[roles[row.pk]]) if row.pk in roles else "")
        for row in rows.order_by("sort_name", "id")[:most]
    ]


def objective_rows() -> list[ObjectiveRow]:
    """The organisation's objectives by title, with how many programmes serve each; one query."""
    rows = Objective.objects.annotate(served=Count("programmes")).order_by("title", "id")
    return [ObjectiveRow(row.pk, row.title, row.description, row.served) for row in rows]
