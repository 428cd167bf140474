from dataclasses import dataclass

from trellis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RoundPublished(Event):
    round_id: int


@dataclass(frozen=True, kw_only=True)
class RoundWithdrawn(Event):
    round_id: int


@dataclass(frozen=True, kw_only=True)
class OfferSettled(Event):
    """An offer was accepted by both, refused, or ran out."""

    proposal_id: int
    state: str
