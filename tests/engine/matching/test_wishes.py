"""Rank-maximal plans against brute force, and a checker that refuses every other."""

import copy
import random
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trellis_engine.matching.openings as openings_module
import trellis_engine.matching.score as score_module
import trellis_engine.matching.wishes_proof as proof_module
from tests.engine.matching.forging import changes, made_right, refused_by_name
from tests.engine.matching.test_stable import stable_world
from tests.engine.matching.worlds import TAXONOMY, TRIALS
from trellis_engine.matching import FAULT_KEYS, InputRefused, Pair, Participant, Pool, Settings
from trellis_engine.matching.checking import Fault
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.stages import StagedPlan
from trellis_engine.matching.wishes import solve_wishes
from trellis_engine.matching.wishes_proof import FORM, certificate_of, verify

PLAIN = Settings(weights={"balance": 60, "distance": 40}, objective="wishes")
Figures = tuple[int, ...]  # matched, then the count of each rank, then the points


def wish_world(seed: int, *, most: int = 6, wants: int = 3) -> tuple[Pool, Settings]:
    """Short lists, so that the same few mentors are wished for again and again."""
    pool, settings = stable_world(seed, most=most, wants=wants)
    chance = random.Random(seed)
    if seed % 2:
        names = [mentor.id for mentor in pool.mentors]
        popular = chance.sample(names, min(3, len(names)))
        mentees = (replace(p, ranked=tuple(chance.sample(popular, len(popular)))) for p in pool.mentees)
        pool = Pool(tuple(mentees), pool.mentors)
    return pool, replace(settings, objective="wishes")


def worth(pool: Pool, settings: Settings, scores: np.ndarray, row: int, column: int) -> Figures:
    """What a pair adds: nothing to the matched, one to its rank, its points."""
    ranked, mentor = pool.mentees[row].ranked, pool.mentors[column].id
    kept = (pool.mentees[row].id, mentor) in settings.kept
    counts = [int(rank < len(ranked) and ranked[rank] == mentor) for rank in range(longest(pool))]
    return 0, *counts, int(scores[row, column]) + settings.keep_bonus * kept


def longest(pool: Pool) -> int:
    return max((len(mentee.ranked) for mentee in pool.mentees), default=0)


def added(one: Figures, other: Figures) -> Figures:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def score_grid(pool: Pool, settings: Settings) -> np.ndarray:
    shape = len(pool.mentees), len(pool.mentors)
    return Scorer(pool, settings, TAXONOMY).judge(slice(0, shape[0]))[0].reshape(shape)


def best_by_force(pool: Pool, settings: Settings) -> Figures:
    """Every legal plan, mentee by mentee, keeping for the same places left only the best so far."""
    scores = score_grid(pool, settings)
    columns = {mentor.id: at for at, mentor in enumerate(pool.mentors)}
    nothing = (0,) * (longest(pool) + 2)
    states = {tuple(mentor.places for mentor in pool.mentors): nothing}
    for row, mentee in enumerate(pool.mentees):
        pins = {columns[mentor] for name, mentor in settings.pinned if name == mentee.id}
        allowed = [column for column in columns.values() if scores[row, column]]
        options = []
        for size in range(min(mentee.places, len(allowed)) + 1):
            for chosen in combinations(allowed, size):
                if pins <= set(chosen):
                    gain = (int(size > 0), *nothing[1:])
                    for column in chosen:
                        gain = added(gain, worth(pool, settings, scores, row, column))
                    options.append((chosen, gain))
        after: dict[tuple[int, ...], Figures] = {}
        for places, reached in states.items():
            for chosen, gain in options:
                left = tuple(count - (at in chosen) for at, count in enumerate(places))
                if min(left, default=0) >= 0:
                    after[left] = max(after.get(left, nothing), added(reached, gain))
        states = after
    return max(states.values())


def figures(plan: StagedPlan, pool: Pool, settings: Settings) -> Figures:
    scores = score_grid(pool, settings)
    rows, columns = ({p.id: at for at, p in enumerate(side)} for side in (pool.mentees, pool.mentors))
    found = (plan.matched, *(0,) * (longest(pool) + 1))
    for pair in plan.pairs:
        found = added(found, worth(pool, settings, scores, rows[pair.mentee], columns[pair.mentor]))
    return found


def test_plan_equals_brute_force_and_its_certificate_is_accepted(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("wishes_equal_to_brute_force", TRIALS)
    for seed in range(TRIALS):
        pool, settings = wish_world(seed, most=5)

        plan = solve_wishes(pool, settings, TAXONOMY, "salt")

        assert figures(plan, pool, settings) == best_by_force(pool, settings), seed
        assert settings.pinned <= {(pair.mentee, pair.mentor) for pair in plan.pairs}
        assert verify(certificate_of(plan), pool, settings, TAXONOMY) == (), seed


def test_stages_say_what_the_plan_reaches() -> None:
    for seed in range(200):
        pool, settings = wish_world(seed)

        plan = solve_wishes(pool, settings, TAXONOMY, "salt")

        matched, *ranks, points = figures(plan, pool, settings)
        said = {(stage.goal, stage.rank): stage.value for stage in plan.stages}
        assert (said["matched", 0], said["total", 0]) == (matched, points)
        assert all(ranks[rank - 1] == value for (goal, rank), value in said.items() if goal == "choice")


def test_wider_worlds_are_proven() -> None:
    for seed in range(40):
        pool, settings = wish_world(seed, most=40)

        plan = solve_wishes(pool, settings, TAXONOMY, "salt")

        assert verify(certificate_of(plan), pool, settings, TAXONOMY) == (), seed


def test_first_choices_come_before_points_but_after_people() -> None:
    mentors = (Participant("o0", unit="legal"), Participant("o1", unit="sales"))
    mentees = (Participant("e0", unit="sales", ranked=("o1",)), Participant("e1", unit="sales"))
    pool = Pool(mentees, mentors)

    plan = solve_wishes(pool, PLAIN, TAXONOMY, "s")
    assert {(p.mentee, p.mentor) for p in plan.pairs} == {("e0", "o1"), ("e1", "o0")}

    # e1 may only have o1: that both have somebody is worth more than the wish
    both = solve_wishes(pool, replace(PLAIN, forbidden=frozenset({("e1", "o0")})), TAXONOMY, "s")
    assert {(p.mentee, p.mentor) for p in both.pairs} == {("e0", "o0"), ("e1", "o1")}


def test_row_order_and_blocks_do_not_change_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds = [wish_world(seed) for seed in range(100)]
    whole = [solve_wishes(*each, TAXONOMY, "s") for each in worlds]
    monkeypatch.setattr(score_module, "PAIRS_PER_BLOCK", 5)

    mixed = [(Pool(pool.mentees[::-1], pool.mentors[::-1]), settings) for pool, settings in worlds]
    assert [solve_wishes(*each, TAXONOMY, "s") for each in mixed] == whole


def test_a_pool_with_too_many_pairs_is_refused_before_it_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openings_module, "MOST_PAIRS", 3)
    pool = Pool((Participant("e0"), Participant("e1")), (Participant("o0"), Participant("o1")))

    with pytest.raises(InputRefused) as refused:
        solve_wishes(pool, PLAIN, TAXONOMY, "s")
    assert (refused.value.key, refused.value.params) == ("pool_too_large", {"pairs": 4, "most": 3})


# --- the checker


def issued(seed: int) -> tuple[Any, Pool, Settings]:
    pool, settings = wish_world(seed)
    return certificate_of(solve_wishes(pool, settings, TAXONOMY, "s")), pool, settings


def check(proof: Any, pool: Pool, settings: Settings) -> tuple[Fault, ...]:
    return verify(proof, pool, settings, TAXONOMY)


def kinds(proof: Any, pool: Pool, settings: Settings) -> set[str]:
    found = {fault.kind for fault in check(proof, pool, settings)}
    assert found <= set(FAULT_KEYS)
    return found


def test_every_single_change_is_refused_by_name(record_property: Callable[[str, object], None]) -> None:
    record_property("changed_certificates_refused", refused_by_name(issued, check, TRIALS))


def test_a_forger_who_renews_the_seals_passes_only_with_a_plan_that_is_as_good(
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(2)
    tried = refused = 0
    for seed in range(max(TRIALS // 4, 1)):
        proof, pool, settings = issued(seed)
        best = best_by_force(pool, settings)
        for _, changed in changes(proof, chance):
            if any(changed[fact] != proof[fact] for fact in ("version", "objective", "input_hash", "settings_hash")):
                continue
            forged = made_right(FORM, changed)
            verdict = kinds(forged, pool, settings)
            tried += 1
            refused += bool(verdict)
            if not verdict:
                plan = StagedPlan(**plan_of(forged))
                assert figures(plan, pool, settings) == best, seed
    record_property("forgeries_judged", tried)
    record_property("forgeries_refused", refused)
    assert refused > tried // 2


def plan_of(proof: Any) -> dict[str, Any]:
    pairs = tuple(Pair(row["mentee"], row["mentor"], row["score"]) for row in proof["pairs"])
    return {
        "pairs": pairs, "total": proof["total"], "matched": proof["matched"], "unmatched": (), "prices": {}, "bonus": 0,
        "objective": "wishes", "silent": (), "settings_hash": "", "input_hash": "", "salt": "",
    }  # fmt: skip


def test_swapped_pairs_are_refused_by_a_stage_or_as_good(record_property: Callable[[str, object], None]) -> None:
    """Two mentees exchange their mentors, everything else made right, prices kept."""
    tried = 0
    for seed in range(max(TRIALS // 4, 1)):
        proof, pool, settings = issued(seed)
        scores = score_grid(pool, settings)
        rows, columns = ({p.id: at for at, p in enumerate(side)} for side in (pool.mentees, pool.mentors))
        best = best_by_force(pool, settings)
        for one, other in combinations(range(len(proof["pairs"])), 2):
            forged = copy.deepcopy(proof)
            a, b = forged["pairs"][one], forged["pairs"][other]
            a["mentor"], b["mentor"] = b["mentor"], a["mentor"]
            for row in (a, b):
                row["score"] = int(scores[rows[row["mentee"]], columns[row["mentor"]]])
            forged = made_right(FORM, forged)
            if not kinds(forged, pool, settings):
                assert figures(StagedPlan(**plan_of(forged)), pool, settings) == best, seed
            tried += 1
    record_property("forgeries_judged", tried)


def test_a_price_below_nothing_is_only_for_a_mentor_who_must_be_full() -> None:
    pool = Pool((Participant("e0"),), (Participant("o0", places=3),))
    proof = certificate_of(solve_wishes(pool, PLAIN, TAXONOMY, "s"))
    proof["stages"][0]["prices"] = {"o0": -1}

    assert kinds(made_right(FORM, proof), pool, PLAIN) == {"price_out_of_range"}


def test_missing_and_surplus_stages_are_refused() -> None:
    mentees = (Participant("e0", ranked=("o0",)), Participant("e1", ranked=("o0",)))
    pool = Pool(mentees, (Participant("o0"), Participant("o1")))
    proof = certificate_of(solve_wishes(pool, PLAIN, TAXONOMY, "s"))
    assert [(stage["goal"], stage["rank"]) for stage in proof["stages"]] == [
        ("matched", 0), ("choice", 1), ("total", 0),
    ]  # fmt: skip

    for stages in (proof["stages"][::2], proof["stages"] + proof["stages"][2:], proof["stages"][:2], []):
        assert kinds(made_right(FORM, proof | {"stages": stages}), pool, PLAIN) == {"stages_wrong"}


def test_junk_is_malformed() -> None:
    proof, pool, settings = issued(3)
    for junk in (
        {},
        None,
        proof | {"stages": [1]},
        proof | {"stages": [proof["stages"][0] | {"prices": {"o0": True}}]},
    ):
        assert kinds(junk, pool, settings) == {"malformed"}


def test_checker_imports_nothing_of_the_solver() -> None:
    source = Path(proof_module.__file__).read_text()

    assert not any(f"matching.{name}" in source for name in ("wishes ", "openings", "kernels", "solve", "assign"))
