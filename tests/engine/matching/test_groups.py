import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cache
from itertools import combinations, product
from typing import Any

import pytest

from tests.engine.matching.test_peers import crowd, joint
from tests.engine.matching.worlds import TAXONOMY, TRIALS
from trellis_engine.matching import FAULT_KEYS, InputRefused, Participant, Pool, Settings
from trellis_engine.matching.groups import most_placed, solve_groups
from trellis_engine.matching.groups_proof import FORM, groups_certificate, verify_groups
from trellis_engine.matching.peer_plan import crowd_pool

PLAIN = Settings(weights={"distance": 60, "balance": 40})


def exhaustive(pool: Pool, settings: Settings, smallest: int, largest: int) -> tuple[int, int]:
    """Most people, then the highest total, over every way to cut people into groups."""
    scores = joint(pool, settings, "min")

    def worth(group: tuple[str, ...]) -> int:
        return sum(sum(scores[a, b] for b in group if b != a) // (len(group) - 1) for a in group)

    @cache
    def best(left: frozenset[str]) -> tuple[int, int]:
        if not left:
            return 0, 0
        one, rest = min(left), left - {min(left)}
        found = [best(rest)]
        for group in groups(one, sorted(rest)):
            people, total = best(rest - set(group))
            found.append((people + len(group), total + worth(group)))
        return max(found)

    def groups(one: str, rest: list[str]) -> Iterator[tuple[str, ...]]:
        for size in range(smallest, largest + 1):
            for others in combinations(rest, size - 1):
                if all(pair in scores for pair in combinations((one, *others), 2)):
                    yield (one, *others)

    return best(frozenset(each for pair in scores for each in pair))


def test_plan_is_never_above_the_best_nor_the_best_above_the_bound(
    record_property: Callable[[str, object], None],
) -> None:
    count = max(TRIALS // 6, 1)
    equal = 0
    for seed in range(count):
        pool, settings, _ = crowd(seed, most=8)
        smallest = 2 + seed % 2
        plan = solve_groups(pool, settings, TAXONOMY, "s", smallest=smallest, largest=smallest + 1)

        matched, total = exhaustive(pool, settings, smallest, smallest + 1)

        assert plan.value <= plan.bonus * matched + total <= plan.bound, seed
        assert kinds(groups_certificate(plan), pool, settings, smallest, smallest + 1) == [], seed
        equal += plan.value == plan.bonus * matched + total
    assert equal > count * 3 // 4
    record_property("group_plans_within_their_bound", count)


def kinds(proof: Any, pool: Pool, settings: Settings, smallest: int, largest: int) -> list[tuple[str, str]]:
    faults = verify_groups(proof, pool, settings, TAXONOMY, smallest=smallest, largest=largest)
    assert {fault.kind for fault in faults} <= set(FAULT_KEYS)
    return [(fault.kind, fault.where) for fault in faults]


def test_every_resealed_change_is_refused_or_no_better_than_the_best(
    record_property: Callable[[str, object], None],
) -> None:
    """Every member replaced by everybody else, and every figure changed, sealed anew."""
    tried = seed = 0
    while tried < 500:
        pool, settings, _ = crowd(seed, most=8)
        proof = groups_certificate(solve_groups(pool, settings, TAXONOMY, "s", smallest=3, largest=4))
        best = exhaustive(pool, settings, 3, 4)
        seed += 1
        for at, row in enumerate(proof["groups"]):
            for place, person in product(range(len(row["members"])), pool.mentees):
                forged = copy.deepcopy(proof)
                forged["groups"][at]["members"][place] = person.id
                tried += 1
                if forged["groups"] != proof["groups"] and not kinds(FORM.issued(forged), pool, settings, 3, 4):
                    assert (forged["matched"], forged["total"]) <= best
        for figure in ("bound", "largest", "matched", "smallest", "total"):
            forged = FORM.issued(proof | {figure: proof[figure] + 1})
            assert ("total_wrong", figure) in kinds(forged, pool, settings, 3, 4)
            assert kinds(proof | {figure: proof[figure] + 1}, pool, settings, 3, 4) == [("section_changed", "head")]
    record_property("resealed_certificates_refused_or_harmless", tried)


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        (["p0", "p1", "nobody"], "pair_unknown"),
        (["p0", "p1", 7], "malformed"),
        (["p0", "p1", "p1"], "over_places"),
        (["p0", "p1"], "circle_too_small"),
    ],
)
def test_group_that_cannot_be_is_refused(members: list[Any], fault: str) -> None:
    pool = crowd_pool(tuple(Participant(f"p{n}") for n in range(3)))
    proof = groups_certificate(solve_groups(pool, PLAIN, TAXONOMY, "s", smallest=3, largest=3))
    proof["groups"][0]["members"] = members

    assert (fault, "groups/0") in kinds(FORM.issued(proof), pool, PLAIN, 3, 3)


def test_groups_keep_every_rule_and_their_size() -> None:
    for seed in range(100):
        pool, settings, _ = crowd(seed, most=12)
        plan = solve_groups(pool, settings, TAXONOMY, "s", smallest=3, largest=4)
        allowed = joint(pool, settings, "min")

        placed = [person for group in plan.groups for person in group]
        assert len(placed) == len(set(placed)) == plan.matched
        assert not set(placed) & set(plan.left)
        assert all(3 <= len(group) <= 4 for group in plan.groups)
        assert all(pair in allowed for group in plan.groups for pair in combinations(group, 2))


def test_row_order_changes_no_byte() -> None:
    for seed in range(60):
        pool, settings, _ = crowd(seed, most=10)
        mixed = Pool(*(tuple(random.Random(seed).sample(side, len(side))) for side in (pool.mentees, pool.mentors)))

        one, two = (
            json.dumps(asdict(solve_groups(each, settings, TAXONOMY, "s", smallest=3, largest=5)))
            for each in (pool, mixed)
        )

        assert one == two


def test_alike_people_reach_the_bound_and_are_proven() -> None:
    people = tuple(Participant(f"p{n:02}", unit="sales") for n in range(13))

    plan = solve_groups(crowd_pool(people), PLAIN, TAXONOMY, "s", smallest=3, largest=5)

    assert (plan.matched, plan.left, plan.gap) == (13, (), 0)


@pytest.mark.parametrize(
    ("people", "smallest", "largest", "most"), [(7, 3, 3, 6), (5, 3, 4, 4), (11, 6, 10, 10), (2, 3, 5, 0)]
)
def test_most_that_can_be_cut_into_groups(people: int, smallest: int, largest: int, most: int) -> None:
    assert most_placed(people, smallest, largest) == most


def test_sizes_that_make_no_group_are_refused() -> None:
    with pytest.raises(InputRefused, match="number_out_of_range"):
        solve_groups(Pool((), ()), PLAIN, TAXONOMY, "s", smallest=4, largest=3)
