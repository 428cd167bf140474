from dataclasses import dataclass

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MentorshipStarted(Event):
    mentorship_id: int


@dataclass(frozen=True, kw_only=True)
class MentorshipChanged(Event):
    """Paused, resumed, extended, completed, ended or withdrawn; `state` is the state it has now."""

    mentorship_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class AgreementSigned(Event):
    """Every party has signed the latest version."""

    mentorship_id: int
