"""Which part of the engine serves which model of mentoring: two sides, or a crowd of equals."""

from trellis.programmes.choices import EQUALS
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
from trellis_engine.matching.peer_plan import PEER_OBJECTIVE, PeerPlan
from trellis_engine.matching.peers import solve_peers, why_not_peers
from trellis_engine.matching.peers_explain import explain_peers
from trellis_engine.matching.peers_proof import peers_certificate, verify_peers
from trellis_engine.matching.rotation import rotate
from trellis_engine.matching.weekly import Rotation


def plan_of(
    model: str, pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str, weeks: int = 0
) -> Plan | PeerPlan | Rotation:
    """The best plan for a programme of this model; with `weeks`, the best rotation. Raises what the engine refuses."""
    if model in EQUALS:
        return solve_peers(pool, settings, taxonomy, salt)
    if weeks:
        return rotate(pool, settings, taxonomy, salt, weeks)
    return solve(pool, settings, taxonomy, salt)


def certificate_of(plan: Plan | PeerPlan | Rotation) -> Certificate:
    return peers_certificate(plan) if isinstance(plan, PeerPlan) else certificate(plan)


def is_of_equals(proof: Certificate | None) -> bool:
    """Whether a round was solved as a crowd of equals, whatever its programme says by now."""
    return proof is not None and proof["objective"] == PEER_OBJECTIVE


def faults_in(
    proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy, weeks: int = 0
) -> tuple[Fault, ...]:
    if is_of_equals(proof):
        return verify_peers(proof, pool, settings, taxonomy)
    return verify(proof, pool, settings, taxonomy, weeks)


def explained(equals: bool, pool: Pool, settings: Settings, taxonomy: Taxonomy, one: str, two: str) -> Explanation:
    return (explain_peers if equals else explain)(pool, settings, taxonomy, one, two)


def refused_by(equals: bool, pool: Pool, settings: Settings, taxonomy: Taxonomy, one: str, two: str) -> Refusal | None:
    """The first rule that forbids the pair (among equals in either direction), or None."""
    return (why_not_peers if equals else why_not)(pool, settings, taxonomy, one, two)
