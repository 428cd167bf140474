from dataclasses import dataclass

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class StageEntered(Event):
    mentorship_id: int
    stage: str


@dataclass(frozen=True, kw_only=True)
class ReviewSettled(Event):
    """Both sides have chosen; `outcome` is their common choice, or "talk" where they differ."""

    mentorship_id: int
    outcome: str
