"""The default objective: most mentees matched, then the highest floor for the worst-off, then the total score."""

import copy
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.matching.worlds import TAXONOMY, TRIALS, optimum, pinned_world, scores_of, world
from trellis_engine.matching import Participant, Plan, Pool, Settings, certificate, solve, verify
from trellis_engine.matching.certify import resealed
from trellis_engine.matching.settings import HIGHEST_SCORE

FLOOR = "matched_floor_total"


def acceptable(floor: int, scores: np.ndarray, pool: Pool) -> np.ndarray:
    """Pairs of at least the floor, or of the last of the mentee's best, as many as they want."""
    wanted = [min(max(person.places, 1), scores.shape[1]) for person in pool.mentees]
    last = [sorted(line, reverse=True)[count - 1] for line, count in zip(scores.tolist(), wanted, strict=True)]
    return (scores > 0) & (scores >= np.minimum(floor, last)[:, None])


def counts_at(floor: int, scores: np.ndarray, pool: Pool) -> tuple[int, int]:
    """How many mentees can have a mentor, and how many pairs can be made, of acceptable pairs alone."""
    enough = acceptable(floor, scores, pool).astype(np.int64)
    wants, places = ([person.places for person in side] for side in (pool.mentees, pool.mentors))
    free = [0] * len(wants)
    return optimum(enough, [min(want, 1) for want in wants], places, free), optimum(enough, wants, places, free)


def by_trying_every_floor(pool: Pool, rules: Settings, plan: Plan) -> tuple[int, int]:
    """The highest floor that costs nobody a mentor, and the best value under it."""
    wants, places = ([person.places for person in side] for side in (pool.mentees, pool.mentors))
    scores = scores_of(pool, rules) * (np.array(places) > 0)
    most = counts_at(0, scores, pool)
    floors = [floor for floor in sorted({0, *scores.ravel().tolist()}) if counts_at(floor, scores, pool) == most]
    kept = np.where(acceptable(floors[-1], scores, pool), scores + plan.pair_bonus, 0)
    return floors[-1], optimum(kept, wants, places, [plan.bonus] * len(wants))


def floor_of(plan: Plan, pool: Pool, rules: Settings) -> int:
    """The plan's floor as the brute force states it: no higher than the highest score there is."""
    scores = scores_of(pool, rules) * (np.array([o.places for o in pool.mentors]) > 0)
    return min(plan.floor, int(scores.max(initial=0)))


@pytest.mark.parametrize("wants", [1, 2, 3])
def test_plan_has_the_highest_floor_and_the_best_total_under_it(
    wants: int, record_property: Callable[[str, object], None]
) -> None:
    tried = 0
    for seed in range(TRIALS // 3):
        pool, rules = world(seed, wants=wants)
        rules = replace(rules, objective=FLOOR)

        plan = solve(pool, rules, TAXONOMY, "salt")

        if pool.mentees and pool.mentors:
            tried += 1
            assert (floor_of(plan, pool, rules), plan.value) == by_trying_every_floor(pool, rules, plan), seed
            assert (plan.pair_bonus > 0) == any(person.places > 1 for person in pool.mentees)
        assert verify(certificate(plan), pool, rules, TAXONOMY) == (), seed
    record_property("instances", tried)


def every_plan(scores: np.ndarray, pool: Pool) -> Iterator[list[tuple[int, int]]]:
    """Every set of allowed pairs that wants and places leave room for."""
    cells = [(row, column) for row, column in np.argwhere(scores > 0).tolist()]
    wants, places = ([person.places for person in side] for side in (pool.mentees, pool.mentors))

    def extended(at: int, made: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
        if at == len(cells):
            yield made
            return
        yield from extended(at + 1, made)
        row, column = cells[at]
        if (
            sum(row == each for each, _ in made) < wants[row]
            and sum(column == each for _, each in made) < places[column]
        ):
            yield from extended(at + 1, [*made, cells[at]])

    return extended(0, [])


def order_of(made: list[tuple[int, int]], scores: np.ndarray, last: list[int]) -> tuple[int, int, int, int]:
    """What the objective looks at, in its order: mentees, pairs, the lowest score that could be better, total."""
    low = [int(scores[row, column]) for row, column in made if scores[row, column] < last[row]]
    total = sum(int(scores[cell]) for cell in made)
    return len({row for row, _ in made}), len(made), min(low, default=HIGHEST_SCORE), total


def test_no_plan_at_all_is_better_in_the_order_of_the_objective() -> None:
    tried = 0
    for seed in range(TRIALS):
        pool, rules = world(seed, most=4, wants=3)
        rules = replace(rules, objective=FLOOR)
        scores = scores_of(pool, rules) * (np.array([o.places for o in pool.mentors]) > 0)
        if not 0 < np.count_nonzero(scores) <= 10:
            continue
        tried += 1
        wanted = [min(max(person.places, 1), scores.shape[1]) for person in pool.mentees]
        last = [sorted(line, reverse=True)[count - 1] for line, count in zip(scores.tolist(), wanted, strict=True)]
        rows, columns = ({each.id: at for at, each in enumerate(side)} for side in (pool.mentees, pool.mentors))

        plan = solve(pool, rules, TAXONOMY, "salt")

        mine = order_of([(rows[pair.mentee], columns[pair.mentor]) for pair in plan.pairs], scores, last)
        assert mine == max(order_of(made, scores, last) for made in every_plan(scores, pool)), seed
    assert tried > TRIALS // 10


def test_pins_spread_and_kept_pairs_are_proven_together_with_the_floor() -> None:
    for seed in range(400):
        pool, rules = pinned_world(seed)
        chance = random.Random(seed)
        both = [(e.id, o.id) for e in pool.mentees for o in pool.mentors if e.id != o.id]
        kept = frozenset(chance.sample(both, min(3, len(both))))
        rules = replace(rules, objective=FLOOR, spread=chance.choice([0, 500, 30_000]), kept=kept, keep_bonus=4_000)

        assert verify(certificate(solve(pool, rules, TAXONOMY, "salt")), pool, rules, TAXONOMY) == (), seed


def test_floor_takes_nobodys_second_mentor() -> None:
    """The second cannot be as good as the first: a floor on the first alone would take it away."""
    mentees = tuple(Participant(f"e{n}", level=n, places=2) for n in (1, 5))
    mentors = tuple(Participant(f"o{n}", level=n, places=2) for n in (3, 7))
    rules = Settings(weights={"seniority_gap": 100}, rules=(), ideal_level_gap=(1, 2))
    pool = Pool(mentees, mentors)

    plan = solve(pool, rules, TAXONOMY, "s")

    assert (len(plan.pairs), plan.floor) == (4, HIGHEST_SCORE)  # each has the two best there are for them
    assert verify(certificate(plan), pool, rules, TAXONOMY) == ()


def test_second_mentors_are_held_to_the_floor_and_never_taken_away_for_it() -> None:
    raised = 0
    for seed in range(300):
        pool, rules = world(seed, wants=3)
        free = solve(pool, rules, TAXONOMY, "s")
        plan = solve(pool, replace(rules, objective=FLOOR), TAXONOMY, "s")

        assert plan.matched == free.matched
        assert len(plan.pairs) >= len(free.pairs)
        lowest, lowest_free = (min((pair.score for pair in each.pairs), default=0) for each in (plan, free))
        raised += plan.pair_bonus > 0 and len(plan.pairs) == len(free.pairs) and lowest > lowest_free
    assert raised > 5


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


def several(seed: int) -> tuple[Pool, Settings]:
    """A world in which somebody wants two mentors or three."""
    pool, rules = world(seed, wants=3)
    return pool, replace(rules, objective=FLOOR)


@pytest.mark.parametrize("figure", ["floor", "extra"])
def test_forged_floor_is_not_proven(figure: str) -> None:
    pool, rules = crowd()
    proof = certificate(solve(pool, rules, TAXONOMY, "s"))
    for by in (-1, 1, 50_000):
        forged = copy.deepcopy(proof)
        forged[figure] += by

        assert verify(resealed(forged), pool, rules, TAXONOMY) != ()


def test_forged_floor_is_not_proven_where_somebody_wants_several() -> None:
    """A floor may be told lower only where that shuts out no pair fewer: then it is the same promise."""
    refused = 0
    for seed in range(150):
        pool, rules = several(seed)
        plan = solve(pool, rules, TAXONOMY, "s")
        scores = set(scores_of(pool, rules).ravel().tolist())
        for floor in {0, plan.floor - 1, plan.floor + 1, min(plan.floor + 10_000, HIGHEST_SCORE)} - {-1}:
            forged = certificate(plan) | {"floor": floor}

            faults = verify(resealed(forged), pool, rules, TAXONOMY)

            between = range(min(floor, plan.floor), max(floor, plan.floor))
            assert bool(faults) or floor == plan.floor or not any(score in between for score in scores - {0}), seed
            refused += bool(faults)
    assert refused > 100


def test_plan_with_a_pair_fewer_is_not_proven() -> None:
    """Nobody's second mentor can be left out, however low that pair scores."""
    tried = 0
    for seed in range(150):
        pool, rules = several(seed)
        proof = certificate(solve(pool, rules, TAXONOMY, "s"))
        counts = Counter(row["mentee"] for row in proof["pairs"])
        for at, row in enumerate(proof["pairs"]):
            if counts[row["mentee"]] > 1:
                tried += 1
                forged = copy.deepcopy(proof)
                del forged["pairs"][at]
                forged["total"] -= row["score"]

                kinds = [fault.kind for fault in verify(resealed(forged), pool, rules, TAXONOMY)]

                assert kinds[0] == "not_covered", seed
                assert "not_proven" in kinds
    assert tried > 50


def test_certificate_of_another_form_is_refused() -> None:
    """Whether pairs are counted is for the people to say, not for the certificate."""
    pool, rules = several(
        next(
            seed
            for seed in range(99)
            if several(seed)[0].mentees and any(person.places > 1 for person in several(seed)[0].mentees)
        )
    )
    proof = certificate(solve(pool, rules, TAXONOMY, "s"))
    del proof["further"]

    assert [fault.kind for fault in verify(resealed(proof), pool, rules, TAXONOMY)] == ["malformed"]


def test_cover_that_is_too_small_or_too_large_is_not_accepted() -> None:
    for seed in range(120):
        pool, rules = several(seed)
        proof = certificate(solve(pool, rules, TAXONOMY, "s"))
        for cover in sorted({"most", "further", "beyond"} & set(proof)):
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
