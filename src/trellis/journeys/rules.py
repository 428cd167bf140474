from collections.abc import Sequence

from trellis.mentorships.models import Mentorship
from trellis.mentorships.rules import can_write_in, is_live, is_party
from trellis.people.models import Person
from trellis.programmes.rules import can_manage
from trellis_engine.journey import StagePlan

TALK = "talk"  # the joint result where the two chose differently
CLOSING_SHARE = 0.8  # of the length: from here on a round may be closed
WORDS_AT_MOST = 10_000  # characters of one text


def can_guide(person: Person, mentorship: Mentorship) -> bool:
    """Tick tasks, press next, choose at half-time: a party, while the mentorship is live."""
    return can_write_in(person, mentorship)


def can_coordinate(person: Person, mentorship: Mentorship) -> bool:
    """Move a pair on: an owner or coordinator of the programme, who is not one of the two."""
    return is_live(mentorship) and can_manage(person, mentorship.programme) and not is_party(person, mentorship)


def can_reflect(person: Person, mentorship: Mentorship) -> bool:
    """Look back and say thank you: a party, also after the end."""
    return is_party(person, mentorship)


def is_closing(plan: StagePlan, stage: str, elapsed_share: float) -> bool:
    """A round is closed in its last two stages or when its time is nearly over. Ending early is always possible."""
    return plan.index(stage) >= len(plan.stages) - 2 or elapsed_share >= CLOSING_SHARE


def joint_outcome(choices: Sequence[str], people: int) -> str:
    """What both are shown: nothing until all have chosen, then their common choice, or that they should talk."""
    if len(choices) < people:
        return ""
    return choices[0] if len(set(choices)) == 1 else TALK
