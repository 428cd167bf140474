"""Random small rounds, full of ties, solved by the engine and by others.

`python -m tests.bench.matching.agreement 20000`, or as part of `make bench-matching`.
One line for each objective and model that the engine has; a line that says MISMATCHES, and code 1, where anything
differs or the engine's own checker refuses its certificate.
"""

import itertools
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tests.bench.matching.references import (
    Cell,
    Cells,
    Instance,
    best_circles,
    by_flow,
    by_wishes,
    cells_of,
    counting_pairs,
    deferred_acceptance,
    every_plan,
    highest_floor,
    instance_of,
    under,
)
from tests.engine.matching.worlds import TAXONOMY, pinned_world, world
from trellis_engine.matching import Plan, Pool, Settings, certificate, solve, verify
from trellis_engine.matching.hashing import salted_order

SALT = "agreement"
MOST_CELLS = 10  # allowed pairs of a round of which every plan is made
STUCK = 60.0  # seconds without a single round done, compiling included
SECOND_VERSION = "floor" in Plan.__dataclass_fields__
Round = tuple[Pool, Settings]


class Mismatch(AssertionError):
    """What the engine says is not the best, or not proven."""


def same(what: str, mine: object, theirs: object) -> None:
    if mine != theirs:
        raise Mismatch(f"{what}: Trellis {mine}, the other {theirs}")


# --- rounds


def round_of(seed: int, objective: str, most: int, wants: int) -> Round:
    """Every ninth has pins; from the second version on some have a spread and pairs worth keeping."""
    chance = random.Random(seed)
    pool, settings = pinned_world(seed) if seed % 9 == 0 else world(seed, most=most, wants=wants)
    settings = replace(settings, objective=objective)
    return pool, replace(settings, **_extras(chance, pool, objective)) if SECOND_VERSION else settings


def _extras(chance: random.Random, pool: Pool, objective: str) -> dict[str, Any]:
    pairs = itertools.product(*([person.id for person in side] for side in (pool.mentees, pool.mentors)))
    kept = frozenset(pair for pair in pairs if chance.random() < 0.2)
    spread = chance.choice([0, 0, 700, 30_000]) if objective in ("matched_total", "total") else 0
    return {"kept": kept, "keep_bonus": chance.choice([0, 5_000]), "spread": spread}


def small_round(seed: int, objective: str, wants: int = 2) -> tuple[Pool, Settings, Instance]:
    """The first of a row of rounds with so few pairs that every plan can be made."""
    for each in itertools.count(1_000 * seed):
        pool, settings = round_of(each, objective, most=4, wants=wants)
        instance = instance_of(pool, settings, TAXONOMY)
        if 0 < len(instance.scores) <= MOST_CELLS:
            return pool, settings, instance
    raise AssertionError


def proven(pool: Pool, settings: Settings) -> Plan:
    plan = solve(pool, settings, TAXONOMY, SALT)
    same("certificate", verify(certificate(plan), pool, settings, TAXONOMY), ())
    return plan


# --- one comparison each, of the round with this number


def flow(seed: int, objective: str) -> None:
    pool, settings = round_of(seed, objective, most=12, wants=3)
    instance = instance_of(pool, settings, TAXONOMY)
    first = instance.first if objective == "matched_total" else 0
    mine, theirs = cells_of(proven(pool, settings), pool, instance), by_flow(instance, first)
    same(f"round {seed}, legal", instance.fits(mine), True)
    same(f"round {seed}", *(first * instance.matched(each) + instance.value(each) for each in (mine, theirs)))


def everything(seed: int, key: Callable[[Instance, Cells], Any], objective: str) -> None:
    pool, settings, instance = small_round(seed, objective)
    mine = cells_of(proven(pool, settings), pool, instance)
    same("round", key(instance, mine), max(key(instance, each) for each in every_plan(instance)))


def most_then_value(instance: Instance, cells: Cells) -> tuple[int, ...]:
    return instance.matched(cells), instance.value(cells)


def value_alone(instance: Instance, cells: Cells) -> tuple[int, ...]:
    return (instance.value(cells),)


def floor(seed: int) -> None:
    """As many mentees and pairs as possible, then the highest floor that takes a mentor from nobody, then the value."""
    pool, settings = round_of(seed, "matched_floor_total", most=10, wants=1 + seed % 3)
    instance = instance_of(pool, settings, TAXONOMY)
    plan = proven(pool, settings)
    mine, above = cells_of(plan, pool, instance), under(instance, highest_floor(instance))
    same(f"round {seed}, pairs above the floor", sorted(under(instance, plan.floor).scores), sorted(above.scores))
    same(f"round {seed}, kept above it", mine <= frozenset(above.scores) and instance.fits(mine), True)
    theirs = counting_pairs(above)
    same(f"round {seed}", *((instance.matched(e), len(e), instance.value(e)) for e in (mine, theirs)))


def floor_of_everything(seed: int) -> None:
    """Held against every plan there is, in the order in which the objective says it."""
    pool, settings, instance = small_round(seed, "matched_floor_total", wants=3)
    below = under(instance, 100_000).scores  # whoever is here has nothing better to ask for

    def key(cells: Cells) -> tuple[int, ...]:
        low = [instance.scores[cell] for cell in cells if cell not in below]
        return instance.matched(cells), len(cells), min(low, default=100_000), instance.value(cells)

    mine = cells_of(proven(pool, settings), pool, instance)
    same(f"round {seed}", key(mine), max(map(key, every_plan(instance))))


def stable(seed: int) -> None:
    """The same pairs as deferred acceptance, which has only one answer once ties are broken."""
    engine, proof = (
        import_module("trellis_engine.matching.stable"),
        import_module("trellis_engine.matching.stable_proof"),
    )
    pool, settings = round_of(seed, "stable", most=8, wants=1)
    pool = wishing(pool, random.Random(seed))
    pool = Pool(salted_order(SALT, pool.mentees), salted_order(SALT, pool.mentors))
    instance = instance_of(pool, settings, TAXONOMY)
    plan = engine.solve_stable(pool, settings, TAXONOMY, SALT)
    same("certificate", proof.verify(proof.certificate_of(plan), pool, settings, TAXONOMY), ())
    theirs = deferred_acceptance(instance, *orders(pool, instance))
    same(f"round {seed}", sorted(cells_of(plan, pool, instance)), sorted(theirs))


def wishing(pool: Pool, chance: random.Random, most: int = 99) -> Pool:
    ids = [[person.id for person in side] for side in (pool.mentees, pool.mentors)]
    sides = [
        tuple(
            replace(each, ranked=tuple(chance.sample(others, chance.randint(0, min(most, len(others))))))
            for each in side
        )
        for side, others in ((pool.mentees, ids[1]), (pool.mentors, ids[0]))
    ]
    return Pool(*sides)


def orders(pool: Pool, instance: Instance) -> list[Callable[[Cell], tuple[int, int, int]]]:
    """Wishes first, then points, then the salted order, for each side."""

    def order(side: int) -> Callable[[Cell], tuple[int, int, int]]:
        people, others = (pool.mentees, pool.mentors)[:: 1 if side == 0 else -1]

        def key(cell: Cell) -> tuple[int, int, int]:
            ranked, other = people[cell[side]].ranked, others[cell[1 - side]].id
            if other in ranked:
                return 0, ranked.index(other), 0
            return 1, -instance.points(cell), cell[1 - side]

        return key

    return [order(0), order(1)]


def wishes(seed: int) -> None:
    """Most matched, then most first choices, second choices ..., then points: by one flow with weights to match."""
    engine, proof = (
        import_module("trellis_engine.matching.wishes"),
        import_module("trellis_engine.matching.wishes_proof"),
    )
    pool, settings = round_of(seed, "wishes", most=8, wants=2)
    pool = wishing(pool, random.Random(seed), most=3)
    instance = instance_of(pool, settings, TAXONOMY)
    plan = engine.solve_wishes(pool, settings, TAXONOMY, SALT)
    same("certificate", proof.verify(proof.certificate_of(plan), pool, settings, TAXONOMY), ())
    ranks, longest = ranks_of(pool), max((len(each.ranked) for each in pool.mentees), default=0)

    def figures(cells: Cells, instance: Instance = instance, ranks: dict[Cell, int] = ranks) -> list[int]:
        counts = [sum(ranks.get(cell) == rank for cell in cells) for rank in range(1, 4)]
        return [instance.matched(cells), *counts, sum(map(instance.points, cells))]

    mine, theirs = cells_of(plan, pool, instance), by_wishes(instance, ranks, longest)
    same(f"round {seed}, legal", instance.fits(mine), True)
    same(f"round {seed}", figures(mine), figures(theirs))


def ranks_of(pool: Pool) -> dict[Cell, int]:
    columns = {person.id: at for at, person in enumerate(pool.mentors)}
    return {
        (row, columns[name]): rank
        for row, mentee in enumerate(pool.mentees)
        for rank, name in enumerate(mentee.ranked, 1)
        if name in columns
    }


def rotation(seed: int) -> None:
    """Most mentees who meet anybody, then most meetings, then points: by one flow; and weeks without a clash."""
    engine, proof = (
        import_module("trellis_engine.matching.rotation"),
        import_module("trellis_engine.matching.rotation_proof"),
    )
    pool, settings = round_of(seed, "matched_total", most=7, wants=2)
    weeks = 1 + seed % 4
    settings = replace(settings, pinned=frozenset(), spread=0)
    found = engine.rotate(pool, settings, TAXONOMY, SALT, weeks)
    same("certificate", proof.verify(proof.certificate_of(found), pool, settings, TAXONOMY), ())
    instance = instance_of(pool, settings, TAXONOMY)
    wants, places = [weeks * (many > 0) for many in instance.wants], [weeks * many for many in instance.places]
    each = (100_000 + instance.keep_bonus) * (sum(wants) + 1)
    whole = replace(instance, wants=tuple(wants), places=tuple(places), spread=0)
    heavy = replace(whole, scores={cell: score + each for cell, score in whole.scores.items()})
    theirs = by_flow(heavy, each * (sum(wants) + 2))

    def figures(cells: Cells, instance: Instance = whole) -> list[int]:
        return [instance.matched(cells), len(cells), sum(map(instance.points, cells))]

    same(f"rotation {seed}", figures(cells_of(found, pool, whole)), figures(theirs))
    seats = {mentor.id: mentor.places for mentor in pool.mentors}
    for week in range(1, weeks + 1):
        mine = [(m.mentee, m.mentor) for m in found.meetings if m.week == week]
        same(f"rotation {seed}, week {week}", len({mentee for mentee, _ in mine}), len(mine))
        full = all(sum(mentor == name for _, mentor in mine) <= many for name, many in seats.items())
        same(f"rotation {seed}, seats of week {week}", full, True)


def circles(seed: int) -> bool:
    """Nothing illegal, no ceiling below the best, and the best wherever the plan is called proven; whether it is the
    best. Which mentors open is NP-hard to say, so the engine may miss the best where it tells a gap."""
    engine, proof = (
        import_module("trellis_engine.matching.circles"),
        import_module("trellis_engine.matching.circles_proof"),
    )
    pool, settings = round_of(seed, "matched_total", most=9, wants=1)
    chance, mentors = random.Random(seed), pool.mentors[:5]
    pinned = frozenset(pin for pin in settings.pinned if pin[1] in {mentor.id for mentor in mentors})
    if not pinned:  # places are read for the score, and a pin may not fall below the least one
        mentors = tuple(replace(each, places=chance.randint(0, 5)) for each in mentors)
    pool = Pool(pool.mentees, mentors)
    settings = replace(settings, pinned=pinned, kept=frozenset(), keep_bonus=0, spread=0)
    smallest = chance.randint(1, 4)
    plan = engine.solve_circles(pool, settings, TAXONOMY, SALT, smallest=smallest)
    faults = proof.verify_circles(proof.circles_certificate(plan), pool, settings, TAXONOMY, smallest=smallest)
    same("certificate", faults, ())
    instance = instance_of(pool, settings, TAXONOMY)
    matched, total = best_circles(instance, smallest)
    best = plan.bonus * (matched + len(instance.served)) + total + sum(instance.pinned.values())
    same(f"circles {seed}, at most the best, at most the ceiling", plan.value <= best <= plan.bound, True)
    same(f"circles {seed}, the best if it says so", plan.gap > 0 or plan.value == best, True)
    return plan.value == best


def peers(seed: int) -> None:
    """People on one side, from people to proof: most pairs, then the total, by networkx."""
    networkx = import_module("networkx")
    engine, proof = import_module("trellis_engine.matching.peers"), import_module("trellis_engine.matching.peers_proof")
    pool, settings = round_of(seed, "matched_total", most=12, wants=1)
    people = tuple(each for each in pool.mentees if each.places) + tuple(
        each for each in pool.mentors if each.places and each.id not in pool.mentee_by_id
    )
    pool, settings = Pool(people, people), replace(settings, pinned=frozenset(), kept=frozenset())
    symmetric = ("min", "mean")[seed % 2]
    plan = engine.solve_peers(pool, settings, TAXONOMY, SALT, symmetric=symmetric)
    faults = proof.verify_peers(proof.peers_certificate(plan), pool, settings, TAXONOMY)
    same("certificate", faults, ())
    there = instance_of(pool, settings, TAXONOMY).scores
    graph = networkx.Graph()
    for (a, b), score in there.items():
        if a < b and (b, a) in there:
            back = there[b, a]
            graph.add_edge(a, b, weight=min(score, back) if symmetric == "min" else (score + back) // 2)
    theirs = networkx.max_weight_matching(graph, maxcardinality=True)
    total = sum(graph.edges[pair]["weight"] for pair in theirs)
    same(f"crowd {seed}", (len(plan.pairs), plan.total), (len(theirs), total))


def crowds(seed: int) -> None:
    """Pairs of one side against networkx, and the odd-set prices that prove them."""
    networkx = import_module("networkx")
    ours = import_module("tests.bench.matching.crowd")
    chance = random.Random(seed)
    people = chance.randint(2, 14)
    highest, share = chance.choice([2, 10, 100_000]), chance.choice([0.2, 0.5, 0.9])
    edges = [
        (a, b, chance.randint(1, highest))
        for a, b in itertools.combinations(range(people), 2)
        if chance.random() < share
    ]
    graph = networkx.Graph()
    graph.add_weighted_edges_from(edges)
    theirs = networkx.max_weight_matching(graph)
    weight = {(a, b): worth for a, b, worth in edges}
    total = sum(weight[min(pair), max(pair)] for pair in theirs)
    same(f"crowd {seed}", sum(weight[pair] for pair in ours.proven_pairs(people, edges)), total)


# --- which of them this engine has


@dataclass(frozen=True)
class Kind:
    name: str
    against: str
    compare: Callable[[int], bool | None]  # False: not the best, as the plan itself says
    there: bool = True


def module(name: str) -> bool:
    return find_spec(f"trellis_engine.matching.{name}") is not None


KINDS = (
    Kind("most matched, then total", "OR-tools flow", partial(flow, objective="matched_total")),
    Kind("most matched, then total", "every plan", partial(everything, key=most_then_value, objective="matched_total")),
    Kind("total alone", "OR-tools flow", partial(flow, objective="total"), SECOND_VERSION),
    Kind("total alone", "every plan", partial(everything, key=value_alone, objective="total"), SECOND_VERSION),
    Kind("most matched, floor, total", "OR-tools flow", floor, SECOND_VERSION),
    Kind("most matched, floor, total", "every plan", floor_of_everything, SECOND_VERSION),
    Kind("stable", "deferred acceptance", stable, module("stable")),
    Kind("wishes, rank by rank", "OR-tools flow", wishes, module("wishes")),
    Kind("rotation over weeks", "OR-tools flow", rotation, module("rotation")),
    Kind("circles", "every way to fill them", circles, module("circles")),
    Kind("people in pairs", "networkx", peers, module("peers")),
    Kind("people in pairs, the kernel alone", "networkx", crowds, module("forest")),
)  # fmt: skip


class Comparing:
    """One kind, in a thread of its own: compiled loops hold no lock, so one that never ends is seen from outside."""

    def __init__(self, kind: Kind, count: int) -> None:
        self.kind, self.count, self.done, self.wrong = kind, count, 0, list[str]()
        self.short = 0
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        for seed in range(self.count):
            try:
                self.short += self.kind.compare(seed) is False
            except Exception as fault:
                self.wrong.append(f"round {seed}, {type(fault).__name__}: {fault}"[:300])
            self.done += 1

    def report(self) -> bool:
        """Whether all agreed."""
        begun, before = time.perf_counter(), -1
        self.thread.start()
        while self.thread.is_alive() and self.done > before:
            before = self.done
            self.thread.join(STUCK)
        if self.thread.is_alive():
            self.wrong.append(f"round {self.done} did not end within {STUCK:.0f} s")
        said = f"{len(self.wrong)} MISMATCHES, the first: {self.wrong[0]}" if self.wrong else "0 mismatches"
        if self.short:
            said += f", {self.short} below the best and told with a gap"
        name = f"{self.kind.name}, against {self.kind.against}"
        print(f"{name}: {self.done:,} rounds, {said} ({time.perf_counter() - begun:.0f} s)", flush=True)
        return not self.wrong


def main() -> None:
    there = [kind for kind in KINDS if kind.there]
    for kind in KINDS:
        if not kind.there:
            print(f"NOT COMPARED: {kind.name} against {kind.against}: this engine does not have it yet.", flush=True)
    each = -(-int(sys.argv[1]) // len(there))
    agreed = [Comparing(kind, each).report() for kind in there]
    os._exit(not all(agreed))  # also past a thread that never ends


if __name__ == "__main__":
    main()
