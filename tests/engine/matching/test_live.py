"""Edits of a standing plan: each is as good as solving anew with the edit in the settings."""

import random
from dataclasses import replace

import pytest

from tests.engine.matching.worlds import TAXONOMY, TIED_WEIGHTS, TRIALS, scores_of, world
from trellis_engine.matching import (
    Pool,
    Refusal,
    Settings,
    certificate,
    hash_inputs,
    hash_settings,
    reserve,
    solve,
    verify,
    why_not,
)
from trellis_engine.matching.live import Live

OBJECTIVES = ("matched_total", "total")


def asked_for(live: Live, pool: Pool, rules: Settings, places: dict[str, int]) -> tuple[Pool, Settings]:
    """Everything that was edited, as if it had been asked for from the start."""
    mentors = tuple(replace(each, places=places.get(each.id, each.places)) for each in pool.mentors)
    asked = replace(rules, pinned=frozenset(live.pinned), forbidden=rules.forbidden | frozenset(live.blocked))
    return Pool(pool.mentees, mentors), asked


def anew(live: Live, pool: Pool, rules: Settings, places: dict[str, int]) -> tuple[int, int]:
    """Matched and total when everything that was edited is asked for from the start."""
    plan = solve(*asked_for(live, pool, rules, places), TAXONOMY, "salt")
    return plan.matched, plan.total + plan.extra


def faults(live: Live, pool: Pool, rules: Settings, places: dict[str, int]) -> tuple[object, ...]:
    """What the independent checker says of the plan as it stands, proven by the prices as they stand."""
    pool, rules = asked_for(live, pool, rules, places)
    pairs, prices = live.pairs(), live.solving.program.prices.tolist()
    plan = replace(
        live.plan,
        pairs=pairs,
        total=sum(pair.score for pair in pairs),
        matched=len({pair.mentee for pair in pairs}),
        extra=live.solving.beyond_scores(pairs),
        prices={person.id: max(price, 0) for person, price in zip(live.solving.pool.mentors, prices, strict=True)},
        bonus=live.solving.bonus,
        settings_hash=hash_settings(rules),
        input_hash=hash_inputs(pool, TAXONOMY),
    )
    return verify(certificate(plan), pool, rules, TAXONOMY)


def now(live: Live) -> tuple[int, int]:
    pairs = live.pairs()
    return len({pair.mentee for pair in pairs}), sum(pair.score for pair in pairs) + live.solving.beyond_scores(pairs)


def edit(live: Live, chance: random.Random, pool: Pool, places: dict[str, int]) -> None:
    mentee, mentor = chance.choice(pool.mentees).id, chance.choice(pool.mentors).id
    kind = chance.choice(["pin", "pin", "unpin", "block", "unblock", "places"])
    if kind == "pin":
        live.pin(mentee, mentor)
    elif kind == "unpin" and live.pinned:
        live.unpin(*chance.choice(sorted(live.pinned)))
    elif kind == "block" and (mentee, mentor) not in live.pinned:
        live.block(mentee, mentor)
    elif kind == "unblock" and live.blocked:
        live.unblock(*chance.choice(sorted(live.blocked)))
    elif kind == "places":
        pinned = sum(pin[1] == mentor for pin in live.pinned)
        places[mentor] = max(pinned, chance.randint(0, 4))
        live.set_places(mentor, places[mentor])


def thin(monkeypatch: pytest.MonkeyPatch, chance: random.Random) -> None:
    """So small a reserve that small worlds have pairs in doubt."""
    monkeypatch.setattr(reserve, "KEPT", chance.choice([1, 1, 2, 48]))
    monkeypatch.setattr(reserve, "MOST", chance.choice([1, 64]))
    monkeypatch.setattr(reserve, "SINGLE", chance.choice([1 << 20, 8, 0, 0]))


def test_every_edit_leaves_the_optimum_of_solving_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(TRIALS // 10):
        chance = random.Random(seed)
        pool, rules = world(seed, most=chance.choice([6, 6, 12]))
        if not pool.mentees or not pool.mentors:
            continue
        thin(monkeypatch, chance)
        # "balance" reads the places, so that changing them would change scores as well
        rules = replace(rules, weights=TIED_WEIGHTS, objective=chance.choice(OBJECTIVES))
        rules = replace(rules, spread=chance.choice([0, 0, 700]))
        kept = [(e.id, o.id) for e in pool.mentees for o in pool.mentors if chance.random() < 0.1]
        rules = replace(rules, kept=frozenset(kept), keep_bonus=chance.choice([0, 9_000]))
        live, places = Live(pool, rules, TAXONOMY, "salt"), {}
        for step in range(10):
            edit(live, chance, pool, places)

            (matched, points), expected = now(live), anew(live, pool, rules, places)
            assert points == expected[1], (seed, step)
            assert matched == expected[0] or rules.objective == "total", (seed, step)
            assert faults(live, pool, rules, places) == (), (seed, step)


def test_edits_under_a_floor_leave_the_optimum_at_that_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """As good as solving anew where every pair below the floor is forbidden."""
    held = 0
    for seed in range(TRIALS // 10):
        chance = random.Random(seed)
        pool, rules = world(seed, most=chance.choice([6, 12]), wants=1)
        if not pool.mentees or not pool.mentors:
            continue
        thin(monkeypatch, chance)
        rules = replace(rules, weights=TIED_WEIGHTS, objective="matched_floor_total")
        live, places = Live(pool, rules, TAXONOMY, "salt"), {}
        least = {live.solving.pool.mentees[row].id: each for row, each in enumerate(live.solving.floor.least.tolist())}
        scores = scores_of(pool, rules)
        below = {
            (mentee.id, mentor.id)
            for mentee, line in zip(pool.mentees, scores.tolist(), strict=True)
            for mentor, score in zip(pool.mentors, line, strict=True)
            if score < least[mentee.id]
        }
        for step in range(10):
            edit(live, chance, pool, places)

            floored = replace(rules, objective="matched_total", forbidden=rules.forbidden | (below - set(live.pinned)))
            assert now(live) == anew(live, pool, floored, places), (seed, step)
            held += live.solving.floor.score > 0
    assert held


def test_change_says_what_it_costs_and_who_moves() -> None:
    for seed in range(200):
        pool, rules = world(seed)
        if not pool.mentees or not pool.mentors:
            continue
        live = Live(pool, rules, TAXONOMY, "salt")
        before = {(pair.mentee, pair.mentor) for pair in live.pairs()}
        total = sum(pair.score for pair in live.pairs())

        change = live.pin(pool.mentees[0].id, pool.mentors[0].id)

        if isinstance(change, Refusal):
            continue
        assert sum(pair.score for pair in live.pairs()) == total + change.points
        moved = {each.mentee for each in change.moved}
        assert moved == {mentee for mentee, _ in before ^ {(pair.mentee, pair.mentor) for pair in live.pairs()}}


def test_undoing_an_edit_costs_nothing_in_the_end() -> None:
    for seed in range(200):
        pool, rules = world(seed)
        if not pool.mentees or not pool.mentors:
            continue
        live = Live(pool, rules, TAXONOMY, "salt")
        before = now(live)
        both = pool.mentees[0].id, pool.mentors[-1].id
        if not isinstance(live.pin(*both), Refusal):
            live.unpin(*both)
        live.block(*both)
        live.unblock(*both)

        assert now(live) == before


def test_a_question_changes_nothing_and_answers_as_the_edit_would() -> None:
    for seed in range(200):
        pool, rules = world(seed)
        if not pool.mentees or not pool.mentors:
            continue
        live, asked = Live(pool, rules, TAXONOMY, "salt"), (pool.mentees[0].id, pool.mentors[-1].id)
        before = live.pairs()

        answer = live.ask(*asked)

        assert live.pairs() == before
        change = live.pin(*asked)
        if isinstance(answer, Refusal) or answer.matched < 0:
            continue
        assert answer == change


def test_a_question_at_the_floor_is_answered_as_if_it_had_been_pinned_from_the_start() -> None:
    """Nobody goes without because of a floor that cannot be held any longer."""
    lowered = 0
    for seed in range(TRIALS // 5):
        pool, rules = world(seed)
        if not pool.mentees or not pool.mentors:
            continue
        rules = replace(rules, weights=TIED_WEIGHTS, objective="matched_floor_total")
        chance = random.Random(seed)
        asked = chance.choice(pool.mentees).id, chance.choice(pool.mentors).id
        live = Live(pool, rules, TAXONOMY, "salt")
        answer = live.ask(*asked)
        if isinstance(answer, Refusal):
            continue
        anew = solve(pool, replace(rules, pinned=rules.pinned | {asked}), TAXONOMY, "salt")

        assert live.plan.matched + answer.matched == anew.matched, seed
        lowered += answer.matched < 0
    assert lowered


def test_holding_many_at_once_is_as_good_as_one_after_another() -> None:
    for seed in range(TRIALS // 5):
        chance = random.Random(seed)
        pool, rules = world(seed)
        if not pool.mentees or not pool.mentors:
            continue
        rules = replace(rules, weights=TIED_WEIGHTS, objective="matched_total", pinned=frozenset())
        held: list[tuple[str, str]] = []
        one, live = Live(pool, rules, TAXONOMY, "salt"), Live(pool, rules, TAXONOMY, "salt")
        for _ in range(4):
            both = chance.choice(pool.mentees).id, chance.choice(pool.mentors).id
            if both not in held and not isinstance(one.pin(*both), Refusal):
                held.append(both)
        blocked = {(chance.choice(pool.mentees).id, chance.choice(pool.mentors).id)} - set(held)
        for both in blocked:
            one.block(*both)

        assert live.hold(held, blocked) is None

        assert now(live) == now(one), seed
        held.pop() if held else None
        assert live.hold(held, blocked) is None
        assert now(live) == anew(live, pool, rules, {}), seed


def test_coming_near_takes_an_equal_plan_and_never_a_worse_one() -> None:
    nearer = 0
    for seed in range(TRIALS // 5):
        pool, rules = world(seed)
        if not pool.mentees or not pool.mentors:
            continue
        rules = replace(rules, weights=TIED_WEIGHTS)
        live, other = Live(pool, rules, TAXONOMY, "salt"), Live(pool, rules, TAXONOMY, "pepper")
        wanted = {(pair.mentee, pair.mentor) for pair in other.pairs()}
        best, far = now(live), len(wanted - {(pair.mentee, pair.mentor) for pair in live.pairs()})

        live.come_near(sorted(pair for pair in wanted if why_not(pool, rules, TAXONOMY, *pair) is None))

        assert now(live) == best, seed
        assert {(pair.mentee, pair.mentor) for pair in live.pairs()} == wanted, seed
        nearer += far > 0
    assert nearer


def test_what_a_pair_costs_at_least_is_never_more_than_it_costs() -> None:
    exact = 0
    for seed in range(200):
        pool, rules = world(seed)
        if not pool.mentees or not pool.mentors:
            continue
        live = Live(pool, replace(rules, objective="total", spread=0, keep_bonus=0), TAXONOMY, "salt")
        mentee = pool.mentees[0].id

        for mentor, forcing in live.forcings(mentee).items():
            answer = live.ask(mentee, mentor)
            assert not isinstance(answer, Refusal)
            assert forcing.points <= -answer.points, (seed, mentor)
            exact += forcing.points == -answer.points
    assert exact
