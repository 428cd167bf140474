from trellis.mentorships.choices import LEGAL_TRANSITIONS, LIVE_STATES, MentorshipState
from trellis.mentorships.models import Mentorship, Party
from trellis.people.models import Person

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


def can_move(mentorship: Mentorship, to_state: str) -> bool:
    """Whether the state machine allows this step."""
    return to_state in LEGAL_TRANSITIONS[mentorship.state]


def can_resume(mentorship: Mentorship) -> bool:
    return mentorship.state == MentorshipState.PAUSED


def can_extend(mentorship: Mentorship) -> bool:
    """Renewable once, by the rule of the templates: a live mentorship that has not been extended yet."""
    return is_live(mentorship) and mentorship.extended_weeks == 0
