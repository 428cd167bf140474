"""What people said about themselves. It has two readers: each person of their own, and the fairness audit to count."""

from dataclasses import dataclass

from django.db.models import QuerySet

from trellis.people.models import Person, ProtectedAttribute


@dataclass(frozen=True)
class Said:
    """One answer; `id` is another one for every change of it."""

    id: int
    person_id: int
    kind: str
    answer: str


def attributes_of(person: Person) -> dict[str, str]:
    """Kind to answer, for the person themself."""
    return dict(ProtectedAttribute.objects.filter(person=person).values_list("kind", "value"))


def said_by(people: QuerySet[Person]) -> list[Said]:
    """Every answer of these people, for counting. One query."""
    rows = ProtectedAttribute.objects.filter(person__in=people)
    return [Said(*row) for row in rows.values_list("id", "person_id", "kind", "value")]
