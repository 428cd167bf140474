"""What programmes hear from below."""

from trellis.kernel import clock
from trellis.kernel.events import hears
from trellis.learning.events import ModuleCompleted
from trellis.people.events import PersonLeft
from trellis.people.models import Person
from trellis.programmes.actions.enrolment import admit_trained, withdraw_leaver


@hears(ModuleCompleted)
def open_training_gate(*, organisation_id: int, person_id: int, module: str) -> None:
    """However a module was completed, the sign-ups that waited for it move on."""
    admit_trained(person=Person.objects.get(pk=person_id), now=clock.now())


@hears(PersonLeft)
def withdraw_who_left(*, organisation_id: int, person_id: int, left_on: str) -> None:
    """A leaver holds no place."""
    withdraw_leaver(person=Person.objects.get(pk=person_id), now=clock.now())
