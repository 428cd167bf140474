"""What a factor or a rule reads of two people, so that it is computed once for all who are alike in it.

Every factor and rule names one of these beside its plain definition. The compiled scorer then needs no second
definition: it calls the plain one on one person of each class, or walks the lists.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeAlias

from trellis_engine.matching.people import Participant, Taxonomy
from trellis_engine.matching.skills import Skills

Alike: TypeAlias = Callable[[Participant], Hashable]
Topics: TypeAlias = Callable[[Participant, Taxonomy], Skills]


@dataclass(frozen=True)
class ByClass:
    """Everything that is read: people equal in it get equal answers."""

    mentee: Alike
    mentor: Alike


@dataclass(frozen=True)
class Seeking:
    """What one seeks is held against what the other offers, as skills.py counts it."""

    seeks: Topics
    offers: Topics


@dataclass(frozen=True)
class CommonWeek:
    """Quarter-hours both are free; the answer depends on their number alone, up to ``ample`` minutes."""

    ample: int


@dataclass(frozen=True)
class ByPair:
    """Only single pairs, which are listed."""


Reads: TypeAlias = ByClass | Seeking | CommonWeek | ByPair


def everybody(person: Participant) -> Hashable:
    """Nothing is read: all are alike."""
    return None
