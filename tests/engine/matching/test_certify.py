import copy
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import trellis_engine.matching.certify as certify_module
import trellis_engine.matching.score as score_module
from tests.engine.matching.forging import refused_by_name
from tests.engine.matching.worlds import TAXONOMY, pinned_world, world
from trellis_engine.matching import FAULT_KEYS, Participant, Pool, Settings, certificate, solve, verify
from trellis_engine.matching.certify import resealed
from trellis_engine.matching.checking import Fault
from trellis_engine.matching.hashing import hash_settings
from trellis_engine.matching.people import HIGHEST_NUMBER

MUTATIONS_WANTED = int(os.environ.get("TRELLIS_MUTATIONS", "900"))
OBJECTIVES = ("matched_total", "matched_floor_total", "total")
PLAIN = Settings(weights={"balance": 60, "distance": 40}, objective="matched_total")


def issued(seed: int) -> tuple[Any, Pool, Settings]:
    pool, rules = pinned_world(seed) if seed % 2 else world(seed)
    rules = replace(rules, objective=OBJECTIVES[seed % 3])
    return certificate(solve(pool, rules, TAXONOMY, "s")), pool, rules


def small() -> tuple[Any, Pool, Settings]:
    mentees = tuple(Participant(f"e{n}", unit="sales") for n in range(3))
    mentors = (Participant("o0", unit="legal"), Participant("o1", busy=1), Participant("o2", busy=3))
    pool = Pool(mentees, mentors)
    return certificate(solve(pool, PLAIN, TAXONOMY, "s")), pool, PLAIN


def check(proof: Any, pool: Pool, rules: Settings) -> tuple[Fault, ...]:
    return verify(proof, pool, rules, TAXONOMY)


def kinds(proof: Any, pool: Pool, rules: Settings) -> list[tuple[str, str]]:
    faults = check(proof, pool, rules)
    assert {fault.kind for fault in faults} <= set(FAULT_KEYS)
    return [(fault.kind, fault.where) for fault in faults]


def test_every_single_change_is_refused_by_name(record_property: Callable[[str, object], None]) -> None:
    record_property("changed_certificates_refused", refused_by_name(issued, check, MUTATIONS_WANTED))


def test_pairs_swapped_between_rows_are_refused_by_name() -> None:
    proof, pool, rules = small()
    first, second = proof["pairs"][0], proof["pairs"][1]
    first["mentor"], second["mentor"] = second["mentor"], first["mentor"]

    assert kinds(proof, pool, rules) == [
        ("row_changed", "pairs/0"),
        ("row_changed", "pairs/1"),
        ("section_changed", "pairs"),
    ]


@pytest.mark.parametrize("section", ["pairs", "prices"])
def test_row_left_out_repeated_or_moved_is_refused(section: str) -> None:
    proof, pool, rules = small()
    rows = proof[section]
    for changed in (rows[1:], [rows[0], *rows], rows[::-1]):
        assert kinds(proof | {section: changed}, pool, rules) == [("section_changed", section)]


@pytest.mark.parametrize("figure", ["bonus", "matched", "total", "salt", "engine_version"])
def test_changed_head_is_refused(figure: str) -> None:
    proof, pool, rules = small()
    proof[figure] = proof[figure] + (1 if isinstance(proof[figure], int) else "x")

    assert ("section_changed", "head") in kinds(proof, pool, rules)


@pytest.mark.parametrize(("name", "other"), [("version", 1), ("objective", "fewest_tears")])
def test_certificate_of_another_kind_is_refused(name: str, other: object) -> None:
    proof, pool, rules = small()

    assert kinds(resealed(proof | {name: other}), pool, rules) == [("malformed", name)]


def test_small_blocks_give_the_same_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_module, "PAIRS_PER_BLOCK", 5)
    for seed in range(20):
        proof, pool, rules = issued(seed)

        assert kinds(proof, pool, rules) == []


def test_certificate_survives_json() -> None:
    proof, pool, rules = small()

    assert kinds(json.loads(json.dumps(proof)), pool, rules) == []


# --- a forger who also renews the fingerprints meets the proof itself


def test_forged_score_is_refused_by_the_scorer() -> None:
    for seed in range(40):
        proof, pool, rules = issued(seed)
        for at, row in enumerate(proof["pairs"]):
            forged = copy.deepcopy(proof)
            forged["pairs"][at]["score"] = row["score"] + 1
            forged["total"] += 1

            assert ("score_wrong", f"pairs/{at}") in kinds(resealed(forged), pool, rules)


def test_forged_pair_passes_only_if_it_is_as_good() -> None:
    for seed in range(40):
        proof, pool, rules = issued(seed)
        for at, row in enumerate(proof["pairs"]):
            for mentor in pool.mentors:
                forged = copy.deepcopy(proof)
                forged["pairs"][at]["mentor"] = mentor.id

                same = mentor.id == row["mentor"] or not kinds(resealed(forged), pool, rules)
                assert not same or forged["total"] == proof["total"]


def test_worse_plan_is_not_proven() -> None:
    proof, pool, rules = small()
    dropped = proof["pairs"].pop()
    proof["total"] -= dropped["score"]
    proof["matched"] -= 1

    (fault,) = verify(resealed(proof), pool, rules, TAXONOMY)

    assert (fault.kind, fault.where) == ("not_proven", "prices")
    assert fault.params["bound"] - fault.params["worth"] == proof["bonus"] + dropped["score"]


def test_wrong_prices_do_not_prove() -> None:
    proof, pool, rules = small()
    proof["prices"][0]["price"] += 3 * proof["bonus"]

    assert kinds(resealed(proof), pool, rules) == [("not_proven", "prices")]


@pytest.mark.parametrize("price", [-1, 1 << 70])
def test_price_out_of_range_is_refused(price: int) -> None:
    proof, pool, rules = small()
    proof["prices"][1]["price"] = price

    assert kinds(resealed(proof), pool, rules) == [("price_out_of_range", "prices/1")]


def test_prices_of_the_wrong_mentors_are_refused() -> None:
    proof, pool, rules = small()
    proof["prices"][0]["mentor"] = "nobody"

    assert kinds(resealed(proof), pool, rules) == [("price_unknown", "prices/0"), ("price_missing", "prices")]


def test_unknown_and_repeated_pairs_are_refused() -> None:
    proof, pool, rules = small()
    proof["pairs"][0]["mentee"] = "nobody"
    proof["pairs"][2] = dict(proof["pairs"][1])

    assert kinds(resealed(proof), pool, rules) == [("pair_unknown", "pairs/0"), ("pair_repeated", "pairs/2")]


def test_person_over_places_is_refused() -> None:
    proof, pool, rules = small()
    proof["pairs"][0]["mentor"] = proof["pairs"][1]["mentor"]

    assert ("over_places", "pairs") in kinds(resealed(proof), pool, rules)


def test_wrong_figures_are_refused() -> None:
    proof, pool, rules = small()
    proof |= {"total": 1, "matched": 9, "bonus": 5}

    found = kinds(resealed(proof), pool, rules)

    assert found[:3] == [("total_wrong", "total"), ("total_wrong", "matched"), ("bonus_too_small", "bonus")]


def test_certificate_of_other_settings_is_refused() -> None:
    proof, pool, rules = small()
    free = replace(rules, minimum_score=1)

    assert kinds(proof, pool, free) == [("settings_changed", "settings_hash")]


def test_certificate_of_other_people_is_refused() -> None:
    proof, pool, rules = small()

    assert kinds(proof, replace(pool, mentees=pool.mentees[1:]), rules) == [("input_changed", "input_hash")]


def test_pair_a_rule_forbids_is_refused_even_if_all_hashes_agree() -> None:
    proof, pool, rules = small()
    pair = proof["pairs"][0]["mentee"], proof["pairs"][0]["mentor"]
    stricter = replace(rules, forbidden=frozenset({pair}))
    proof["settings_hash"] = certificate(solve(pool, stricter, TAXONOMY, "s"))["settings_hash"]

    assert ("pair_forbidden", "pairs/0") in kinds(resealed(proof), pool, stricter)


def test_missing_pin_is_refused_even_if_all_hashes_agree() -> None:
    proof, pool, rules = small()
    made = {(row["mentee"], row["mentor"]) for row in proof["pairs"]}
    pin = next((e.id, o.id) for e in pool.mentees for o in pool.mentors if (e.id, o.id) not in made)
    pinned = replace(rules, pinned=frozenset({pin}))
    proof["settings_hash"] = certificate(solve(pool, pinned, TAXONOMY, "s"))["settings_hash"]

    assert ("pin_missing", "pairs") in kinds(resealed(proof), pool, pinned)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"surplus": 1}, "certificate"),
        ({"total": "12"}, "total"),
        ({"matched": True}, "matched"),
        ({"pairs": None}, "pairs"),
        ({"pairs": [None]}, "pairs/0"),
        ({"prices": [{"mentor": "o0", "price": 1.0, "fingerprint": ""}]}, "prices/0"),
        ({"prices": [{"mentor": "o0", "price": 1}]}, "prices/0"),
    ],
)
def test_malformed_certificate_is_refused_without_a_crash(change: dict[str, Any], where: str) -> None:
    proof, pool, rules = small()

    assert kinds(proof | change, pool, rules) == [("malformed", where)]


@pytest.mark.parametrize("junk", [{}, [], None])
def test_junk_is_not_a_certificate(junk: Any) -> None:
    _, pool, rules = small()

    assert kinds(junk, pool, rules) == [("malformed", "certificate")]


def test_empty_pool_has_a_valid_certificate() -> None:
    pool = Pool((), ())

    assert kinds(certificate(solve(pool, PLAIN, TAXONOMY, "s")), pool, PLAIN) == []


def test_mentees_wanting_nobody_and_more_than_there_are_is_proven() -> None:
    pool = Pool(
        (Participant("e0", places=0), Participant("e1", places=5), Participant("e2", places=2)),
        tuple(Participant(f"o{n}", places=2, busy=n) for n in range(3)),
    )

    assert kinds(certificate(solve(pool, PLAIN, TAXONOMY, "s")), pool, PLAIN) == []


def test_checker_imports_nothing_of_the_solver() -> None:
    source = Path(certify_module.__file__).read_text()

    assert "matching.solve" not in source
    assert "matching.assign" not in source


def test_pin_of_somebody_unknown_is_a_fault_not_a_crash() -> None:
    proof, pool, rules = small()
    pinned = replace(rules, pinned=frozenset({("e0", "nobody")}))
    proof["settings_hash"] = hash_settings(pinned)

    assert kinds(resealed(proof), pool, pinned) == [("pin_missing", "pairs")]


def test_highest_numbers_are_proven_without_overflow() -> None:
    most = {"places": HIGHEST_NUMBER, "busy": HIGHEST_NUMBER}
    pool = Pool(
        tuple(Participant(f"e{n}", unit="sales", **most) for n in range(40)),
        tuple(Participant(f"o{n}", unit="legal" if n % 3 else "sales", **most) for n in range(30)),
    )
    plan = solve(pool, PLAIN, TAXONOMY, "s")

    assert (plan.matched, len(plan.pairs)) == (40, 40 * 30)
    assert plan.total == 40 * (
        30 * 60 * 500 + 20 * 40 * 600
    )  # balance: half the load is free; 20 of 30 in another unit
    assert kinds(certificate(plan), pool, PLAIN) == []
