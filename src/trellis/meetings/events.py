from dataclasses import dataclass

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MeetingPlanned(Event):
    mentorship_id: int
    meeting_id: int


@dataclass(frozen=True, kw_only=True)
class MeetingMoved(Event):
    mentorship_id: int
    meeting_id: int


@dataclass(frozen=True, kw_only=True)
class MeetingCancelled(Event):
    mentorship_id: int
    meeting_id: int


@dataclass(frozen=True, kw_only=True)
class MeetingConfirmed(Event):
    """A party said whether it took place; `state` is what the meeting is now."""

    mentorship_id: int
    meeting_id: int
    state: str
