"""The result of a round: who is matched with whom, the prices that prove it, and who is left and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis_engine.matching.reasons import Unmatched

ENGINE_VERSION = "1"
OBJECTIVE = "most_mentees_then_total_score"


@dataclass(frozen=True, order=True)
class Pair:
    """One match; ``score`` in 1..100 000."""

    mentee: str
    mentor: str
    score: int


@dataclass(frozen=True)
class Plan:
    """The best plan for the objective, with everything needed to prove and repeat it.

    ``bonus`` is what a mentee's first mentor is worth, more than twice any possible total, so
    that ``value`` = bonus x matched + total puts the number of matched mentees first.
    ``prices``: what one more place with a mentor would add to ``value``. ``silent``: factors with
    a weight for which nobody stated anything.
    """

    pairs: tuple[Pair, ...]
    total: int
    matched: int
    unmatched: tuple[Unmatched, ...]
    prices: Mapping[str, int]
    bonus: int
    objective: str
    silent: tuple[str, ...]
    settings_hash: str
    input_hash: str
    salt: str
    engine_version: str = ENGINE_VERSION

    @property
    def value(self) -> int:
        return self.bonus * self.matched + self.total
