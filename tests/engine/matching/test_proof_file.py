"""Every kind of solved round as a file of numbers: accepted as it is, refused after any change, and naming nobody."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from tests.engine.matching.worlds import TAXONOMY, person, pinned_world, world
from trellis_engine.matching import Participant, Pool, Settings, certificate, solve
from trellis_engine.matching.checking import Certificate
from trellis_engine.matching.circles import solve_circles
from trellis_engine.matching.circles_proof import circles_certificate
from trellis_engine.matching.peers import solve_peers
from trellis_engine.matching.peers_proof import peers_certificate
from trellis_engine.matching.proof_checking import file_faults
from trellis_engine.matching.proof_file import NOTHING, PAIRS_ONLY, Opened, ProofFile, sealed
from trellis_engine.matching.proof_writing import Solved, proof_file
from trellis_engine.matching.rotation import rotate
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import OBJECTIVES

SEEDS = range(12)
ROUND = {"programme": "growth", "number": 3}
KINDS = (*OBJECTIVES, "rotation", "circles", "peers", "mutual")
Again = Callable[[Opened, str], Certificate]


def crowd(seed: int) -> Pool:
    """Everybody on both sides, with other answers on each."""
    chance = random.Random(seed)
    names = tuple(f"p{number}" for number in range(2 + seed % 6))
    sides = (tuple(person(chance, name, others=names, most_places=1) for name in names) for _ in "ab")
    return Pool(*sides)


def solved(kind: str, seed: int, *, ranked: bool = True) -> Solved:
    pool, settings = (world if seed % 2 else pinned_world)(seed)
    if not ranked:
        pool = Pool(*(tuple(replace(each, ranked=()) for each in side) for side in (pool.mentees, pool.mentors)))
    if kind == "rotation":
        return Solved(pool, settings, TAXONOMY, certificate(rotate(pool, settings, TAXONOMY, "s", 2)), weeks=2)
    if kind == "circles":
        circles = solve_circles(pool, settings, TAXONOMY, "s", smallest=2)
        return Solved(pool, settings, TAXONOMY, circles_certificate(circles), smallest=2)
    if kind in ("peers", "mutual"):
        pool, settings = crowd(seed), replace(settings, pinned=frozenset(), forbidden=frozenset())
        plan_of_peers = solve_peers(pool, settings, TAXONOMY, "s", symmetric="min" if kind == "peers" else "mean")
        return Solved(pool, settings, TAXONOMY, peers_certificate(plan_of_peers))
    settings = replace(settings, objective=kind)
    if kind not in PAIRS_ONLY and seed % 3:
        settings = replace(settings, spread=1000, kept=settings.forbidden, keep_bonus=500)
    return Solved(pool, settings, TAXONOMY, certificate(solve(pool, settings, TAXONOMY, "s")))


def again(kind: str) -> Again:
    """The solver of this kind, asked from a file."""
    if kind == "rotation":
        return lambda o, salt: certificate(rotate(o.pool, o.settings, NOTHING, salt, 2))
    if kind == "circles":
        return lambda o, salt: circles_certificate(solve_circles(o.pool, o.settings, NOTHING, salt, smallest=2))
    if kind in ("peers", "mutual"):
        symmetric = "min" if kind == "peers" else "mean"
        return lambda o, salt: peers_certificate(solve_peers(o.pool, o.settings, NOTHING, salt, symmetric=symmetric))
    return lambda o, salt: certificate(solve(o.pool, o.settings, NOTHING, salt))


def read_back(found: Solved) -> ProofFile:
    file: ProofFile = json.loads(json.dumps(proof_file(found, ROUND)))
    return file


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_of_every_kind_of_round_is_accepted(kind: str) -> None:
    for seed in SEEDS:
        assert file_faults(read_back(solved(kind, seed))) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_solving_the_file_gives_the_same_certificate_to_the_byte(kind: str) -> None:
    for seed in SEEDS:
        file = read_back(solved(kind, seed, ranked=False))

        made = again(kind)(Opened.of(file), file["certificate"]["salt"])

        assert not file["asked"]["pairs_only"]
        assert json.dumps(made, sort_keys=True) == json.dumps(file["certificate"], sort_keys=True)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_says_the_same_plan_of_numbers(kind: str) -> None:
    found = solved(kind, 5)
    file = read_back(found)
    section = "meetings" if kind == "rotation" else "pairs"

    scores = [sorted(row["score"] for row in said[section]) for said in (found.certificate, file["certificate"])]

    assert scores[0] == scores[1]
    for name in ("matched", "total"):
        assert file["certificate"][name] == found.certificate[name]


@pytest.mark.parametrize("kind", ["matched_floor_total", "peers"])
def test_the_scores_in_the_file_are_those_of_the_people(kind: str) -> None:
    found = solved(kind, 5)
    file = read_back(found)
    scores = Scorer(found.pool, found.settings, TAXONOMY).judge(slice(0, len(found.pool.mentees)))[0]
    if kind == "peers":
        codes = [person.id for person in found.pool.mentors]
        assert codes == [person.id for person in found.pool.mentees]
        scores = [[min(scores[i][j], scores[j][i]) for j in range(len(codes))] for i in range(len(codes))]

    flat = (sorted(int(score) for line in lines for score in line) for lines in (scores, file["scores"]))

    assert next(flat) == next(flat)


def test_the_row_order_of_the_people_changes_no_byte() -> None:
    found = solved("matched_floor_total", 7)
    turned = replace(found, pool=Pool(found.pool.mentees[::-1], found.pool.mentors[::-1]))

    assert proof_file(turned, ROUND) == proof_file(found, ROUND)


# --- changes


def changes(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every single change: each value another one or gone, each list a row less, a row twice, and two rows swapped."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield (*path, name), ...
            yield from changes(value, (*path, name))
    elif isinstance(part, list):
        for at, value in enumerate(part):
            yield (*path, at), ...
            yield from changes(value, (*path, at))
        yield path, [*part, *part[:1]] if part else [[]]
        if part[::-1] != part:
            yield path, part[::-1]
    elif isinstance(part, bool):
        yield path, not part
    elif isinstance(part, int):
        yield from ((path, other) for other in (part + 1, part - 1, -1 - part, str(part)))
    else:
        yield from ((path, other) for other in (f"{part}x", f"{part}"[1:], 0) if other != part)


def changed(file: ProofFile, path: tuple[Any, ...], value: Any) -> ProofFile:
    new = copy.deepcopy(file)
    at: Any = new
    for step in path[:-1]:
        at = at[step]
    if value is ...:
        del at[path[-1]]
    elif path:
        at[path[-1]] = value
    return new


@pytest.mark.parametrize("kind", KINDS)
def test_every_single_change_is_refused(kind: str) -> None:
    file = read_back(solved(kind, 5))
    tried = 0

    for path, value in changes(file):
        if path:
            assert file_faults(changed(file, path, value)), (path, value)
            tried += 1

    assert tried > 300


# Only what the round is called, and what its scores were made of, can be said otherwise and sealed anew: no file can
# prove it, so nothing rests on it; where the round is kept, the file is held against it to the byte.
NOT_PROVEN = ("round", "scored_by")


@pytest.mark.parametrize("kind", KINDS)
def test_every_single_change_is_refused_though_the_file_is_sealed_anew(kind: str) -> None:
    file = read_back(solved(kind, 5))

    for path, value in changes({name: part for name, part in file.items() if name not in (*NOT_PROVEN, "seal")}):
        if path:
            assert file_faults(sealed(changed(file, path, value))), (path, value)


def test_what_no_file_can_prove_is_named_here() -> None:
    file = read_back(solved("matched_total", 5))

    for name in NOT_PROVEN:
        other = sealed({**file, name: {}})

        assert file_faults({**file, name: {}}) != ()
        assert file_faults(other) == ()


@pytest.mark.parametrize("junk", [None, [], "x", 1, {}, {"format": "trellis-round-proof"}])
def test_junk_is_refused(junk: Any) -> None:
    assert [fault.kind for fault in file_faults(junk)] == ["malformed"]


# --- what is not in it


def secret_world() -> Solved:
    """Every fact of every person is a word that is nowhere else."""
    words = {name: f"ZQ{name}QZ" for name in ("goal", "working_style", "unit", "location", "track")}
    many = {
        name: frozenset({f"ZQ{name}QZ"})
        for name in ("values", "availability", "languages", "no_match", "aims", "experience", "interests", "held")
    }

    def made(code: str) -> Participant:
        return Participant(
            f"ZQid{code}QZ", level=73, skills=(("ZQskillQZ", 3),), managers=("ZQmanagerQZ",), utc_offset_minutes=217,
            ranked=("ZQid2QZ", "ZQid1QZ"), busy=11, answers=(("ZQquestionQZ", frozenset({"ZQanswerQZ"})),),
            **words, **many,
        )  # fmt: skip

    pool = Pool(tuple(made(f"1{n}") for n in range(3)), tuple(made(f"2{n}") for n in range(3)))
    settings = Settings(
        weights={"skill_coverage": 50, "experience": 50}, rules=(), kept=frozenset({("ZQid10QZ", "ZQid20QZ")}),
        forbidden=frozenset({("ZQid11QZ", "ZQid21QZ")}), pinned=frozenset({("ZQid12QZ", "ZQid22QZ")}), keep_bonus=5,
    )  # fmt: skip
    return Solved(pool, settings, TAXONOMY, certificate(solve(pool, settings, TAXONOMY, "ZQsaltQZ")))


def test_nothing_that_anybody_stated_is_in_the_file() -> None:
    stated = {field.name for field in fields(Participant)} - {"places", "eligible"}
    found = secret_world()
    assert all(getattr(found.pool.mentees[0], name) for name in stated)  # or this test would look for nothing

    file = read_back(found)

    text = json.dumps(file)
    assert "ZQ" not in text
    assert {name for row in (*file["mentees"], *file["mentors"]) for name in row} == {"id", "places", "busy"}
    assert {row["busy"] for row in (*file["mentees"], *file["mentors"])} == {0}  # load costs nothing in this round
    assert file_faults(file) == ()


def test_neither_numbers_nor_rows_stand_in_the_order_of_the_people() -> None:
    """Whoever has a list of everybody could otherwise count down to a name."""
    pool = Pool(
        tuple(Participant(f"e{n:03}", level=2) for n in range(60)),
        tuple(Participant(f"o{n:03}", level=4) for n in range(60)),
    )
    settings = Settings(weights={"seniority_gap": 100}, rules=(), kept=frozenset({("e007", "o031")}), keep_bonus=1)
    plan = solve(pool, settings, TAXONOMY, "s")

    file = read_back(Solved(pool, settings, TAXONOMY, certificate(plan)))

    ((mentee, mentor),) = file["asked"]["kept"]
    assert (mentee, mentor) != ("mentee-08", "mentor-32")
    for section in ("pairs", "prices"):
        rows = [[row.get("mentee", ""), row["mentor"]] for row in file["certificate"][section]]
        assert rows == sorted(rows)


@pytest.mark.parametrize("kind", PAIRS_ONLY)
def test_wishes_are_not_given_out_and_the_file_says_that_it_proves_less(kind: str) -> None:
    pool = Pool(
        (Participant("e0", ranked=("o1",)), Participant("e1", unit="sales")),
        (Participant("o0", unit="legal"), Participant("o1")),
    )
    settings = Settings(weights={"distance": 100}, rules=(), objective=kind)
    found = Solved(pool, settings, TAXONOMY, certificate(solve(pool, settings, TAXONOMY, "s")))

    file = read_back(found)

    assert file["asked"]["pairs_only"]
    assert set(file["certificate"]) & {"stages", "prices"} == set()
    assert file_faults(file) == ()
    without = replace(
        found, pool=Pool(*(tuple(replace(p, ranked=()) for p in s) for s in (pool.mentees, pool.mentors)))
    )
    without = replace(without, certificate=certificate(solve(without.pool, settings, TAXONOMY, "s")))
    assert not read_back(without)["asked"]["pairs_only"]


def test_where_wishes_decided_it_is_still_proven_that_nobody_else_could_be_matched() -> None:
    pool = Pool(tuple(Participant(f"e{n}", ranked=("o0",)) for n in range(2)), (Participant("o0"), Participant("o1")))
    settings = Settings(weights={"distance": 100}, rules=(), objective="wishes")
    found = Solved(pool, settings, TAXONOMY, certificate(solve(pool, settings, TAXONOMY, "s")))
    file = read_back(found)
    proof = {name: value for name, value in file["certificate"].items() if name != "seal"}
    proof |= {"pairs": proof["pairs"][:1], "matched": 1, "total": proof["pairs"][0]["score"]}

    worse = sealed({**file, "certificate": PAIRS_ONLY["wishes"].issued(proof)})

    assert [(fault.kind, fault.where) for fault in file_faults(worse)] == [("not_proven", "matched")]
