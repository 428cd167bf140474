from dataclasses import replace

from tests.engine.matching.worlds import TAXONOMY, TRIALS, pinned_world, world
from trellis_engine.matching import Forcing, Participant, Pool, Refusal, Settings, cost_of_forcing, solve

DISTANCE = Settings(weights={"distance": 100})


def two_by_two() -> Pool:
    mentees = Participant("e0", unit="a", location="x"), Participant("e1", unit="a", location="y")
    return Pool(mentees, (Participant("o0", unit="b", location="x"), Participant("o1", unit="a", location="y")))


def test_pair_of_the_plan_costs_nothing() -> None:
    for seed in range(60):
        pool, rules = pinned_world(seed) if seed % 2 else world(seed)
        plan = solve(pool, rules, TAXONOMY, "s")

        costs = [cost_of_forcing(plan, pool, rules, TAXONOMY, p.mentee, p.mentor) for p in plan.pairs]

        assert all(cost in (Forcing(0, 0, 0), Refusal("places_taken_by_pins", {})) for cost in costs)


def test_bound_is_never_above_the_true_loss() -> None:
    for seed in range(max(TRIALS // 100, 1)):
        pool, rules = world(seed)
        plan = solve(pool, rules, TAXONOMY, "s")
        for mentee in pool.mentees:
            for mentor in pool.mentors:
                cost = cost_of_forcing(plan, pool, rules, TAXONOMY, mentee.id, mentor.id)
                if isinstance(cost, Forcing):
                    pin = frozenset({(mentee.id, mentor.id)})
                    forced = solve(pool, replace(rules, pinned=pin), TAXONOMY, "s")
                    assert 0 <= cost.loss <= plan.value - forced.value


def test_cost_is_read_apart_into_mentees_and_points() -> None:
    pool = two_by_two()
    plan = solve(pool, DISTANCE, TAXONOMY, "s")

    cost = cost_of_forcing(plan, pool, DISTANCE, TAXONOMY, "e0", "o0")

    assert {(p.mentee, p.mentor) for p in plan.pairs} == {("e0", "o1"), ("e1", "o0")}
    assert isinstance(cost, Forcing)
    assert cost.mentees == 0
    assert 0 <= cost.points <= 140_000 - 60_001


def test_taking_a_place_others_wait_for_costs_a_mentee() -> None:
    only = frozenset({"o0"})
    mentees = Participant("e0"), Participant("e1", no_match=only), Participant("e2", no_match=only)
    pool = Pool(mentees, (Participant("o0"), Participant("o1")))
    plan = solve(pool, DISTANCE, TAXONOMY, "s")

    cost = cost_of_forcing(plan, pool, DISTANCE, TAXONOMY, "e0", "o1")

    assert cost == Forcing(loss=plan.bonus + 1, mentees=1, points=1)


def test_rule_in_the_way_is_named() -> None:
    pool, rules = two_by_two(), replace(DISTANCE, forbidden=frozenset({("e0", "o0")}))
    plan = solve(pool, rules, TAXONOMY, "s")

    assert cost_of_forcing(plan, pool, rules, TAXONOMY, "e0", "o0") == Refusal("forbidden_pair", {})


def test_pins_are_free_and_stand_in_the_way_of_others() -> None:
    pool, rules = two_by_two(), replace(DISTANCE, pinned=frozenset({("e0", "o0")}))
    plan = solve(pool, rules, TAXONOMY, "s")
    taken = Refusal("places_taken_by_pins", {})

    assert cost_of_forcing(plan, pool, rules, TAXONOMY, "e0", "o0") == Forcing(0, 0, 0)
    assert cost_of_forcing(plan, pool, rules, TAXONOMY, "e0", "o1") == taken
    assert cost_of_forcing(plan, pool, rules, TAXONOMY, "e1", "o0") == taken
