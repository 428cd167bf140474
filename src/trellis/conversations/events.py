from dataclasses import dataclass

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """Somebody wrote in a mentorship; that, and nothing about what."""

    mentorship_id: int
    message_id: int
