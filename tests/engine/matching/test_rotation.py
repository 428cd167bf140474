"""Rotations against brute force over whole weeks, and a checker that refuses every other."""

import copy
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trellis_engine.matching.rotation_proof as proof_module
from tests.engine.matching.forging import changes, made_right, refused_by_name
from tests.engine.matching.test_wishes import score_grid, wish_world
from tests.engine.matching.worlds import TAXONOMY, TRIALS
from trellis_engine.matching import FAULT_KEYS, InputRefused, Participant, PinRefused, Pool, Settings
from trellis_engine.matching.checking import Fault
from trellis_engine.matching.kernels.weeks import colour
from trellis_engine.matching.rotation import rotate
from trellis_engine.matching.rotation_proof import FORM, certificate_of, verify
from trellis_engine.matching.weekly import Rotation

PLAIN = Settings(weights={"balance": 60, "distance": 40})
Cells = frozenset[tuple[int, int]]


def flash_world(seed: int, most: int = 3) -> tuple[Pool, Settings, int]:
    pool, settings = wish_world(seed, most=most, wants=1)
    few = tuple(replace(mentor, places=min(mentor.places, 2)) for mentor in pool.mentors)
    settings = replace(settings, objective="matched_floor_total", keep_bonus=0)
    if settings.pinned:
        settings = replace(settings, pinned=frozenset(sorted(settings.pinned)[:1]))
        if any(not mentor.places for mentor in few):
            settings = replace(settings, pinned=frozenset())
    return Pool(pool.mentees, few), settings, 1 + seed % 3


def best_by_force(pool: Pool, settings: Settings, weeks: int) -> tuple[int, int, int]:
    """Week after week every legal matching of pairs that have not met: (met anybody, meetings, points)."""
    scores = score_grid(pool, settings)
    rows, columns = ({p.id: at for at, p in enumerate(side)} for side in (pool.mentees, pool.mentors))
    pins = {(rows[mentee], columns[mentor]) for mentee, mentor in settings.pinned}
    cells = [(i, j) for i, j in np.argwhere(scores > 0).tolist() if pool.mentees[i].places and pool.mentors[j].places]
    legal = [frozenset(chosen) for size in range(len(pool.mentees) + 1) for chosen in combinations(cells, size)]
    legal = [week for week in legal if fits(week, pool)]

    @cache
    def after(week: int, met: Cells) -> tuple[int, int, int]:
        if week == weeks:
            if not pins <= met:
                return -1, 0, 0
            return len({i for i, _ in met}), len(met), sum(int(scores[cell]) for cell in met)
        return max(after(week + 1, met | each) for each in legal if not each & met)

    return after(0, frozenset())


def fits(week: Cells, pool: Pool) -> bool:
    mentees, mentors = Counter(i for i, _ in week), Counter(j for _, j in week)
    return all(count <= 1 for count in mentees.values()) and all(
        count <= pool.mentors[j].places for j, count in mentors.items()
    )


def figures(rotation: Rotation) -> tuple[int, int, int]:
    return rotation.matched, len(rotation.meetings), rotation.total


def test_rotation_equals_brute_force_and_its_certificate_is_accepted(
    record_property: Callable[[str, object], None],
) -> None:
    tried = 0
    for seed in range(TRIALS):
        pool, settings, weeks = flash_world(seed)

        rotation = rotate(pool, settings, TAXONOMY, "salt", weeks)

        assert verify(certificate_of(rotation), pool, settings, TAXONOMY) == (), seed
        assert settings.pinned <= {(pair.mentee, pair.mentor) for pair in rotation.pairs}
        if int((score_grid(pool, settings) > 0).sum()) <= 7:
            assert figures(rotation) == best_by_force(pool, settings, weeks), seed
            tried += 1
    record_property("rotations_equal_to_brute_force", tried)
    assert tried > TRIALS // 3


def test_every_week_is_a_matching_and_nobody_meets_twice() -> None:
    for seed in range(150):
        pool, settings, _ = flash_world(seed, most=12)
        weeks = 1 + seed % 8

        rotation = rotate(pool, settings, TAXONOMY, "salt", weeks)

        mentees = Counter((each.week, each.mentee) for each in rotation.meetings)
        mentors = Counter((each.week, each.mentor) for each in rotation.meetings)
        assert set(mentees.values()) <= {1}
        assert all(count <= pool.mentor_by_id[mentor].places for (_, mentor), count in mentors.items())
        assert len(set(rotation.pairs)) == len(rotation.meetings)
        assert {each.week for each in rotation.meetings} <= set(range(1, weeks + 1))


def test_any_bipartite_graph_of_degree_w_gets_w_weeks(record_property: Callable[[str, object], None]) -> None:
    chance = np.random.default_rng(3)
    for _ in range(TRIALS):
        left, right, weeks = chance.integers(1, 9, 3)
        edges = [(i, j) for i in range(left) for j in range(right)]
        degree: Counter[tuple[str, int]] = Counter()
        kept = []
        for at in chance.permutation(len(edges)):
            i, j = edges[at]
            if degree["l", i] < weeks and degree["r", j] < weeks:
                kept.append((i, left + j))
                degree["l", i] += 1
                degree["r", j] += 1

        ends = np.array(kept, np.int32).reshape(-1, 2)
        found = colour(ends[:, 0].copy(), ends[:, 1].copy(), int(left + right), int(weeks)).tolist()

        taken = [(end, week) for pair, week in zip(kept, found, strict=True) for end in pair]
        assert len(set(taken)) == len(taken)
        assert all(0 <= week < weeks for week in found)
    record_property("graphs_split_into_weeks", TRIALS)


def test_everybody_meets_somebody_new_each_week_where_there_is_room() -> None:
    pool = Pool(tuple(Participant(f"e{n}") for n in range(12)), tuple(Participant(f"o{n}", places=2) for n in range(6)))

    rotation = rotate(pool, PLAIN, TAXONOMY, "s", 6)

    assert len(rotation.meetings) == 12 * 6
    assert rotation.unmatched == ()


def test_first_meetings_come_before_second_ones() -> None:
    """One mentor, one place, two weeks: two mentees have one meeting each, whatever the scores."""
    pool = Pool((Participant("e0", unit="sales"), Participant("e1", unit="legal")), (Participant("o0", unit="sales"),))

    rotation = rotate(pool, PLAIN, TAXONOMY, "s", 2)

    assert sorted(each.mentee for each in rotation.meetings) == ["e0", "e1"]
    assert sorted(each.week for each in rotation.meetings) == [1, 2]


def test_row_order_does_not_change_the_rotation() -> None:
    for seed in range(100):
        pool, settings, weeks = flash_world(seed, most=6)
        mixed = Pool(pool.mentees[::-1], pool.mentors[::-1])

        assert rotate(mixed, settings, TAXONOMY, "s", weeks) == rotate(pool, settings, TAXONOMY, "s", weeks)


@pytest.mark.parametrize("weeks", [0, 53])
def test_weeks_out_of_range_are_refused(weeks: int) -> None:
    with pytest.raises(InputRefused) as refused:
        rotate(Pool((), ()), PLAIN, TAXONOMY, "s", weeks)
    assert refused.value.key == "weeks_out_of_range"


def test_more_pins_than_weeks_are_refused() -> None:
    pool = Pool((Participant("e0"),), (Participant("o0"), Participant("o1")))
    both = replace(PLAIN, pinned=frozenset({("e0", "o0"), ("e0", "o1")}))

    assert len(rotate(pool, both, TAXONOMY, "s", 2).meetings) == 2
    with pytest.raises(PinRefused):
        rotate(pool, both, TAXONOMY, "s", 1)


# --- the checker


def issued(seed: int) -> tuple[Any, Pool, Settings]:
    pool, settings, weeks = flash_world(seed, most=4)
    return certificate_of(rotate(pool, settings, TAXONOMY, "s", weeks)), pool, settings


def check(proof: Any, pool: Pool, settings: Settings) -> tuple[Fault, ...]:
    return verify(proof, pool, settings, TAXONOMY)


def kinds(proof: Any, pool: Pool, settings: Settings) -> set[str]:
    found = {fault.kind for fault in check(proof, pool, settings)}
    assert found <= set(FAULT_KEYS)
    return found


def test_every_single_change_is_refused_by_name(record_property: Callable[[str, object], None]) -> None:
    record_property("changed_certificates_refused", refused_by_name(issued, check, TRIALS))


def test_a_forger_who_renews_the_seals_passes_only_with_a_rotation_that_is_as_good(
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(2)
    tried = refused = 0
    for seed in range(max(TRIALS // 4, 1)):
        proof, pool, settings = issued(seed)
        for _, changed in changes(proof, chance):
            if any(changed[fact] != proof[fact] for fact in ("version", "objective", "input_hash", "settings_hash")):
                continue
            forged = made_right(FORM, changed, "meetings")
            verdict = kinds(forged, pool, settings)
            tried += 1
            refused += bool(verdict)
            same = (forged["matched"], len(forged["meetings"]), forged["total"])
            if not verdict and forged["weeks"] == proof["weeks"]:
                assert same == (proof["matched"], len(proof["meetings"]), proof["total"]), seed
    record_property("forgeries_judged", tried)
    record_property("forgeries_refused", refused)
    assert refused > tried // 2


def test_two_meetings_in_one_week_and_a_second_meeting_are_named() -> None:
    pool = Pool((Participant("e0"), Participant("e1")), (Participant("o0"), Participant("o1")))
    proof = certificate_of(rotate(pool, PLAIN, TAXONOMY, "s", 2))
    crowded = copy.deepcopy(proof)
    for row in crowded["meetings"]:
        row["week"] = 1
    assert kinds(made_right(FORM, crowded, "meetings"), pool, PLAIN) == {"over_week"}

    twice = copy.deepcopy(proof)
    for row in twice["meetings"]:
        row["mentor"] = "o0"
    assert "pair_repeated" in kinds(made_right(FORM, twice, "meetings"), pool, PLAIN)

    cheap = proof | {"each": 1}
    assert kinds(made_right(FORM, cheap, "meetings"), pool, PLAIN) == {"bonus_too_small"}
    assert kinds(made_right(FORM, proof | {"weeks": 0}, "meetings"), pool, PLAIN) == {"malformed"}


def test_checker_imports_nothing_of_the_solver() -> None:
    source = Path(proof_module.__file__).read_text()

    assert not any(f"matching.{name}" in source for name in ("rotation ", "openings", "kernels", "solve", "assign"))
