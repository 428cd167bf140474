"""The result of a round: who is matched with whom, the prices that prove it, and who is left and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis_engine.matching.reasons import Unmatched

ENGINE_VERSION = "2"


@dataclass(frozen=True, order=True)
class Pair:
    """One match; ``score`` in 1..100 000."""

    mentee: str
    mentor: str
    score: int


@dataclass(frozen=True)
class Plan:
    """The best plan for the objective, with everything needed to prove and repeat it.

    ``bonus`` is what a mentee's first mentor is worth: more than twice any possible total, which puts
    the number of matched mentees first, or nothing where the objective is the total alone. ``value`` =
    bonus x matched + total + ``extra``, which is what kept pairs are worth less what the spread of load
    costs. ``floor``: nobody matched has
    less than this or, where nobody better exists, than their very best (0: no floor was asked for).
    ``most`` and ``beyond`` are the mentors of the two covers that prove the number of matched mentees and
    the floor (see certify.py). ``prices``: what one more place with a mentor would add to ``value``.
    ``silent``: factors with a weight for which nobody stated anything.
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
    floor: int = 0
    most: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    extra: int = 0

    @property
    def value(self) -> int:
        return self.bonus * self.matched + self.total + self.extra
