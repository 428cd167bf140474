"""Prices, curves and gains against the same question answered by solving everything again."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.engine.matching.worlds import FACTOR_WEIGHTS, TAXONOMY, TIED_WEIGHTS, TRIALS, pinned_world, world
from trellis_engine.matching import Participant, PinRefused, Plan, Pool, Rule, Settings, solve
from trellis_engine.matching.recruit import Gain, gains_of_places, recruit_here
from trellis_engine.matching.whatif import (
    AXES,
    answer,
    changed,
    mentors_of,
    moved,
    point,
    price_of_rule,
    price_of_weight,
    priced_rules,
    quality,
    set_on,
    trade_off,
    usual_values,
    without,
)

DISTANCE = Settings(weights={"distance": 100}, rules=())
# places are a feature of `balance`, so one more place would change scores
NO_BALANCE = {**FACTOR_WEIGHTS, "distance": FACTOR_WEIGHTS["distance"] + FACTOR_WEIGHTS["balance"], "balance": 0}


def three_sites() -> Pool:
    """Two mentees of one unit; one mentor beside them at the same site, one elsewhere."""
    mentees = Participant("e0", unit="a", location="x"), Participant("e1", unit="a", location="x", languages=lang("fr"))
    mentors = Participant("o0", unit="b", location="y", languages=lang("en")), Participant("o1", unit="a", location="x")
    return Pool(mentees, mentors)


def lang(*codes: str) -> frozenset[str]:
    return frozenset(codes)


# --- figures of a plan


def test_quality_reads_loads_and_choices_off_the_plan() -> None:
    mentees = (
        Participant("e0", ranked=("o0", "o1"), unit="a"), Participant("e1", ranked=("o1",), unit="a"),
        Participant("e2", unit="a"),
    )  # fmt: skip
    pool = Pool(mentees, (Participant("o0", unit="b", places=3), Participant("o1", unit="b", places=0)))
    found = quality(solve(pool, DISTANCE, TAXONOMY, "s"), pool)

    assert (found.matched, found.pairs, found.loads, found.heaviest) == (3, 3, (1, 0, 0, 1), 3)
    assert (found.ranked, found.first, found.any_choice) == (2, 1, 1)
    assert found.mean == found.total // 3 == found.floor


def test_quality_of_an_empty_pool_is_nothing() -> None:
    found = quality(solve(Pool((), ()), DISTANCE, TAXONOMY, "s"), Pool((), ()))

    assert (found.matched, found.floor, found.mean, found.heaviest, found.loads) == (0, 0, 0, 0, (0,))


def test_every_answer_is_proven_by_the_independent_checker() -> None:
    for seed in range(30):
        pool, settings = world(seed)
        assert answer(pool, settings, TAXONOMY, "s").proven


# --- the price of a rule


def test_price_of_a_rule_is_what_is_gained_without_it() -> None:
    rule = Rule("common_language")
    settings = replace(DISTANCE, rules=(rule,))

    price = price_of_rule(three_sites(), settings, TAXONOMY, "s", rule)

    with_rule, free = (solve(three_sites(), each, TAXONOMY, "s") for each in (settings, DISTANCE))
    assert (price.matched, price.total) == (free.matched - with_rule.matched, free.total - with_rule.total)
    assert price.proven


def test_price_of_every_rule_agrees_with_solving_both_and_is_never_a_gain() -> None:
    for seed in range(max(TRIALS // 60, 1)):
        pool, settings = world(seed)
        base = answer(pool, settings, TAXONOMY, "s")
        for rule in priced_rules(settings):
            price = price_of_rule(pool, settings, TAXONOMY, "s", rule, base)
            free = solve(pool, without(settings, rule), TAXONOMY, "s")

            assert price.matched == free.matched - base.plan.matched >= 0
            assert price.total == free.total - base.plan.total
            assert price.changed == changed(free, base.plan)


def test_lowest_score_is_priced_like_a_rule() -> None:
    settings = Settings(weights={"distance": 100}, rules=(Rule("common_language"),), minimum_score=60_000)

    assert priced_rules(settings) == (Rule("common_language"), Rule("minimum_score", minimum=60_000))
    assert without(settings, Rule("minimum_score", minimum=60_000)) == replace(settings, minimum_score=0)
    assert without(settings, Rule("common_language")) == replace(settings, rules=())


# --- what depends on a weight


@pytest.mark.parametrize(
    ("weights", "factor", "by", "expected"),
    [
        ({"a": 50, "b": 30, "c": 20}, "a", 5, {"a": 55, "b": 27, "c": 18}),
        ({"a": 50, "b": 30, "c": 20}, "a", -5, {"a": 45, "b": 33, "c": 22}),
        ({"a": 34, "b": 33, "c": 33}, "a", 5, {"a": 39, "b": 31, "c": 30}),  # equal remainders: by name
        ({"a": 40, "b": 35, "c": 25}, "b", 5, {"b": 40, "a": 37, "c": 23}),  # 36.92 and 23.08
        ({"a": 97, "b": 3}, "a", 5, None),
        ({"a": 3, "b": 97}, "a", -5, None),
        ({"a": 100, "b": 0}, "a", -5, None),  # nobody could take what it gives up
        ({"a": 100}, "b", 5, {"b": 5, "a": 95}),
    ],
)
def test_weights_keep_their_sum_and_their_proportions(
    weights: dict[str, int], factor: str, by: int, expected: dict[str, int] | None
) -> None:
    assert moved(weights, factor, by) == expected


def test_moved_weights_always_sum_to_100() -> None:
    for factor in FACTOR_WEIGHTS:
        for by in range(-25, 26):
            found = moved(FACTOR_WEIGHTS, factor, by)
            assert found is None or (sum(found.values()), found[factor]) == (100, FACTOR_WEIGHTS[factor] + by)


def test_plan_of_moved_weights_is_never_better_at_the_present_ones() -> None:
    for seed in range(max(TRIALS // 150, 1)):
        pool, settings = world(seed)
        settings = replace(settings, objective="matched_total")
        base = answer(pool, settings, TAXONOMY, "s")
        for factor in settings.weights:
            price = price_of_weight(pool, settings, TAXONOMY, "s", factor, base=base)
            assert price is None or (price.proven, price.matched <= 0 or settings.minimum_score > 0) == (True, True)
            if price and price.matched == 0:
                assert price.as_now <= 0


def test_weight_that_cannot_move_has_no_price() -> None:
    assert price_of_weight(three_sites(), DISTANCE, TAXONOMY, "s", "distance", 5) is None


# --- what one more place is worth


def one_more(pool: Pool, mentor: str) -> Pool:
    more = (replace(each, places=each.places + (each.id == mentor)) for each in pool.mentors)
    return Pool(pool.mentees, tuple(more))


def solved_world(seed: int, objective: str) -> tuple[Pool, Settings, Plan] | None:
    pool, settings = pinned_world(seed) if seed % 2 else world(seed, most=7)
    weights, spread = TIED_WEIGHTS if seed % 3 else NO_BALANCE, (0, 7_000, 30_000)[seed % 5 % 3]
    settings = replace(settings, objective=objective, weights=weights, spread=spread)
    try:
        return pool, settings, solve(pool, settings, TAXONOMY, "s")
    except PinRefused:  # the pin was made for other weights
        return None


@pytest.mark.parametrize("objective", ["matched_total", "total"])
def test_gain_of_a_place_is_exact(objective: str) -> None:
    for seed in range(max(TRIALS // 30, 1)):
        made = solved_world(seed, objective)
        if made is None:
            continue
        pool, settings, plan = made
        gains = gains_of_places(plan, pool, settings, TAXONOMY)
        for mentor in pool.mentors:
            more = solve(one_more(pool, mentor.id), settings, TAXONOMY, "s")
            gain = gains.get(mentor.id, Gain(0, 0, 0))

            points = more.total + more.extra - plan.total - plan.extra
            assert (gain.matched, gain.points) == (0 if objective == "total" else more.matched - plan.matched, points)


def test_gain_is_never_more_than_the_price_promises() -> None:
    for seed in range(max(TRIALS // 30, 1)):
        made = solved_world(seed, "matched_total")
        if made is None:
            continue
        pool, settings, plan = made
        pinned = Counter(mentor for _, mentor in settings.pinned)
        for mentor, gain in gains_of_places(plan, pool, settings, TAXONOMY).items():
            if pool.mentor_by_id[mentor].places > pinned[mentor]:  # a place that is closed has no price
                assert 0 < gain.value <= plan.prices[mentor]


def crowded() -> Pool:
    """Five mentees who want to grow selling; two mentors sell, at level 6, and have one place each."""
    mentees = tuple(Participant(f"e{n}", level=2, skills=(("selling", 2),)) for n in range(5))
    sellers = tuple(Participant(f"s{n}", level=6, unit="sales", skills=(("selling", 5),)) for n in range(2))
    others = tuple(
        Participant(f"w{n}", level=3, unit="legal", skills=(("writing", 5),), places=9, languages=lang("fr"))
        for n in range(2)
    )
    spoken = (replace(person, languages=lang("en")) for person in mentees)
    return Pool(tuple(spoken), (*sellers, *others))


def test_recruiting_names_what_is_short() -> None:
    settings = Settings(weights={"skill_coverage": 100}, rules=(Rule("common_language"),), objective="matched_total")
    pool = crowded()
    plan = solve(pool, settings, TAXONOMY, "s")

    found = recruit_here(plan, pool, settings, TAXONOMY)

    assert plan.matched == 2
    assert {mentor: gain.matched for mentor, gain in found.gains.items()} == {"s0": 1, "s1": 1}
    assert found.wanted == {"selling": 3}
    assert ("skill", "selling", 0, 2) in {(each.kind, each.name, each.level, each.mentors) for each in found.advice}
    assert "writing" not in {each.name for each in found.advice}
    level = next(each for each in found.advice if each.kind == "level")
    assert (level.level, level.mentors, level.middle.matched) == (6, 2, 1)


def test_recruiting_says_what_the_waiting_want_where_there_is_no_mentor() -> None:
    pool = Pool(crowded().mentees, ())
    settings = replace(DISTANCE, weights={"skill_coverage": 100}, objective="matched_total")

    found = recruit_here(solve(pool, settings, TAXONOMY, "s"), pool, settings, TAXONOMY)

    assert (found.gains, found.advice, found.wanted) == ({}, (), {"selling": 5})


# --- curves


@pytest.mark.parametrize("axis", AXES)
def test_every_point_of_a_curve_is_the_proven_best_plan_of_its_settings(axis: str) -> None:
    for seed in range(12):
        pool, settings = world(seed)
        for each in trade_off(pool, settings, TAXONOMY, "s", axis):
            again = solve(pool, set_on(settings, axis, each.value), TAXONOMY, "s")
            assert (each.proven, each.quality) == (True, quality(again, pool))


def test_coverage_never_grows_with_the_lowest_score() -> None:
    for seed in range(30):
        pool, settings = world(seed)
        points = trade_off(pool, settings, TAXONOMY, "s", "minimum_score", (0, 20_000, 50_000, 80_000))

        assert [p.quality.matched for p in points] == sorted((p.quality.matched for p in points), reverse=True)


def test_floor_curve_keeps_everybody_matched_and_pays_in_total() -> None:
    for seed in range(30):
        pool, settings = world(seed)
        base = answer(pool, settings, TAXONOMY, "s")
        points = trade_off(pool, settings, TAXONOMY, "s", "floor", base=base)

        totals = [p.quality.total for p in points]
        assert {p.quality.matched for p in points} == {base.quality.matched}
        assert totals == sorted(totals, reverse=True)
        assert all(p.quality.floor >= p.value for p in points if p.quality.pairs)


def test_a_point_that_another_beats_is_marked() -> None:
    """Nobody scores higher because more pairs are shut out, so the point that shuts out everybody is beaten."""
    settings = Settings(weights={"distance": 100}, rules=())
    pool = Pool((Participant("e0", unit="a"),), (Participant("o0", unit="a"),))
    points = trade_off(pool, settings, TAXONOMY, "s", "minimum_score", (0, 100_000))

    assert [(p.quality.matched, p.beaten) for p in points] == [(1, False), (0, True)]


def test_a_report_may_stop_a_curve() -> None:
    told: list[tuple[int, int]] = []

    def report(done: int, of: int) -> None:
        told.append((done, of))
        if done == 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        trade_off(three_sites(), DISTANCE, TAXONOMY, "s", "spread", report=report)
    assert told == [(0, 7), (1, 7)]


def test_usual_values_are_whole_per_cents() -> None:
    for seed in range(20):
        pool, settings = world(seed)
        base = answer(pool, settings, TAXONOMY, "s")
        for axis in AXES:
            values = usual_values(axis, base, pool, TAXONOMY)
            assert values == tuple(sorted(set(values)))
            assert all(value % 1000 == 0 for value in values)


def test_an_unknown_axis_is_refused() -> None:
    base = answer(three_sites(), DISTANCE, TAXONOMY, "s")
    with pytest.raises(ValueError, match="depth"):
        set_on(DISTANCE, "depth", 1)
    with pytest.raises(ValueError, match="depth"):
        usual_values("depth", base, three_sites(), TAXONOMY)


# --- keeping what stands


def test_churn_falls_as_keeping_is_worth_more() -> None:
    """Everybody stands with somebody; then two mentors leave, and each point keeps no fewer pairs than the last."""
    for seed in range(30):
        pool, settings = world(seed, most=8, wants=1)
        settings = replace(settings, weights=TIED_WEIGHTS)
        before = solve(pool, settings, TAXONOMY, "before")
        stayed = Pool(pool.mentees, pool.mentors[1:])
        kept = {(p.mentee, p.mentor) for p in before.pairs if p.mentor in stayed.mentor_by_id}
        settings = replace(settings, kept=frozenset(kept), objective="matched_total")
        points = trade_off(stayed, settings, TAXONOMY, "after", "keep_bonus")

        broken = [p.broken for p in points]
        assert broken == sorted(broken, reverse=True)
        assert [p.value for p in points] == [0, 1000, 3000, 10_000]


def test_mentors_of_lists_each_mentees_mentors_once() -> None:
    pool, settings = three_sites(), DISTANCE
    plan = solve(pool, settings, TAXONOMY, "s")

    assert {mentee: len(mentors) for mentee, mentors in mentors_of(plan).items()} == {"e0": 1, "e1": 1}
    assert changed(plan, plan) == 0


def test_one_point_is_counted_against_the_base() -> None:
    base = answer(crowded(), Settings(weights={"skill_coverage": 100}, rules=()), TAXONOMY, "s")

    alone = point(crowded(), TAXONOMY, base, "minimum_score", 99_000)

    assert alone.changed >= base.quality.matched - alone.quality.matched
