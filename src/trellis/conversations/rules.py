from trellis.mentorships.models import Mentorship
from trellis.mentorships.rules import can_message_in
from trellis.people.models import Person

MESSAGE_AT_MOST = 5_000  # characters


def can_send(person: Person, mentorship: Mentorship) -> bool:
    """The parties, while it is live or where both stay in touch. Reading stays theirs afterwards."""
    return can_message_in(person, mentorship)
