"""Every write of this app: planning a meeting, and what is said and noted about it afterwards."""

from trellis.meetings.actions.holding import (
    AnswerRefused,
    NotesChanged,
    ask_whether_held,
    confirm_meeting,
    write_notes,
)
from trellis.meetings.actions.planning import (
    MeetingRefused,
    call_off_planned,
    cancel_meeting,
    log_meeting,
    plan_again,
    plan_meeting,
    reschedule_meeting,
)
from trellis.meetings.actions.times import NoSuchTime, moment_on_the_wall

__all__ = [
    "AnswerRefused",
    "MeetingRefused",
    "NoSuchTime",
    "NotesChanged",
    "ask_whether_held",
    "call_off_planned",
    "cancel_meeting",
    "confirm_meeting",
    "log_meeting",
    "moment_on_the_wall",
    "plan_again",
    "plan_meeting",
    "reschedule_meeting",
    "write_notes",
]
