from dataclasses import dataclass
from datetime import datetime

from trellis.people.directory.names import folded
from trellis.people.models import Person, RoleGrant


@dataclass(frozen=True)
class GrantRow:
    id: int
    person_id: int
    name: str
    email: str
    job_title: str
    role: str
    granted_at: datetime
    granted_by: str


def role_grants() -> list[GrantRow]:
    """Everybody with a role across the organisation in scope, by role and name; one query."""
    rows = RoleGrant.objects.select_related("person", "granted_by").order_by("role", "person__sort_name", "id")
    return [
        GrantRow(
            grant.pk, grant.person_id, grant.person.full_name, grant.person.email, grant.person.job_title, grant.role,
            grant.granted_at, grant.granted_by.full_name if grant.granted_by else "",
        )
        for grant in rows
    ]  # fmt: skip


def people_starting_with(text: str, limit: int = 8) -> list[Person]:
    """Active people whose family, given or full name, or e-mail, starts with `text`; an empty text finds nobody."""
    text = " ".join(text.split())
    if not text:
        return []
    first, _, rest = text.partition(" ")
    rows = Person.objects.active()
    found = (
        rows.filter(sort_name__startswith=folded(text))
        | rows.filter(given_name__istartswith=text)
        | rows.filter(preferred_name__istartswith=text)
        | rows.filter(email__istartswith=text)
    )
    if rest:
        found |= rows.filter(given_name__istartswith=first, family_name__istartswith=rest)
    return list(found.order_by("sort_name", "id")[:limit])
