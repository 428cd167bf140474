"""Reads about meetings. What a meeting is about, where it is and its notes go to its parties and to nobody else."""

from trellis.meetings.queries.asking import Ask, asks_due
from trellis.meetings.queries.counts import MeetingCounts, meeting_counts
from trellis.meetings.queries.lists import (
    MeetingLists,
    MeetingRow,
    meeting_lists,
    meeting_seen_by,
    next_meetings,
    notes_mark,
    of_person,
    waiting_for_word,
)
from trellis.meetings.queries.slots import SlotRow, suggested_slots

__all__ = [
    "Ask",
    "MeetingCounts",
    "MeetingLists",
    "MeetingRow",
    "SlotRow",
    "asks_due",
    "meeting_counts",
    "meeting_lists",
    "meeting_seen_by",
    "next_meetings",
    "notes_mark",
    "of_person",
    "suggested_slots",
    "waiting_for_word",
]
