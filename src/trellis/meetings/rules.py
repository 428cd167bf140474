from collections.abc import Sequence
from datetime import datetime, timedelta

from trellis.meetings.models import Meeting, MeetingState
from trellis.mentorships.models import Mentorship
from trellis.mentorships.rules import can_write_in
from trellis.people.models import Person

SHORTEST, LONGEST = 5, 480  # minutes; the table's constraint says the same
AHEAD_AT_MOST = timedelta(days=731)
NOTES_AT_MOST = 20_000  # characters


def ends_at(meeting: Meeting) -> datetime:
    return meeting.starts_at + timedelta(minutes=meeting.minutes)


def state_of(answers: Sequence[bool]) -> MeetingState:
    """What a meeting is, given each party's word on whether it took place.

    One "no" alone leaves it planned: the other has not been heard. Two say no: it counts nowhere.
    """
    yes, no = sum(answers), len(answers) - sum(answers)
    if yes and no:
        return MeetingState.DISPUTED
    if yes:
        return MeetingState.HELD_BOTH if yes > 1 else MeetingState.HELD_ONE
    return MeetingState.CANCELLED if no > 1 else MeetingState.PLANNED


def can_plan(person: Person, mentorship: Mentorship) -> bool:
    """Plan, log, move, cancel and write notes: the parties, while the mentorship is live."""
    return can_write_in(person, mentorship)


def can_be_moved(meeting: Meeting) -> bool:
    """Nobody has said that it took place."""
    return meeting.state == MeetingState.PLANNED


def can_be_cancelled(meeting: Meeting, *, now: datetime) -> bool:
    """Before it starts. Afterwards each side says whether it took place instead."""
    return meeting.state == MeetingState.PLANNED and meeting.starts_at > now


def can_be_answered(meeting: Meeting, *, now: datetime, answered: bool) -> bool:
    """Whether it took place can be said once it has ended. A meeting called off beforehand has nothing to answer;
    one that both denied can still be corrected."""
    return ends_at(meeting) <= now and (meeting.state != MeetingState.CANCELLED or answered)
