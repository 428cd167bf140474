"""One door to the certificates of all objectives and to their checkers."""

from trellis_engine.matching import certify, stable_proof, wishes_proof
from trellis_engine.matching.checking import Certificate, Fault
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Plan
from trellis_engine.matching.settings import Settings
from trellis_engine.matching.stages import StagedPlan


def certificate(plan: Plan | StagedPlan) -> Certificate:
    """The plan and its proof as JSON-able data."""
    if isinstance(plan, StagedPlan):
        return wishes_proof.certificate_of(plan)
    return stable_proof.certificate_of(plan) if plan.objective == "stable" else certify.certificate(plan)


def verify(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: valid and proven for its objective."""
    checker = {"stable": stable_proof.verify, "wishes": wishes_proof.verify}.get(settings.objective, certify.verify)
    return checker(proof, pool, settings, taxonomy)
