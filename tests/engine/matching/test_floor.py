"""The default objective: most mentees matched, then the highest floor for the worst-off, then the total score."""

import copy
import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.matching.worlds import TAXONOMY, TRIALS, optimum, pinned_world, score_table, world
from trellis_engine.matching import Participant, Plan, Pool, Settings, certificate, solve, verify
from trellis_engine.matching.certify import resealed
from trellis_engine.matching.settings import HIGHEST_SCORE

FLOOR = "matched_floor_total"


def matched_at(floor: int, scores: np.ndarray, pool: Pool) -> int:
    """How many mentees can have a mentor of at least the floor, or of their own highest score."""
    best = scores.max(axis=1, initial=0)
    enough = (scores > 0) & (scores >= np.minimum(floor, best)[:, None])
    one_each = [min(person.places, 1) for person in pool.mentees]
    return optimum(enough.astype(np.int64), one_each, [o.places for o in pool.mentors], [0] * len(one_each))


def by_trying_every_floor(pool: Pool, rules: Settings, bonus: int) -> tuple[int, int]:
    """The highest floor that costs nobody their match, and the best value under it."""
    wants, places = ([person.places for person in side] for side in (pool.mentees, pool.mentors))
    scores = score_table(pool, rules) * (np.array(places) > 0)
    most = matched_at(0, scores, pool)
    floors = [floor for floor in sorted({0, *scores.ravel().tolist()}) if matched_at(floor, scores, pool) == most]
    best = scores.max(axis=1, initial=0)
    kept = np.where(scores >= np.minimum(floors[-1], best)[:, None], scores, 0)
    return floors[-1], optimum(kept, wants, places, [bonus] * len(wants))


def floor_of(plan: Plan, pool: Pool, rules: Settings) -> int:
    """The plan's floor as the brute force states it: no higher than the highest score there is."""
    scores = score_table(pool, rules) * (np.array([o.places for o in pool.mentors]) > 0)
    return min(plan.floor, int(scores.max(initial=0)))


def test_plan_has_the_highest_floor_and_the_best_total_under_it(record_property: Callable[[str, object], None]) -> None:
    tried = 0
    for seed in range(TRIALS):
        pool, rules = world(seed, wants=seed % 4 // 3 + 1)
        rules = replace(rules, objective=FLOOR)

        plan = solve(pool, rules, TAXONOMY, "salt")

        if pool.mentees and pool.mentors and max(person.places for person in pool.mentees) < 2:
            tried += 1
            expected = by_trying_every_floor(pool, rules, plan.bonus)
            assert (floor_of(plan, pool, rules), plan.value) == expected, seed
        assert verify(certificate(plan), pool, rules, TAXONOMY) == (), seed
    record_property("instances", tried)


def test_pins_spread_and_kept_pairs_are_proven_together_with_the_floor() -> None:
    for seed in range(400):
        pool, rules = pinned_world(seed)
        chance = random.Random(seed)
        both = [(e.id, o.id) for e in pool.mentees for o in pool.mentors if e.id != o.id]
        kept = frozenset(chance.sample(both, min(3, len(both))))
        rules = replace(rules, objective=FLOOR, spread=chance.choice([0, 500, 30_000]), kept=kept, keep_bonus=4_000)

        assert verify(certificate(solve(pool, rules, TAXONOMY, "salt")), pool, rules, TAXONOMY) == (), seed


def test_whoever_wants_two_mentors_has_no_floor_but_both() -> None:
    """The second cannot be as good as the first: a floor would take it away."""
    mentees = tuple(Participant(f"e{n}", level=n, places=2) for n in (1, 5))
    mentors = tuple(Participant(f"o{n}", level=n, places=2) for n in (3, 7))
    rules = Settings(weights={"seniority_gap": 100}, rules=(), ideal_level_gap=(1, 2))
    pool = Pool(mentees, mentors)

    plan = solve(pool, rules, TAXONOMY, "s")

    assert (len(plan.pairs), plan.floor) == (4, 0)
    assert verify(certificate(plan), pool, rules, TAXONOMY) == ()


def crowd() -> tuple[Pool, Settings]:
    """Two who can only go to the distant mentor at any gain, and one with a free choice."""
    mentees = (Participant("e0", unit="a"), Participant("e1", unit="b"), Participant("e2", unit="c", location="x"))
    mentors = (Participant("o0", unit="a"), Participant("o1", unit="b"), Participant("o2", unit="z", location="y"))
    return Pool(mentees, mentors), Settings(weights={"distance": 60, "balance": 40}, rules=())


def test_hopeless_mentee_does_not_drag_the_floor_down() -> None:
    """Whoever has no good mentor in the pool gets their best one; the others keep their floor."""
    mentees = (Participant("e0", level=1), Participant("e1", level=1), Participant("e2", level=9))
    mentors = tuple(Participant(f"o{n}", level=3) for n in range(3))
    rules = Settings(weights={"seniority_gap": 100}, rules=(), ideal_level_gap=(1, 2))

    plan = solve(Pool(mentees, mentors), rules, TAXONOMY, "s")

    assert sorted(pair.score for pair in plan.pairs) == [1, 100_000, 100_000]
    assert plan.floor == HIGHEST_SCORE


@pytest.mark.parametrize("figure", ["floor", "extra"])
def test_forged_floor_is_not_proven(figure: str) -> None:
    pool, rules = crowd()
    proof = certificate(solve(pool, rules, TAXONOMY, "s"))
    for by in (-1, 1, 50_000):
        forged = copy.deepcopy(proof)
        forged[figure] += by

        assert verify(resealed(forged), pool, rules, TAXONOMY) != ()


def test_cover_that_is_too_small_or_too_large_is_not_accepted() -> None:
    for seed in range(60):
        pool, rules = world(seed)
        rules = replace(rules, objective=FLOOR)
        proof = certificate(solve(pool, rules, TAXONOMY, "s"))
        for cover in ("most", "beyond"):
            for at in range(len(proof[cover])):
                forged = copy.deepcopy(proof)
                del forged[cover][at]

                faults = verify(resealed(forged), pool, rules, TAXONOMY)
                assert {fault.kind for fault in faults} <= {"not_covered"}, (seed, cover)


def test_largest_bonus_or_floor_cannot_make_the_checker_fall_over() -> None:
    pool, rules = crowd()
    proof = certificate(solve(pool, rules, TAXONOMY, "s"))
    for figure in ("bonus", "floor"):
        forged = copy.deepcopy(proof) | {figure: 1 << 80}

        assert [fault.kind for fault in verify(resealed(forged), pool, rules, TAXONOMY)] == ["price_out_of_range"]
