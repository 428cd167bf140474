"""One door to the certificates of all objectives, and of a rotation, and to their checkers."""

from trellis_engine.matching import certify, rotation_proof, stable_proof, wishes_proof
from trellis_engine.matching.checking import Certificate, Fault
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Plan
from trellis_engine.matching.settings import Settings
from trellis_engine.matching.stages import StagedPlan
from trellis_engine.matching.weekly import Rotation


def certificate(plan: Plan | StagedPlan | Rotation) -> Certificate:
    """The plan and its proof as JSON-able data."""
    if isinstance(plan, Rotation):
        return rotation_proof.certificate_of(plan)
    if isinstance(plan, StagedPlan):
        return wishes_proof.certificate_of(plan)
    return stable_proof.certificate_of(plan) if plan.objective == "stable" else certify.certificate(plan)


def verify(proof: Certificate, pool: Pool, settings: Settings, taxonomy: Taxonomy, weeks: int = 0) -> tuple[Fault, ...]:
    """Everything wrong with the certificate for these inputs; empty means: valid and proven for its objective.

    ``weeks``: of the rotation that was asked for, 0 where none was. What was asked for decides who checks, never what
    the certificate calls itself.
    """
    if weeks:
        return rotation_proof.verify(proof, pool, settings, taxonomy) or _weeks(proof, weeks)
    checker = {"stable": stable_proof.verify, "wishes": wishes_proof.verify}.get(settings.objective, certify.verify)
    return checker(proof, pool, settings, taxonomy)


def _weeks(proof: Certificate, weeks: int) -> tuple[Fault, ...]:
    return () if proof["weeks"] == weeks else (Fault("settings_changed", "weeks", {}),)
