from collections.abc import Iterable

from trellis.learning.models import ModuleCompletion
from trellis.people.models import Person


def has_completed(person: Person, module: str) -> bool:
    return ModuleCompletion.objects.filter(person=person, module=module).exists()


def completed_modules(person: Person) -> frozenset[str]:
    return frozenset(ModuleCompletion.objects.filter(person=person).values_list("module", flat=True))


def people_who_completed(module: str, people: Iterable[int]) -> frozenset[int]:
    """Of `people` (ids), those who finished `module`; one query."""
    rows = ModuleCompletion.objects.filter(module=module, person_id__in=list(people))
    return frozenset(rows.values_list("person_id", flat=True))
