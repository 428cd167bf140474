"""The result of a round: who is matched with whom, the prices that prove it, and who is left and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis_engine.matching.reasons import Unmatched

ENGINE_VERSION = "2"
PAIRS_IN_A_FIRST = 8  # a first mentor counts as much as this many pairs: nobody's only one is ever worth less


@dataclass(frozen=True, order=True)
class Pair:
    """One match; ``score`` in 1..100 000."""

    mentee: str
    mentor: str
    score: int


@dataclass(frozen=True)
class Plan:
    """The best plan for the objective, with everything needed to prove and repeat it.

    ``bonus`` is what a mentee's first mentor is worth: far more than any possible total, which puts
    the number of matched mentees first, or nothing where the objective is the total alone. ``pair_bonus``: what
    each pair is worth beyond its score, more than twice any total, where somebody wants several mentors and a floor
    was asked for; otherwise nothing. ``value`` = bonus x matched + pair_bonus x pairs + total + ``extra``, which is
    what kept pairs are worth less what the spread of load costs. ``floor``: no pair has less than this or, where the
    pool has fewer that good for a mentee than they want, than the last of their own best (0: no floor was asked for).
    ``most``, ``further`` and ``beyond`` are the mentors of the covers that prove the number of matched mentees, of
    pairs where they are counted, and the floor (see certify.py). ``prices``: what one more place with a mentor would
    add to ``value``. ``silent``: factors with a weight for which nobody stated anything.
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
    further: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    extra: int = 0
    pair_bonus: int = 0

    @property
    def value(self) -> int:
        return self.bonus * self.matched + self.pair_bonus * len(self.pairs) + self.total + self.extra
