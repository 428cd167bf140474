"""What stability costs: the stable plan beside the best one for the same people."""

from dataclasses import dataclass, replace

from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Plan
from trellis_engine.matching.proofs import certificate, verify
from trellis_engine.matching.settings import OBJECTIVES, Settings
from trellis_engine.matching.solve import solve
from trellis_engine.matching.stable import solve_stable
from trellis_engine.matching.stable_proof import Blocking, blocking_of


@dataclass(frozen=True)
class CostOfStability:
    """Both plans in figures. ``blocking``: how many pairs would rather break out of the best plan; ``proven``: whether
    the checker agreed that it is the best."""

    stable_matched: int
    stable_total: int
    best_matched: int
    best_total: int
    blocking: Blocking
    proven: bool

    @property
    def mentees(self) -> int:
        """Mentees who have a mentor in the best plan's count and not in the stable one's."""
        return self.best_matched - self.stable_matched

    @property
    def points(self) -> int:
        """Points of total score that the stable plan has less. Negative where it has more: the best plan puts the
        number of mentees and the weakest pair before the total."""
        return self.best_total - self.stable_total


def cost_of_stability(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, stable: Plan | None = None
) -> CostOfStability:
    """Solves both, or only the best one where the ``stable`` one is at hand; raises what either raises."""
    stable = stable or solve_stable(pool, settings, taxonomy, salt)
    usual = replace(settings, objective=OBJECTIVES[0])
    best = solve(pool, usual, taxonomy, salt)
    proven = not verify(certificate(best), pool, usual, taxonomy)
    plan = {(pair.mentee, pair.mentor): pair.score for pair in best.pairs}
    blocking = blocking_of(plan, pool, settings, taxonomy, salt)
    return CostOfStability(stable.matched, stable.total, best.matched, best.total, blocking, proven)
