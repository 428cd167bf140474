"""What is known about a mentorship, and nothing else. No text that a person wrote."""

from dataclasses import dataclass

PEER = "peer"


@dataclass(frozen=True)
class Member:
    """One person's share of the facts."""

    id: int
    role: str  # mentee, mentor or peer
    enrolled: bool = True
    profile_complete: bool = False
    training_done: bool = False
    consent_recorded: bool = False
    signed: bool = False  # the agreement's latest version
    reviewed: bool = False  # half-time choice made
    surveys: frozenset[str] = frozenset()  # packs answered or declined

    def plays(self, roles: tuple[str, ...]) -> bool:
        """A peer stands on both sides."""
        return not roles or self.role in roles or self.role == PEER


@dataclass(frozen=True)
class Facts:
    """The facts of one mentorship at one moment."""

    members: tuple[Member, ...]
    match_accepted: bool = True
    meetings_held: int = 0  # confirmed by either side
    meetings_planned_to_date: int = 1
    goals_active: int = 0
    goals: tuple[frozenset[str], ...] = ()  # for each active or reached goal: the fields that are filled in
    open_actions: int = 0
    elapsed_share: float = 0.0
    closure_recorded: bool = False
