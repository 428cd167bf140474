from datetime import date

from trellis.kernel import clock
from trellis.kernel.events import hears
from trellis.mentorships.actions import end_mentorships_of
from trellis.people.events import PersonLeft
from trellis.people.models import Person


@hears(PersonLeft)
def end_when_person_left(*, organisation_id: int, person_id: int, left_on: date | str) -> None:
    """Somebody has left the organisation: their mentorships end politely, and each partner reads the neutral notice."""
    for person in Person.objects.filter(pk=person_id):
        end_mentorships_of(person=person, now=clock.now())
