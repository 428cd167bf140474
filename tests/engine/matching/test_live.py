"""Edits of a standing plan: each is as good as solving anew with the edit in the settings."""

import random
from dataclasses import replace

from tests.engine.matching.worlds import TAXONOMY, TIED_WEIGHTS, TRIALS, world
from trellis_engine.matching import Pool, Refusal, Settings, solve
from trellis_engine.matching.live import Live

OBJECTIVES = ("matched_total", "total")


def anew(live: Live, pool: Pool, rules: Settings, places: dict[str, int]) -> tuple[int, int]:
    """Matched and total when everything that was edited is asked for from the start."""
    mentors = tuple(replace(each, places=places.get(each.id, each.places)) for each in pool.mentors)
    asked = replace(rules, pinned=frozenset(live.pinned), forbidden=rules.forbidden | frozenset(live.blocked))
    plan = solve(Pool(pool.mentees, mentors), asked, TAXONOMY, "salt")
    return plan.matched, plan.total + plan.extra


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


def test_every_edit_leaves_the_optimum_of_solving_anew() -> None:
    for seed in range(TRIALS // 10):
        chance = random.Random(seed)
        pool, rules = world(seed)
        if not pool.mentees or not pool.mentors:
            continue
        # "balance" reads the places, so that changing them would change scores as well
        rules = replace(rules, weights=TIED_WEIGHTS, objective=chance.choice(OBJECTIVES))
        rules = replace(rules, spread=chance.choice([0, 0, 700]))
        live, places = Live(pool, rules, TAXONOMY, "salt"), {}
        for step in range(8):
            edit(live, chance, pool, places)

            (matched, points), expected = now(live), anew(live, pool, rules, places)
            assert points == expected[1], (seed, step)
            assert matched == expected[0] or rules.objective == "total", (seed, step)


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
