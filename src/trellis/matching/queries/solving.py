"""Which part of the engine serves which model of mentoring: two sides, or a crowd of equals, weeks, circles."""

from collections.abc import Mapping
from typing import Any

from trellis.programmes.choices import EQUALS, MentoringModel
from trellis.programmes.models import Programme
from trellis.programmes.templates import fewest_in_a_circle
from trellis_engine.matching import (
    Certificate,
    Explanation,
    Fault,
    Plan,
    Pool,
    Refusal,
    Settings,
    Taxonomy,
    certificate,
    explain,
    solve,
    verify,
    why_not,
)
from trellis_engine.matching.circle_plan import CIRCLE_OBJECTIVE, CirclePlan
from trellis_engine.matching.circles import solve_circles
from trellis_engine.matching.circles_proof import circles_certificate, verify_circles
from trellis_engine.matching.peer_plan import PEER_OBJECTIVE, PeerPlan
from trellis_engine.matching.peers import solve_peers, why_not_peers
from trellis_engine.matching.peers_explain import explain_peers
from trellis_engine.matching.peers_proof import peers_certificate, verify_peers
from trellis_engine.matching.reserve import Step, unwatched
from trellis_engine.matching.rotation import rotate
from trellis_engine.matching.weekly import Rotation

AnyPlan = Plan | PeerPlan | Rotation | CirclePlan


def plan_of(
    model: str, pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, weeks: int = 0, smallest: int = 0,
    step: Step = unwatched,
) -> AnyPlan:  # fmt: skip
    """The best plan for a programme of this model; with `weeks`, the best rotation; with `smallest`, circles of at
    least that size. `step` is called now and then while many pairs are looked at, and may raise to stop. Raises what
    the engine refuses."""
    if model in EQUALS:
        return solve_peers(pool, settings, taxonomy, salt)
    if weeks:
        return rotate(pool, settings, taxonomy, salt, weeks)
    if smallest > 1:
        return solve_circles(pool, settings, taxonomy, salt, smallest=smallest)
    return solve(pool, settings, taxonomy, salt, step)


def smallest_circle(programme: Programme) -> int:
    """The least number of mentees who make a circle, as the programme's template has it; 0 where there are none."""
    return fewest_in_a_circle(programme.template_id) if programme.model == MentoringModel.GROUP else 0


def smallest_in(stored: Mapping[str, Any]) -> int:
    """The same as a round was solved with."""
    return int(stored.get("smallest_circle") or 0)


def certificate_of(plan: AnyPlan) -> Certificate:
    if isinstance(plan, CirclePlan):
        return circles_certificate(plan)
    return peers_certificate(plan) if isinstance(plan, PeerPlan) else certificate(plan)


def is_of_equals(proof: Certificate | None) -> bool:
    """Whether a round was solved as a crowd of equals, whatever its programme says by now."""
    return proof is not None and proof["objective"] == PEER_OBJECTIVE


def faults_in(
    proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy, weeks: int = 0, smallest: int = 0
) -> tuple[Fault, ...]:
    if is_of_equals(proof):
        return verify_peers(proof, pool, settings, taxonomy)
    if proof["objective"] == CIRCLE_OBJECTIVE:
        return verify_circles(proof, pool, settings, taxonomy, smallest=smallest)
    return verify(proof, pool, settings, taxonomy, weeks)


def explained(equals: bool, pool: Pool, settings: Settings, taxonomy: Taxonomy, one: str, two: str) -> Explanation:
    return (explain_peers if equals else explain)(pool, settings, taxonomy, one, two)


def refused_by(equals: bool, pool: Pool, settings: Settings, taxonomy: Taxonomy, one: str, two: str) -> Refusal | None:
    """The first rule that forbids the pair (among equals in either direction), or None."""
    return (why_not_peers if equals else why_not)(pool, settings, taxonomy, one, two)
