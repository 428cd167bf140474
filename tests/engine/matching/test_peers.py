import copy
import json
import random
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest

import trellis_engine.matching.peers as peers_module
import trellis_engine.matching.peers_proof as proof_module
import trellis_engine.matching.score as score_module
from tests.engine.matching.forging import changed, refused_by_name, sections
from tests.engine.matching.worlds import FACTOR_WEIGHTS, TAXONOMY, TIED_WEIGHTS, TRIALS, person, scores_of
from trellis_engine.matching import (
    FAULT_KEYS,
    UNMATCHED_KEYS,
    InputRefused,
    Participant,
    PinRefused,
    Pool,
    Rule,
    Settings,
)
from trellis_engine.matching.checking import Fault
from trellis_engine.matching.hashing import hash_settings
from trellis_engine.matching.peer_plan import PeerPlan, crowd_pool
from trellis_engine.matching.peers import solve_peers
from trellis_engine.matching.peers_proof import FORM, peers_certificate, verify_peers

MUTATIONS_WANTED = 1500
USUAL = (Rule("reporting_line"), Rule("no_match_list"), Rule("common_language"))
PLAIN = Settings(weights={"distance": 60, "balance": 40})


def crowd(seed: int, most: int = 9) -> tuple[Pool, Settings, str]:
    """People who seek and give, in every third world with other answers to the two; pairs forbidden, ties, pins."""
    chance = random.Random(seed)
    names = tuple(f"p{n}" for n in range(chance.randint(0, most)))
    sides = [tuple(person(chance, name, others=names, most_places=2) for name in names) for _ in (0, 1)]
    pool = Pool(*sides) if seed % 3 == 0 else crowd_pool(sides[0])
    forbidden = frozenset(pair for pair in product(names, names) if chance.random() < chance.choice([0.0, 0.2, 0.5]))
    settings = Settings(
        weights=FACTOR_WEIGHTS if seed % 2 else TIED_WEIGHTS, rules=USUAL[: seed % 4], forbidden=forbidden
    )
    if seed % 5 == 0:
        settings = replace(settings, pinned=frozenset(sorted(joint(pool, settings, "min"))[:1]))
    return pool, settings, ("min", "mean")[seed % 2]


def joint(pool: Pool, settings: Settings, symmetric: str) -> dict[tuple[str, str], int]:
    """Score of every allowed pair of people who look, one pair at a time from both directions."""
    table = scores_of(pool, settings)
    row = {each.id: at for at, each in enumerate(pool.mentees)}
    column = {each.id: at for at, each in enumerate(pool.mentors)}
    looking = [p.id for p in pool.mentees if p.places and pool.mentor_by_id[p.id].places]
    found = {}
    for one, two in product(looking, looking):
        there, back = int(table[row[one], column[two]]), int(table[row[two], column[one]])
        if there and back:
            found[one, two] = min(there, back) if symmetric == "min" else (there + back) // 2
    return found


def exhaustive(pool: Pool, settings: Settings, symmetric: str) -> tuple[int, int]:
    """Most pairs, then the highest total, over every way to pair people up that holds the pins."""
    scores = joint(pool, settings, symmetric)
    pinned = {frozenset(pin) for pin in settings.pinned}
    held = {each for pin in pinned for each in pin}

    @cache
    def best(left: frozenset[str]) -> tuple[int, int]:
        if not left:
            return 0, 0
        one = min(left)
        rest = left - {one}
        found = [best(rest)]
        for two in rest:
            if (one, two) in scores:
                pairs, total = best(rest - {two})
                found.append((pairs + 1, total + scores[one, two]))
        return max(found)

    pairs, total = best(frozenset(p.id for p in pool.mentees) - held)
    return pairs + len(pinned), total + sum(scores[tuple(sorted(pin))] for pin in pinned)


def as_bytes(plan: PeerPlan) -> bytes:
    return json.dumps(asdict(plan)).encode()


def check(proof: Any, pool: Pool, settings: Settings) -> tuple[Fault, ...]:
    return verify_peers(proof, pool, settings, TAXONOMY)


def kinds(proof: Any, pool: Pool, settings: Settings) -> list[tuple[str, str]]:
    faults = check(proof, pool, settings)
    assert {fault.kind for fault in faults} <= set(FAULT_KEYS)
    return [(fault.kind, fault.where) for fault in faults]


def alone(*ids: str, **same: Any) -> Pool:
    return crowd_pool(tuple(Participant(each, **same) for each in ids))


# --- the plan


def test_plan_is_the_best_of_all_ways_to_pair_up_and_its_certificate_is_accepted(
    record_property: Callable[[str, object], None],
) -> None:
    count = max(TRIALS // 3, 1)
    for seed in range(count):
        pool, settings, symmetric = crowd(seed)

        plan = solve_peers(pool, settings, TAXONOMY, "salt", symmetric=symmetric, trio=bool(seed % 2))

        assert (len(plan.pairs), plan.total) == exhaustive(pool, settings, symmetric), seed
        assert kinds(peers_certificate(plan), pool, settings) == [], seed
        assert {each.reason for each in plan.unmatched} <= set(UNMATCHED_KEYS)
    record_property("peer_plans_equal_to_exhaustive_search", count)


def test_few_candidates_are_enough_because_every_pair_is_priced(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """One candidate each to begin with and one more at a time: the same worth as with all pairs."""
    count = max(TRIALS // 30, 1)
    for seed in range(count):
        pool, settings, symmetric = crowd(seed, most=16)
        whole = solve_peers(pool, settings, TAXONOMY, "s", symmetric=symmetric)
        with monkeypatch.context() as few:
            few.setattr(peers_module, "CANDIDATES", 1)
            few.setattr(peers_module, "MORE", 1)
            few.setattr(peers_module, "KEPT", 3)
            few.setattr(score_module, "PAIRS_PER_BLOCK", 20)

            plan = solve_peers(pool, settings, TAXONOMY, "s", symmetric=symmetric)

            assert plan.value == whole.value, seed
            assert kinds(peers_certificate(plan), pool, settings) == []
    record_property("peer_plans_from_one_candidate_each", count)


def test_row_order_changes_no_byte() -> None:
    for seed in range(150):
        pool, settings, symmetric = crowd(seed)
        mixed = Pool(*(tuple(random.Random(seed).sample(side, len(side))) for side in (pool.mentees, pool.mentors)))

        plans = [solve_peers(each, settings, TAXONOMY, "s", symmetric=symmetric, trio=True) for each in (pool, mixed)]

        assert as_bytes(plans[0]) == as_bytes(plans[1])


def test_salt_decides_between_equal_plans() -> None:
    pool = alone(*(f"p{n}" for n in range(8)), unit="sales")

    plans = [solve_peers(pool, PLAIN, TAXONOMY, salt) for salt in ("a", "b", "c", "d")]

    assert len({plan.total for plan in plans}) == 1
    assert len({plan.pairs for plan in plans}) > 1


def test_pair_counts_for_its_weaker_direction_or_for_the_mean() -> None:
    seeks = Participant("a", skills=(("writing", 1),)), Participant("b", skills=(("planning", 1),))
    gives = Participant("a", skills=(("planning", 5),)), Participant("b", skills=(("singing", 5),))
    pool, settings = Pool(seeks, gives), Settings(weights={"skill_coverage": 100})

    weaker, mean = (solve_peers(pool, settings, TAXONOMY, "s", symmetric=each).total for each in ("min", "mean"))

    assert (weaker, mean) == (1, 50_000)  # b finds all they seek with a; a finds nothing with b


def test_rule_against_one_direction_forbids_the_pair() -> None:
    settings = replace(PLAIN, forbidden=frozenset({("b", "a")}))

    plan = solve_peers(alone("a", "b"), settings, TAXONOMY, "s")

    assert plan.pairs == ()
    assert [(each.id, each.reason, each.params) for each in plan.unmatched] == [
        ("a", "no_allowed_peer", {"removed": {"forbidden_pair": 1}}),
        ("b", "no_allowed_peer", {"removed": {"forbidden_pair": 1}}),
    ]


def test_odd_one_out_is_named_and_may_join_the_pair_that_gains_most() -> None:
    pool = crowd_pool(
        (*(Participant(f"p{n}", unit="sales") for n in range(2)), Participant("p2", unit="legal"), Participant("x"))
    )
    pool = crowd_pool((*pool.mentees, Participant("p4", unit="sales")))
    never = frozenset({("x", "p0"), ("x", "p1"), ("x", "p2")})
    plan = solve_peers(pool, replace(PLAIN, forbidden=never), TAXONOMY, "s", trio=True)

    (left,) = plan.unmatched
    assert (left.reason, left.side) == ("odd_one_out", "peer")
    assert plan.trio is not None
    assert plan.trio.joins == left.id
    assert plan.trio.pair in [(pair.mentee, pair.mentor) for pair in plan.pairs]


@pytest.mark.parametrize(
    ("pool", "settings", "reasons"),
    [
        (alone("a"), PLAIN, {"a": "no_peer_looking"}),
        (alone("a", "b", "c"), PLAIN, None),
        (alone("a", "b", places=0), PLAIN, {"a": "wants_no_peer", "b": "wants_no_peer"}),
        (
            alone("hub", "x", "y", "z"),
            replace(PLAIN, forbidden=frozenset(pairwise("xyz")) | {("z", "x")}),
            "allowed_peers_placed",
        ),
    ],
)
def test_everybody_left_has_one_reason(pool: Pool, settings: Settings, reasons: Any) -> None:
    plan = solve_peers(pool, settings, TAXONOMY, "s")

    found = {each.id: each.reason for each in plan.unmatched}

    if reasons is None:
        assert list(found.values()) == ["odd_one_out"]
    elif isinstance(reasons, str):
        assert list(found.values()) == [reasons, reasons]
    else:
        assert found == reasons


def test_nobody_gives_an_empty_proven_plan() -> None:
    plan = solve_peers(alone(), PLAIN, TAXONOMY, "s", trio=True)

    assert (plan.pairs, plan.unmatched, plan.trio) == ((), (), None)
    assert kinds(peers_certificate(plan), alone(), PLAIN) == []


def test_pin_holds_whichever_way_round_it_is_named() -> None:
    for pin in (("a", "c"), ("c", "a")):
        settings = replace(PLAIN, pinned=frozenset({pin}))

        plan = solve_peers(alone("a", "b", "c", "d"), settings, TAXONOMY, "s")

        assert [(pair.mentee, pair.mentor) for pair in plan.pairs] == [("a", "c"), ("b", "d")]
        assert kinds(peers_certificate(plan), alone("a", "b", "c", "d"), settings) == []


@pytest.mark.parametrize(
    ("pinned", "rule"),
    [
        ({("a", "b"), ("b", "c")}, "places_taken_by_pins"),
        ({("a", "d")}, "places_taken_by_pins"),
        ({("a", "a")}, "same_person"),
    ],
)
def test_pin_that_cannot_be_is_refused(pinned: set[tuple[str, str]], rule: str) -> None:
    pool = crowd_pool((*alone("a", "b", "c").mentees, Participant("d", places=0)))

    with pytest.raises(PinRefused) as refused:
        solve_peers(pool, replace(PLAIN, pinned=frozenset(pinned)), TAXONOMY, "s")

    assert refused.value.refusal.rule == rule


def test_person_on_one_side_only_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        solve_peers(Pool((Participant("a"),), (Participant("b"),)), PLAIN, TAXONOMY, "s")

    assert (refused.value.key, refused.value.params) == ("person_unknown", {"id": "a"})


def test_unknown_way_to_join_two_scores_is_refused() -> None:
    with pytest.raises(InputRefused, match="objective_unknown"):
        solve_peers(alone("a"), PLAIN, TAXONOMY, "s", symmetric="most")


# --- the certificate


def issued(seed: int) -> tuple[Any, Pool, Settings]:
    pool, settings, symmetric = crowd(seed)
    return peers_certificate(solve_peers(pool, settings, TAXONOMY, "s", symmetric=symmetric, trio=True)), pool, settings


def small() -> tuple[Any, Pool, Settings]:
    """Five people who suit each other alike: two pairs, an odd one in a trio, an odd set."""
    pool = alone("a", "b", "c", "d", "e")
    return peers_certificate(solve_peers(pool, PLAIN, TAXONOMY, "s", trio=True)), pool, PLAIN


def test_every_single_change_is_refused_by_name(record_property: Callable[[str, object], None]) -> None:
    record_property("changed_certificates_refused", refused_by_name(issued, check, MUTATIONS_WANTED))


def test_every_resealed_change_is_refused_or_still_a_proof(record_property: Callable[[str, object], None]) -> None:
    """A forger who renews the fingerprints meets the proof itself: what still passes is worth the optimum."""
    chance = random.Random(2)
    tried = seed = passed = 0
    while tried < MUTATIONS_WANTED:
        proof, pool, settings = issued(seed)
        best = exhaustive(pool, settings, proof["symmetric"])
        for section in sections(proof):
            for at, row in enumerate(proof[section]):
                for field in row.keys() - {"fingerprint"}:
                    forged = copy.deepcopy(proof)
                    said = row[field]
                    names = [p.id for p in pool.mentees if p.id != said] or ["nobody"]
                    forged[section][at][field] = (
                        chance.choice(names) if isinstance(said, str) else changed(said, chance)
                    )
                    tried += 1
                    if not kinds(FORM.issued(forged), pool, settings):
                        passed += 1
                        assert (len(forged["pairs"]), forged["total"]) == best
        seed += 1
    assert passed < tried // 10
    record_property("resealed_certificates_refused_or_harmless", tried)


@pytest.mark.parametrize("section", ["pairs", "prices", "odd_sets", "trios"])
def test_row_left_out_repeated_or_moved_is_refused(section: str) -> None:
    proof, pool, settings = small()
    rows = proof[section]
    for forged in (rows[1:], [rows[0], *rows]):
        assert kinds(proof | {section: forged}, pool, settings) == [("section_changed", section)]
        harmless = section == "trios" and not forged  # nobody has to join a pair
        assert (kinds(FORM.issued(proof | {section: forged}), pool, settings) == []) is harmless


@pytest.mark.parametrize("figure", ["bonus", "matched", "total", "salt", "engine_version"])
def test_changed_head_is_refused(figure: str) -> None:
    proof, pool, settings = small()
    proof[figure] = proof[figure] + (1 if isinstance(proof[figure], int) else "x")

    assert ("section_changed", "head") in kinds(proof, pool, settings)


@pytest.mark.parametrize(("name", "other"), [("version", 2), ("objective", "fewest_tears"), ("symmetric", "max")])
def test_certificate_of_another_kind_is_refused(name: str, other: object) -> None:
    proof, pool, settings = small()

    assert kinds(FORM.issued(proof | {name: other}), pool, settings) == [("malformed", name)]


def test_certificate_survives_json_and_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_module, "PAIRS_PER_BLOCK", 5)
    for seed in range(30):
        proof, pool, settings = issued(seed)

        assert kinds(json.loads(json.dumps(proof)), pool, settings) == []


def test_worse_plan_is_not_proven() -> None:
    proof, pool, settings = small()
    dropped = proof["pairs"].pop()
    proof["trios"] = []
    proof["total"] -= dropped["score"]
    proof["matched"] -= 2

    (fault,) = verify_peers(FORM.issued(proof), pool, settings, TAXONOMY)

    assert fault.kind == "not_proven"
    assert fault.params["bound"] - fault.params["worth"] == proof["bonus"] + dropped["score"]


def test_prices_that_do_not_pay_for_a_pair_are_refused_even_if_the_sum_fits() -> None:
    proof, pool, settings = small()
    (odd,) = proof["odd_sets"]
    moved = odd["price"]
    odd["price"] = 0
    proof["prices"][0]["price"] += 4 * moved

    assert ("pair_unpaid", "prices") in kinds(FORM.issued(proof), pool, settings)
    assert ("not_proven", "prices") not in kinds(FORM.issued(proof), pool, settings)


@pytest.mark.parametrize("members", [["a", "b"], ["a", "b", "b"], ["a", "b", "nobody"], []])
def test_set_that_is_not_odd_or_not_a_set_is_refused(members: list[str]) -> None:
    proof, pool, settings = small()
    proof["odd_sets"][0]["members"] = members

    assert kinds(FORM.issued(proof), pool, settings) == [("odd_set_wrong", "odd_sets/0")]


@pytest.mark.parametrize("section", ["prices", "odd_sets"])
@pytest.mark.parametrize("price", [-1, 1 << 70])
def test_price_out_of_range_is_refused(section: str, price: int) -> None:
    proof, pool, settings = small()
    proof[section][0]["price"] = price

    assert kinds(FORM.issued(proof), pool, settings) == [("price_out_of_range", f"{section}/0")]


def test_prices_of_the_wrong_people_are_refused() -> None:
    proof, pool, settings = small()
    proof["prices"][0]["person"] = "nobody"

    assert kinds(FORM.issued(proof), pool, settings) == [("price_unknown", "prices/0"), ("price_missing", "prices")]


def test_person_in_two_pairs_is_refused() -> None:
    proof, pool, settings = small()
    proof["pairs"][0]["mentor"] = proof["pairs"][1]["mentor"]

    assert ("over_places", "pairs") in kinds(FORM.issued(proof), pool, settings)


def test_unknown_person_in_a_pair_is_refused() -> None:
    proof, pool, settings = small()
    proof["pairs"][0]["mentee"] = "nobody"

    assert kinds(FORM.issued(proof), pool, settings) == [("pair_unknown", "pairs/0")]


def test_wrong_figures_are_refused() -> None:
    proof, pool, settings = small()
    proof |= {"total": 1, "matched": 9, "bonus": 5, "trios": proof["trios"] * 2}

    found = kinds(FORM.issued(proof), pool, settings)

    for fault in (
        ("total_wrong", "total"),
        ("total_wrong", "matched"),
        ("bonus_too_small", "bonus"),
        ("trio_wrong", "trios"),
    ):
        assert fault in found


def test_trio_with_two_who_are_no_pair_is_refused() -> None:
    proof, pool, settings = small()
    (trio,), (one, two) = proof["trios"], proof["pairs"]
    trio["mentee"], trio["mentor"] = one["mentee"], two["mentor"]

    assert kinds(FORM.issued(proof), pool, settings) == [("trio_wrong", "trios/0")]


def test_certificate_of_other_settings_or_people_is_refused() -> None:
    proof, pool, settings = small()

    assert kinds(proof, pool, replace(settings, minimum_score=1)) == [("settings_changed", "settings_hash")]
    assert kinds(proof, alone("a", "b", "c", "d"), settings) == [("input_changed", "input_hash")]


def test_pair_a_rule_forbids_is_refused_even_if_all_hashes_agree() -> None:
    proof, pool, settings = small()
    pair = proof["pairs"][0]["mentor"], proof["pairs"][0]["mentee"]
    stricter = replace(settings, forbidden=frozenset({pair}))
    proof["settings_hash"] = hash_settings(stricter)

    assert ("pair_forbidden", "pairs/0") in kinds(FORM.issued(proof), pool, stricter)


def test_missing_pin_is_refused_even_if_all_hashes_agree() -> None:
    proof, pool, settings = small()
    pinned = replace(settings, pinned=frozenset({("a", "nobody")}))
    proof["settings_hash"] = hash_settings(pinned)

    assert kinds(FORM.issued(proof), pool, pinned) == [("pin_missing", "pairs")]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"extra": 1}, "certificate"),
        ({"total": "12"}, "total"),
        ({"matched": True}, "matched"),
        ({"pairs": None}, "pairs"),
        ({"pairs": [None]}, "pairs/0"),
        ({"odd_sets": [{"members": [1, 2, 3], "price": 1, "fingerprint": ""}]}, "odd_sets/0"),
        ({"prices": [{"person": "a", "price": 1.0, "fingerprint": ""}]}, "prices/0"),
    ],
)
def test_malformed_certificate_is_refused_without_a_crash(change: dict[str, Any], where: str) -> None:
    proof, pool, settings = small()

    assert kinds(proof | change, pool, settings) == [("malformed", where)]


@pytest.mark.parametrize("junk", [{}, [], None])
def test_junk_is_not_a_certificate(junk: Any) -> None:
    _, pool, settings = small()

    assert kinds(junk, pool, settings) == [("malformed", "certificate")]


def test_checker_imports_nothing_of_the_solver() -> None:
    source = Path(proof_module.__file__).read_text()

    for module in ("matching.peers ", "matching.blossom", "matching.forest", "matching.solve", "matching.assign"):
        assert module not in source
