"""Trellis, from people to a proof that the independent checker has accepted; and its steps one by one."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.matching import scanning
from tests.bench.matching.cases import CASE_BY_NAME, Case
from tests.bench.matching.floors import floors
from tests.bench.matching.pools import pool, settings, taxonomy
from tests.bench.matching.scores import Facts, file_of, store_facts
from trellis_engine.matching import Plan, Pool, Settings, Taxonomy, certificate, hash_inputs, solve, verify
from trellis_engine.matching.hashing import salted_order
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.terms import Scored

Steps = dict[str, float]  # name to seconds
SALT = "bench"
ROWS = 512  # of the NumPy scorer at a time, when the scores are made for the peers
SMALL = CASE_BY_NAME["one-100"]


class NotThere(Exception):
    """The part of the engine that is measured does not exist in this version."""


def prepare(runner: str, case: Case, folder: Path) -> Callable[[], tuple[Any, Any]]:
    kinds: dict[str, Callable[[Case, Path], Callable[[], tuple[Any, Any]]]] = {
        "trellis": lambda case, _: whole(case, settings(case)),
        "trellis-default": lambda case, _: whole(case, settings(case, Settings(weights={"balance": 100}).objective)),
        "trellis-scan": lambda case, _: scan(case),
        "trellis-edit": lambda case, _: edits(case),
        "trellis-peers": pairing,
        "trellis-crowd": lambda case, _: crowd(case),
    }
    return kinds[runner](case, folder)


def warm() -> float:
    """Seconds until everything compiled is ready: loaded from the disk after the first time. Outside the clock."""
    begun = time.perf_counter()
    for objective in (settings(SMALL).objective, "matched_floor_total"):
        prove(pool(SMALL), settings(SMALL, objective), taxonomy())
    return time.perf_counter() - begun


# --- people in, proof out


def prove(people: Pool, chosen: Settings, skills: Taxonomy, steps: Steps | None = None) -> Plan:
    steps = {} if steps is None else steps
    with lap(steps, "solve"):
        plan = solve(people, chosen, skills, SALT)
    with lap(steps, "write the certificate"):
        proof = certificate(plan)
    with lap(steps, "check it"):
        faults = verify(proof, people, chosen, skills)
    assert not faults, faults[:3]
    return plan


def whole(case: Case, chosen: Settings) -> Callable[[], tuple[Any, Any]]:
    def fresh() -> tuple[Any, Any]:
        people, skills = pool(case), taxonomy()  # anew: frozen people keep what was once worked out about them
        steps: Steps = {}

        def read(plan: Plan) -> dict[str, Any]:
            return {"matched": plan.matched, "total": plan.total, "steps": steps}

        return lambda: prove(people, chosen, skills, steps), read

    return fresh


def reading(case: Case) -> Steps:
    """Seconds to read the people: the solver does it, and the checker finds it done."""
    people, chosen, skills = pool(case), settings(case), taxonomy()
    steps: Steps = {}
    with lap(steps, "order"):
        people = Pool(salted_order(SALT, people.mentees), salted_order(SALT, people.mentors))
    with lap(steps, "fingerprint"):
        hash_inputs(people, skills)
    with lap(steps, "encoding"):
        scanning.one_pass(Scorer(people, chosen, skills))  # makes it ready and does not run it
    return steps


@contextmanager
def lap(steps: Steps, name: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    steps[name] = time.perf_counter() - begun


# --- parts of it


def scan(case: Case) -> Callable[[], tuple[Any, Any]]:
    """One pass over all pairs with nothing but scores: the floor under any proof."""
    scorer = Scorer(pool(case), settings(case), taxonomy())
    work = scanning.one_pass(scorer)
    return lambda: (work, lambda count: {"pairs": count, "floors": floors(Scored(scorer))})


def edits(case: Case) -> Callable[[], tuple[Any, Any]]:
    """The exact edit of a standing plan: many of them, each on its own, the first plan outside the clock."""

    weights = dict(settings(case).weights)
    weights["skill_coverage"] += weights.pop("balance", 0)  # reads the places, which some edits change
    chosen = replace(settings(case), weights=weights)

    def fresh() -> tuple[Any, Any]:
        editing = import_module("tests.bench.matching.editing").Editing(pool(case), chosen, taxonomy(), SALT)
        return editing.work, lambda _: editing.read()

    part("live")
    return fresh


def part(name: str) -> Any:
    try:
        return import_module(f"trellis_engine.matching.{name}")
    except ImportError as missing:
        raise NotThere(f"trellis_engine.matching.{name} is not there yet") from missing


def pairing(case: Case, folder: Path) -> Callable[[], tuple[Any, Any]]:
    """Pairs within one side, on the same edges as networkx and rustworkx, with the proof checked inside the clock."""
    part("forest")
    kernel = import_module("tests.bench.matching.crowd")
    kernel.proven_pairs(3, [(0, 1, 5), (1, 2, 5), (0, 2, 5)])  # compiled before the clock starts
    edges = np.array(json.loads((folder / f"{case.name}.edges").read_text())["edges"], np.int64)
    weight = {(int(a), int(b)): int(worth) for a, b, worth in edges}

    def read(pairs: list[tuple[int, int]]) -> dict[str, int]:
        return {"matched": 2 * len(pairs), "total": sum(weight[pair] for pair in pairs)}

    return lambda: (lambda: kernel.proven_on(case.mentees, edges), read)


def crowd(case: Case) -> Callable[[], tuple[Any, Any]]:
    """Pairs within one side from people to proof, over all their pairs instead of a few candidates."""
    peers, proof = part("peers"), part("peers_proof")

    def work(people: Pool, skills: Taxonomy) -> Any:
        plan = peers.solve_peers(people, settings(case), skills, SALT)
        assert not proof.verify_peers(proof.peers_certificate(plan), people, settings(case), skills)
        return plan

    def fresh() -> tuple[Any, Any]:
        people, skills = one_side(case), taxonomy()
        return lambda: work(people, skills), lambda plan: {"matched": plan.matched, "total": plan.total}

    return fresh


# --- what the peers are given


def store_scores(case: Case, folder: Path) -> float:
    """Seconds that the NumPy scorer took for the whole table."""
    people = one_side(case) if case.candidates else pool(case)
    scorer = Scorer(people, settings(case), taxonomy())
    begun = time.perf_counter()
    with file_of(case, folder).open("wb") as target:
        for start in range(0, case.mentees, ROWS):
            scores, _ = scorer.judge(slice(start, min(start + ROWS, case.mentees)))
            np.ascontiguousarray(scores, np.int32).tofile(target)
    seconds = time.perf_counter() - begun
    wants, places = (tuple(each.places for each in side) for side in (people.mentees, people.mentors))
    store_facts(case, folder, Facts(wants, places))
    if case.candidates:
        edges = candidate_edges(case, folder)
        (folder / f"{case.name}.edges").write_text(json.dumps({"count": case.mentees, "edges": edges}))
    return seconds


def candidate_edges(case: Case, folder: Path) -> list[tuple[int, int, int]]:
    """Everybody's best candidates; the worth of a pair is the sum of both directions."""
    scores = np.fromfile(file_of(case, folder), np.int32).reshape(case.mentees, case.mentors).astype(np.int64)
    worth = np.where((scores > 0) & (scores.T > 0), scores + scores.T, 0)
    np.fill_diagonal(worth, 0)
    best = np.argsort(-worth, axis=1, kind="stable")[:, : case.candidates]
    rows = np.repeat(np.arange(case.mentees), case.candidates)
    ends = np.sort(np.column_stack([rows, best.ravel()]), axis=1)
    return sorted({(int(a), int(b), int(worth[a, b])) for a, b in ends if worth[a, b]})


def one_side(case: Case) -> Pool:
    """People who are both: the mentees of the case with what its mentors offer."""
    people = pool(case)
    both = tuple(
        replace(mentee, skills=mentor.skills, goal=mentor.goal, held=mentor.held, track=mentor.track)
        for mentee, mentor in zip(people.mentees, people.mentors, strict=True)
    )
    return Pool(both, both)
