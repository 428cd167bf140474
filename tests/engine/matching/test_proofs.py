from dataclasses import replace

import pytest

from trellis_engine.matching import Participant, Pool, Settings, Taxonomy, solve
from trellis_engine.matching.proofs import certificate, verify
from trellis_engine.matching.rotation import rotate
from trellis_engine.matching.settings import OBJECTIVES

PLAIN = Settings(weights={"balance": 60, "distance": 40})
POOL = Pool(
    (Participant("e0", ranked=("o1",)), Participant("e1", unit="sales")),
    (Participant("o0", unit="legal"), Participant("o1")),
)
NOTHING = Taxonomy()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_has_a_certificate_that_only_its_own_checker_accepts(objective: str) -> None:
    settings = replace(PLAIN, objective=objective)

    proof = certificate(solve(POOL, settings, NOTHING, "s"))

    assert verify(proof, POOL, settings, NOTHING) == ()
    for other in OBJECTIVES:
        if other != objective:
            assert verify(proof, POOL, replace(PLAIN, objective=other), NOTHING) != ()


def test_a_rotation_is_checked_against_the_weeks_that_were_asked_for() -> None:
    proof = certificate(rotate(POOL, PLAIN, NOTHING, "s", 2))

    assert verify(proof, POOL, PLAIN, NOTHING, weeks=2) == ()
    assert [(f.kind, f.where) for f in verify(proof, POOL, PLAIN, NOTHING, weeks=3)] == [("settings_changed", "weeks")]
    assert verify(proof, POOL, PLAIN, NOTHING) != ()
