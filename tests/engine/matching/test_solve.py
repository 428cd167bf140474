import json
import os
import random
import subprocess
import sys
from dataclasses import asdict, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.matching.worlds import (
    TAXONOMY,
    TIED_WEIGHTS,
    TRIALS,
    optimum,
    pinned_world,
    score_table,
    world,
    worlds,
)
from trellis_engine.matching import (
    UNMATCHED_KEYS,
    InputRefused,
    Participant,
    PinRefused,
    Plan,
    Pool,
    Refusal,
    Rule,
    Settings,
    Unmatched,
    certificate,
    solve,
    verify,
)

PLAIN = Settings(weights={"balance": 100})


def as_bytes(plan: Plan) -> bytes:
    return json.dumps(asdict(plan)).encode()


def people(prefix: str, count: int, places: int = 1) -> tuple[Participant, ...]:
    return tuple(Participant(id=f"{prefix}{n}", places=places) for n in range(count))


def test_plan_is_worth_the_optimum_and_its_certificate_is_accepted() -> None:
    for seed, (pool, rules) in enumerate(worlds(TRIALS)):
        plan = solve(pool, rules, TAXONOMY, "salt")

        scores = score_table(pool, rules)
        wants, places = ([person.places for person in side] for side in (pool.mentees, pool.mentors))
        assert plan.value == optimum(scores, wants, places, [plan.bonus] * len(wants)), seed
        assert verify(certificate(plan), pool, rules, TAXONOMY) == (), seed
        assert {key.reason for key in plan.unmatched} <= set(UNMATCHED_KEYS)


def test_pinned_plan_holds_its_pins_and_is_proven() -> None:
    for seed in range(max(TRIALS // 20, 1)):
        pool, rules = pinned_world(seed)

        plan = solve(pool, rules, TAXONOMY, "salt")

        assert rules.pinned <= {(pair.mentee, pair.mentor) for pair in plan.pairs}
        assert verify(certificate(plan), pool, rules, TAXONOMY) == (), seed


def test_pinned_plan_is_never_worth_more_than_the_free_one() -> None:
    for seed in range(max(TRIALS // 30, 1)):
        pool, rules = pinned_world(seed)
        free = replace(rules, pinned=frozenset())

        assert solve(pool, rules, TAXONOMY, "s").value <= solve(pool, free, TAXONOMY, "s").value


def test_everybody_is_matched_or_listed_with_a_reason() -> None:
    for pool, rules in worlds(200):
        plan = solve(pool, rules, TAXONOMY, "salt")

        listed = [(each.side, each.id) for each in plan.unmatched]
        placed = {("mentee", p.mentee) for p in plan.pairs} | {("mentor", p.mentor) for p in plan.pairs}
        everybody = [("mentee", p.id) for p in pool.mentees] + [("mentor", p.id) for p in pool.mentors]
        assert sorted([*listed, *placed]) == sorted(everybody)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), shuffle=st.randoms(use_true_random=False))
def test_row_order_does_not_change_a_byte(seed: int, shuffle: random.Random) -> None:
    pool, rules = world(seed)
    mixed = Pool(*(tuple(shuffle.sample(side, len(side))) for side in (pool.mentees, pool.mentors)))

    assert as_bytes(solve(mixed, rules, TAXONOMY, "s")) == as_bytes(solve(pool, rules, TAXONOMY, "s"))


def test_same_salt_gives_same_bytes() -> None:
    pool, rules = world(12)

    assert as_bytes(solve(pool, rules, TAXONOMY, "a")) == as_bytes(solve(pool, rules, TAXONOMY, "a"))


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_makes_the_same_bytes(hash_seed: str) -> None:
    """Sets and dicts are walked in another order there; nothing of that may be seen in a certificate."""
    code = (
        "import json; from tests.engine.matching.worlds import TAXONOMY, world; "
        "from trellis_engine.matching import certificate, solve; "
        "print([json.dumps(certificate(solve(*world(seed), TAXONOMY, 's'))) for seed in range(40)])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
    )  # fmt: skip

    here = [json.dumps(certificate(solve(*world(seed), TAXONOMY, "s"))) for seed in range(40)]
    assert answer.stdout == f"{here}\n"


def test_salt_decides_between_equal_plans() -> None:
    pool = Pool(people("e", 6), people("o", 3))

    winners = {tuple(p.mentee for p in solve(pool, PLAIN, TAXONOMY, salt).pairs) for salt in "abcdefgh"}

    assert len(winners) > 1


def test_relabelling_people_keeps_the_value() -> None:
    for seed in range(40):
        pool, rules = world(seed)
        plan = solve(pool, rules, TAXONOMY, "s")
        renamed = {p.id: f"new-{p.id}" for p in (*pool.mentees, *pool.mentors)}

        again = solve(relabelled(pool, renamed), forbidding(rules, renamed), TAXONOMY, "s")

        assert (again.matched, again.total) == (plan.matched, plan.total)


def relabelled(pool: Pool, names: dict[str, str]) -> Pool:
    def new(person: Participant) -> Participant:
        return replace(
            person,
            id=names[person.id],
            managers=tuple(names[each] for each in person.managers),
            no_match=frozenset(names[each] for each in person.no_match),
            ranked=tuple(names[each] for each in person.ranked),
        )

    return Pool(tuple(map(new, pool.mentees)), tuple(map(new, pool.mentors)))


def forbidding(rules: Settings, names: dict[str, str]) -> Settings:
    return replace(rules, forbidden=frozenset((names[e], names[o]) for e, o in rules.forbidden))


def test_most_mentees_come_before_the_total() -> None:
    # the only plan for both gives e0 a mentor with whom it has nothing in common
    pool = Pool(
        (Participant("e0", unit="sales"), Participant("e1", unit="sales", no_match=frozenset({"o1"}))),
        (Participant("o0", unit="legal"), Participant("o1", unit="sales")),
    )

    plan = solve(pool, Settings(weights={"distance": 100}), TAXONOMY, "s")

    assert [(p.mentee, p.mentor, p.score) for p in plan.pairs] == [("e0", "o1", 1), ("e1", "o0", 60_000)]
    assert plan.matched == 2
    assert plan.total == 60_001


def test_second_mentor_never_takes_the_place_of_a_first() -> None:
    pool = Pool(
        (Participant("e0", places=2, unit="sales"), Participant("e1", unit="legal")),
        (Participant("o0", unit="legal"), Participant("o1", unit="legal")),
    )

    plan = solve(pool, Settings(weights={"distance": 100}), TAXONOMY, "s")

    assert {p.mentee for p in plan.pairs} == {"e0", "e1"}


def test_same_person_on_both_sides_is_never_paired_with_themself() -> None:
    pool = Pool(people("p", 2), people("p", 2))

    plan = solve(pool, PLAIN, TAXONOMY, "s")

    assert {(p.mentee, p.mentor) for p in plan.pairs} == {("p0", "p1"), ("p1", "p0")}


def test_no_mentors_gives_every_mentee_that_reason() -> None:
    plan = solve(Pool(people("e", 2), ()), PLAIN, TAXONOMY, "s")

    assert plan.unmatched == tuple(Unmatched(f"e{n}", "no_mentor_with_places", {}, "mentee") for n in (0, 1))


def test_no_mentees_gives_every_mentor_that_reason() -> None:
    plan = solve(Pool((), people("o", 1)), PLAIN, TAXONOMY, "s")

    assert plan.unmatched == (Unmatched("o0", "no_mentee_waiting", {}, "mentor"),)


def test_people_without_places_are_told_so() -> None:
    plan = solve(Pool(people("e", 1, 0), people("o", 1, 0)), PLAIN, TAXONOMY, "s")

    assert plan.unmatched == (
        Unmatched("e0", "wants_no_mentor", {}, "mentee"),
        Unmatched("o0", "offers_no_place", {}, "mentor"),
    )


def test_more_mentees_than_places_leaves_some_with_full_mentors() -> None:
    plan = solve(Pool(people("e", 5), people("o", 2)), PLAIN, TAXONOMY, "s")

    assert plan.matched == 2
    assert [(u.reason, u.params) for u in plan.unmatched] == [("allowed_mentors_full", {"allowed": 2})] * 3


def test_more_places_than_mentees_leaves_mentors_whose_mentees_are_placed() -> None:
    plan = solve(Pool(people("e", 1), people("o", 2)), PLAIN, TAXONOMY, "s")

    assert [(u.reason, u.params, u.side) for u in plan.unmatched] == [
        ("allowed_mentees_placed", {"allowed": 1}, "mentor")
    ]


def test_rule_that_excludes_all_is_counted_for_both_sides() -> None:
    english, french = ({"languages": frozenset({each})} for each in ("en", "fr"))
    pool = Pool(
        (Participant("e0", **english), Participant("e1", **english)),
        (Participant("o0", **french, managers=("e0",)), Participant("o1", **french), Participant("o2", places=0)),
    )

    plan = solve(pool, Settings(weights=TIED_WEIGHTS, minimum_score=1), TAXONOMY, "s")

    assert plan.pairs == ()
    assert {u.id: (u.reason, u.params.get("removed")) for u in plan.unmatched} == {
        "e0": ("no_allowed_mentor", {"reporting_line": 1, "common_language": 1}),
        "e1": ("no_allowed_mentor", {"common_language": 2}),
        "o0": ("no_allowed_mentee", {"reporting_line": 1, "common_language": 1}),
        "o1": ("no_allowed_mentee", {"common_language": 2}),
        "o2": ("offers_no_place", None),
    }


def test_two_limits_of_one_rule_are_counted_together() -> None:
    pool = Pool((Participant("e0", level=3),), (Participant("o0", level=1), Participant("o1", level=9)))
    rules = (Rule("level_gap", minimum=1), Rule("level_gap", maximum=3))

    plan = solve(pool, replace(PLAIN, rules=rules), TAXONOMY, "s")

    assert plan.unmatched[0].params == {"removed": {"level_gap": 2}}


def test_pin_that_breaks_a_rule_is_refused() -> None:
    pool = Pool((Participant("e0", managers=("o0",)),), people("o", 1))

    with pytest.raises(PinRefused) as refused:
        solve(pool, replace(PLAIN, pinned=frozenset({("e0", "o0")})), TAXONOMY, "s")

    assert (refused.value.mentee, refused.value.mentor) == ("e0", "o0")
    assert refused.value.refusal == Refusal("reporting_line", {})


@pytest.mark.parametrize("pins", [{("e0", "o0"), ("e1", "o0")}, {("e0", "o0"), ("e0", "o1")}])
def test_pins_beyond_places_are_refused(pins: set[tuple[str, str]]) -> None:
    pool = Pool(people("e", 2), people("o", 2))

    with pytest.raises(PinRefused) as refused:
        solve(pool, replace(PLAIN, pinned=frozenset(pins)), TAXONOMY, "s")

    assert refused.value.refusal.rule == "places_taken_by_pins"


def test_pin_of_an_unknown_person_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        solve(Pool(people("e", 1), ()), replace(PLAIN, pinned=frozenset({("e0", "nobody")})), TAXONOMY, "s")

    assert (refused.value.key, refused.value.params) == ("person_unknown", {"id": "nobody"})


def test_pinned_mentee_wanting_two_gets_the_second_from_the_solver() -> None:
    pool = Pool(people("e", 1, 2), people("o", 3))

    plan = solve(pool, replace(PLAIN, pinned=frozenset({("e0", "o2")})), TAXONOMY, "s")

    assert len(plan.pairs) == 2
    assert plan.matched == 1
    assert ("e0", "o2") in {(p.mentee, p.mentor) for p in plan.pairs}


def test_factors_nobody_stated_anything_for_are_named() -> None:
    weights = {"balance": 50, "mutual_preference": 30, "career_path": 20}

    plan = solve(Pool(people("e", 1), people("o", 1)), Settings(weights=weights), TAXONOMY, "s")

    assert plan.silent == ("career_path", "mutual_preference")
