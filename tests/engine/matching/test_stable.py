"""Stable plans against brute force: no blocking pair, best for every mentee, and a checker that refuses the rest."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import trellis_engine.matching.score as score_module
import trellis_engine.matching.stable as stable_module
import trellis_engine.matching.stable_proof as proof_module
from tests.engine.matching.forging import refused_by_name
from tests.engine.matching.worlds import TAXONOMY, TRIALS, pinned_world, world
from trellis_engine.matching import FAULT_KEYS, InputRefused, Participant, PinRefused, Plan, Pool, Rule, Settings
from trellis_engine.matching.checking import Fault
from trellis_engine.matching.hashing import salted_order
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.stability import cost_of_stability
from trellis_engine.matching.stable import solve_stable
from trellis_engine.matching.stable_proof import FORM, certificate_of, verify

PLAIN = Settings(weights={"balance": 60, "distance": 40}, objective="stable")
Made = set[tuple[int, int]]


def stable_world(seed: int, *, most: int = 6, wants: int = 2) -> tuple[Pool, Settings]:
    """A world in which many wish, from both sides, and some pairs stand already."""
    pool, settings = pinned_world(seed) if seed % 5 == 0 else world(seed, most=most, wants=wants)
    chance = random.Random(seed + 7)
    names = [[person.id for person in side] for side in (pool.mentees, pool.mentors)]

    def wishing(side: tuple[Participant, ...], others: list[str]) -> tuple[Participant, ...]:
        return tuple(replace(p, ranked=tuple(chance.sample(others, chance.randint(0, len(others))))) for p in side)

    pool = Pool(wishing(pool.mentees, names[1]), wishing(pool.mentors, names[0]))
    pairs = [pair for pair in product(*names) if chance.random() < 0.2]
    kept = frozenset(pairs) if seed % 3 == 0 else frozenset()
    settings = replace(settings, objective="stable", kept=kept, keep_bonus=chance.choice([0, 5_000]))
    # wishes change scores: a pin must not fall below the minimum by them
    return pool, replace(settings, minimum_score=0) if settings.pinned else settings


class Views:
    """Everybody's order of the other side, written from the definition and not from the engine."""

    def __init__(self, pool: Pool, settings: Settings, salt: str) -> None:
        self.pool = Pool(salted_order(salt, pool.mentees), salted_order(salt, pool.mentors))
        shape = len(self.pool.mentees), len(self.pool.mentors)
        self.scores = Scorer(self.pool, settings, TAXONOMY).judge(slice(0, shape[0]))[0].reshape(shape)
        pinned = {(m, o) for m, o in settings.pinned}
        ids = [[person.id for person in side] for side in (self.pool.mentees, self.pool.mentors)]
        self.pins = {(ids[0].index(m), ids[1].index(o)) for m, o in pinned}
        self.allowed = [p for p in product(*map(range, self.scores.shape)) if self.scores[p] and p not in self.pins]
        kept = {(ids[0].index(m), ids[1].index(o)) for m, o in settings.kept if m in ids[0] and o in ids[1]}

        def key(person: Participant, others: list[str], at: int, points: int) -> tuple[int, int, int]:
            wish = person.ranked.index(others[at]) if others[at] in person.ranked else len(person.ranked)
            wished = others[at] in person.ranked
            return wish, 0 if wished else -points, at

        points = {p: int(self.scores[p]) + (settings.keep_bonus if p in kept else 0) for p in self.allowed}
        self.mentee = {p: key(self.pool.mentees[p[0]], ids[1], p[1], points[p]) for p in self.allowed}
        self.mentor = {p: key(self.pool.mentors[p[1]], ids[0], p[0], points[p]) for p in self.allowed}
        self.places = [[person.places for person in side] for side in (self.pool.mentees, self.pool.mentors)]
        for i, j in self.pins:
            self.places[0][i] -= 1
            self.places[1][j] -= 1

    def made(self, plan: Plan) -> Made:
        rows, columns = ({p.id: at for at, p in enumerate(s)} for s in (self.pool.mentees, self.pool.mentors))
        return {(rows[p.mentee], columns[p.mentor]) for p in plan.pairs} - self.pins

    def blocks(self, made: Made) -> list[tuple[int, int]]:
        return [p for p in self.allowed if p not in made and self._wants(p, made, 0) and self._wants(p, made, 1)]

    def _wants(self, pair: tuple[int, int], made: Made, side: int) -> bool:
        order = (self.mentee, self.mentor)[side]
        have = [p for p in made if p[side] == pair[side]]
        places = self.places[side][pair[side]]
        if len(have) < places:
            return True
        return places > 0 and order[pair] < max(order[p] for p in have)

    def stable_plans(self) -> Iterator[Made]:
        for chosen in product([False, True], repeat=len(self.allowed)):
            made = {p for p, yes in zip(self.allowed, chosen, strict=True) if yes}
            counts = [[sum(p[s] == at for p in made) for at in range(len(self.places[s]))] for s in (0, 1)]
            fits = all(c <= max(w, 0) for s in (0, 1) for c, w in zip(counts[s], self.places[s], strict=True))
            if fits and not self.blocks(made):
                yield made


def test_no_pair_blocks_and_the_certificate_is_accepted(record_property: Callable[[str, object], None]) -> None:
    record_property("stable_plans_without_a_blocking_pair", TRIALS)
    for seed in range(TRIALS):
        pool, settings = stable_world(seed)

        plan = solve_stable(pool, settings, TAXONOMY, "salt")

        views = Views(pool, settings, "salt")
        assert views.blocks(views.made(plan)) == [], seed
        assert settings.pinned <= {(pair.mentee, pair.mentor) for pair in plan.pairs}
        assert verify(certificate_of(plan), pool, settings, TAXONOMY) == (), seed


def test_among_all_stable_plans_every_mentee_likes_this_one_best(
    record_property: Callable[[str, object], None],
) -> None:
    tried = 0
    for seed in range(max(TRIALS // 4, 1)):
        pool, settings = stable_world(seed, most=4, wants=1)
        views = Views(pool, settings, "salt")
        if len(views.allowed) > 9 or settings.pinned:
            continue
        made = views.made(solve_stable(pool, settings, TAXONOMY, "salt"))

        for other in views.stable_plans():
            for pair in other:
                (mine,) = [p for p in made if p[0] == pair[0]]
                assert views.mentee[mine] <= views.mentee[pair], seed
        tried += 1
    record_property("stable_plans_best_for_every_mentee", tried)
    assert tried >= min(TRIALS // 8, 300)


def test_pieces_of_lists_and_small_blocks_give_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds = [stable_world(seed, most=12, wants=3) for seed in range(60)]
    whole = [solve_stable(*each, TAXONOMY, "s") for each in worlds]
    monkeypatch.setattr(stable_module, "PIECE_PAIRS", 1)
    monkeypatch.setattr(stable_module, "SHORTEST_PIECE", 2)
    monkeypatch.setattr(score_module, "PAIRS_PER_BLOCK", 30)

    assert [solve_stable(*each, TAXONOMY, "s") for each in worlds] == whole


def test_row_order_does_not_change_the_plan() -> None:
    for seed in range(100):
        pool, settings = stable_world(seed)
        mixed = Pool(pool.mentees[::-1], pool.mentors[::-1])

        assert solve_stable(mixed, settings, TAXONOMY, "s") == solve_stable(pool, settings, TAXONOMY, "s")


def test_a_wish_comes_before_any_score() -> None:
    mentors = (Participant("o0", unit="legal"), Participant("o1", unit="sales", busy=9))
    pool = Pool((Participant("e0", unit="sales", ranked=("o1",)),), mentors)

    (pair,) = solve_stable(pool, PLAIN, TAXONOMY, "s").pairs

    assert pair.mentor == "o1"


def test_a_mentors_wish_decides_between_two_who_ask() -> None:
    mentees = (Participant("e0", unit="sales"), Participant("e1", unit="legal"))
    for wished in ("e0", "e1"):
        pool = Pool(mentees, (Participant("o0", unit="sales", ranked=(wished,)),))

        assert [pair.mentee for pair in solve_stable(pool, PLAIN, TAXONOMY, "s").pairs] == [wished]


def test_what_stability_costs_is_both_plans_in_figures() -> None:
    for seed in range(100):
        pool, settings = stable_world(seed)

        cost = cost_of_stability(pool, settings, TAXONOMY, "s")

        plan = solve_stable(pool, settings, TAXONOMY, "s")
        assert (cost.stable_matched, cost.stable_total) == (plan.matched, plan.total)
        assert cost.mentees >= 0
        assert cost.points == cost.best_total - cost.stable_total
        assert cost.blocking.mentees <= cost.blocking.pairs
        assert cost.proven
        assert cost == cost_of_stability(pool, settings, TAXONOMY, "s", plan)


def test_spread_is_refused_by_name() -> None:
    pool, settings = stable_world(1)

    with pytest.raises(InputRefused) as refused:
        solve_stable(pool, replace(settings, spread=10), TAXONOMY, "s")
    assert refused.value.key == "spread_not_here"


def test_pins_that_break_a_rule_or_find_no_place_are_refused() -> None:
    pool = Pool((Participant("e0", languages=frozenset({"en"})),), (Participant("o0", languages=frozenset({"fr"})),))
    pinned = replace(PLAIN, pinned=frozenset({("e0", "o0")}))
    with pytest.raises(PinRefused) as refused:
        solve_stable(pool, pinned, TAXONOMY, "s")
    assert refused.value.refusal.rule == "common_language"

    full = Pool((Participant("e0"), Participant("e1")), (Participant("o0"),))
    with pytest.raises(PinRefused) as refused:
        solve_stable(full, replace(PLAIN, pinned=frozenset({("e0", "o0"), ("e1", "o0")})), TAXONOMY, "s")
    assert refused.value.refusal.rule == "places_taken_by_pins"


# --- the checker


def issued(seed: int) -> tuple[Any, Pool, Settings]:
    pool, settings = stable_world(seed)
    return certificate_of(solve_stable(pool, settings, TAXONOMY, "s")), pool, settings


def check(proof: Any, pool: Pool, settings: Settings) -> tuple[Fault, ...]:
    return verify(proof, pool, settings, TAXONOMY)


def kinds(proof: Any, pool: Pool, settings: Settings) -> set[str]:
    found = {fault.kind for fault in check(proof, pool, settings)}
    assert found <= set(FAULT_KEYS)
    return found


def test_every_single_change_is_refused_by_name(record_property: Callable[[str, object], None]) -> None:
    record_property("changed_certificates_refused", refused_by_name(issued, check, TRIALS))


def test_a_forger_who_renews_the_seals_meets_the_blocking_pairs(record_property: Callable[[str, object], None]) -> None:
    """Any other plan passes only if it is stable, by the definition written in this file."""
    tried = refused = 0
    for seed in range(max(TRIALS // 5, 1)):
        proof, pool, settings = issued(seed)
        views = Views(pool, settings, "s")
        chance = random.Random(seed)
        for forged in forgeries(proof, views, settings, chance):
            verdict = kinds(forged, pool, settings)
            plan = Made({(views_row(views, r), views_column(views, r)) for r in forged["pairs"]} - views.pins)
            counts = [[sum(p[s] == at for p in plan) for at in range(len(views.places[s]))] for s in (0, 1)]
            fits = all(c <= max(w, 0) for s in (0, 1) for c, w in zip(counts[s], views.places[s], strict=True))
            honest = fits and not views.blocks(plan)
            assert (verdict == set()) is honest, (seed, verdict)
            tried += 1
            refused += bool(verdict)
    record_property("forgeries_judged", tried)
    record_property("forgeries_refused", refused)
    assert refused > tried // 2


def views_row(views: Views, row: Any) -> int:
    return [person.id for person in views.pool.mentees].index(row["mentee"])


def views_column(views: Views, row: Any) -> int:
    return [person.id for person in views.pool.mentors].index(row["mentor"])


def forgeries(proof: Any, views: Views, settings: Settings, chance: random.Random) -> Iterator[Any]:
    """One pair dropped, one added, one exchanged; figures and seals made right."""
    rows = [row for row in proof["pairs"] if (row["mentee"], row["mentor"]) not in settings.pinned]
    pins = [row for row in proof["pairs"] if row not in rows]
    pairs = [
        {"mentee": views.pool.mentees[i].id, "mentor": views.pool.mentors[j].id, "score": int(views.scores[i, j])}
        for i, j in views.allowed
    ]
    new = [pair for pair in pairs if all((pair["mentee"], pair["mentor"]) != (r["mentee"], r["mentor"]) for r in rows)]
    for row in rows:
        yield sealed(proof, [*pins, *(r for r in rows if r != row)])
        if new:
            yield sealed(proof, [*pins, *(r for r in rows if r != row), chance.choice(new)])
    for pair in new[:4]:
        yield sealed(proof, [*pins, *rows, pair])


def sealed(proof: Any, rows: list[Any]) -> Any:
    rows = [{name: row[name] for name in ("mentee", "mentor", "score")} for row in rows]
    body = {name: said for name, said in proof.items() if name != "seal"} | {"pairs": rows}
    figures = {"total": sum(row["score"] for row in rows), "matched": len({row["mentee"] for row in rows})}
    return FORM.issued(body | figures)


def test_forged_score_and_forbidden_pair_are_named() -> None:
    pool = Pool((Participant("e0"), Participant("e1")), (Participant("o0"), Participant("o1")))
    proof = certificate_of(solve_stable(pool, PLAIN, TAXONOMY, "s"))
    rows = [row | {"score": row["score"] + 1} for row in proof["pairs"]]
    assert kinds(sealed(proof, rows), pool, PLAIN) == {"score_wrong"}

    stricter = replace(PLAIN, forbidden=frozenset({(r["mentee"], r["mentor"]) for r in proof["pairs"]}))
    other = certificate_of(solve_stable(pool, stricter, TAXONOMY, "s"))
    assert "pair_forbidden" in kinds(sealed(other, proof["pairs"]), pool, stricter)


def test_changed_people_and_settings_are_refused() -> None:
    pool = Pool((Participant("e0"),), (Participant("o0"),))
    proof = certificate_of(solve_stable(pool, PLAIN, TAXONOMY, "s"))

    assert kinds(proof, replace(pool, mentees=()), PLAIN) == {"input_changed"}
    assert kinds(proof, pool, replace(PLAIN, rules=(Rule("reporting_line"),))) == {"settings_changed"}
    for junk in ({}, [], None, proof | {"pairs": [None]}, proof | {"total": True}):
        assert kinds(junk, pool, PLAIN) == {"malformed"}


def test_checker_imports_nothing_of_the_solver() -> None:
    source = Path(proof_module.__file__).read_text()

    assert not any(f"matching.{name}" in source for name in ("stable ", "openings", "kernels", "solve", "assign"))
