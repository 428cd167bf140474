from trellis.mentorships.choices import LEGAL_TRANSITIONS, LIVE_STATES, MentorshipState
from trellis.mentorships.models import Mentorship, Party
from trellis.people.models import Person
from trellis.programmes.models import Programme
from trellis.programmes.templates import all_templates

PAUSE_DAYS_AT_MOST = 90
EXTENSION_WEEKS_AT_MOST = 52


def is_party(person: Person, mentorship: Mentorship) -> bool:
    """One of the people in this mentorship. Nobody else reads what is in it, whatever their role."""
    return Party.objects.filter(mentorship=mentorship, person=person).exists()


def is_live(mentorship: Mentorship) -> bool:
    return mentorship.state in LIVE_STATES


def can_write_in(person: Person, mentorship: Mentorship) -> bool:
    """Add or change meetings, goals, messages, tasks: a party, while the mentorship is live. A closed one is read-only.

    A paused mentorship may be written in: the pause stops the clock, not the conversation.
    """
    return is_live(mentorship) and is_party(person, mentorship)


def can_message_in(person: Person, mentorship: Mentorship) -> bool:
    """Write messages: while it is live, and after the close where both said they stay in touch."""
    return (is_live(mentorship) or stays_open(mentorship)) and is_party(person, mentorship)


def stays_open(mentorship: Mentorship) -> bool:
    """Closed, and both wish to go on informally."""
    return mentorship.state == MentorshipState.COMPLETED and mentorship.continues_informally


def can_move(mentorship: Mentorship, to_state: str) -> bool:
    """Whether the state machine allows this step."""
    return to_state in LEGAL_TRANSITIONS[mentorship.state]


def can_extend(mentorship: Mentorship) -> bool:
    """A live mentorship that has not been extended yet, in a programme that may be renewed."""
    return is_live(mentorship) and mentorship.extended_weeks == 0 and is_renewable(mentorship.programme)


def is_renewable(programme: Programme) -> bool:
    """Once, by the rule of its template; flash mentoring is not. A programme of unknown origin is."""
    return all(template.renewable_once for template in all_templates() if template.id == programme.template_id)
