"""The compiled scorer and the plain one: the same numbers for every pair, whatever a pool is made of."""

import os
import random
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.matching.worlds import FACTOR_WEIGHTS, SKILLS, TAXONOMY, TRIALS, world
from trellis_engine.matching import Participant, Pool, Settings, Taxonomy, certificate, solve, verify
from trellis_engine.matching.kernels.scores import TILE, bench, lowest_points, score_tile
from trellis_engine.matching.scan import Scan
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.tables import Table
from trellis_engine.matching.terms import Scored


def by_tiles(pool: Pool, rules: Settings, taxonomy: Taxonomy) -> tuple[np.ndarray, tuple[str, ...]]:
    scorer = Scorer(pool, rules, taxonomy)
    scored = Scored(scorer)
    rows, columns = len(pool.mentees), len(pool.mentors)
    terms, work = scored.of(0, rows), bench()
    found = np.zeros((rows, columns), np.int64)
    for row in range(rows):
        for left in range(0, columns, TILE):
            right = min(left + TILE, columns)
            score_tile(terms, row, left, right, work)
            points = work.score[: right - left]
            found[row, left:right] = np.where(points >= lowest_points(terms, 0), np.maximum(points, 1), 0)
    assert not work.hits.any()
    assert not work.bits.any()  # left clean for the next tile
    return found, scorer.silent


def plainly(pool: Pool, rules: Settings, taxonomy: Taxonomy) -> tuple[np.ndarray, tuple[str, ...]]:
    scorer = Scorer(pool, rules, taxonomy)
    blocks = [scorer.judge(rows)[0] for rows in scorer.row_blocks()]
    return np.concatenate([np.zeros((0, len(pool.mentors)), np.int64), *blocks]), scorer.silent


def test_random_worlds_are_scored_alike() -> None:
    for seed in range(TRIALS // 3):
        pool, rules = world(seed, most=9)
        if not pool.mentees or not pool.mentors:
            continue
        found, silent = by_tiles(pool, rules, TAXONOMY)
        expected, expected_silent = plainly(pool, rules, TAXONOMY)

        assert np.array_equal(found, expected), seed
        assert silent == expected_silent, seed


def test_people_who_seek_and_offer_everything_are_scored_alike() -> None:
    """More steps than there are bits: such rows are scored by the plain definition."""
    skills = tuple(f"skill {n}" for n in range(60))
    words = Taxonomy(related={skill: frozenset(skills[n + 1 : n + 4]) for n, skill in enumerate(skills)})
    chance = random.Random(1)

    def people(letter: str, most: int) -> tuple[Participant, ...]:
        return tuple(
            Participant(f"{letter}{n}", skills=tuple((s, chance.randint(1, 5)) for s in chance.sample(skills, most)))
            for n in range(7)
        )

    rules = Settings(weights={"skill_coverage": 100}, rules=())
    for most in (1, 12, 40, 60):
        pool = Pool(people("e", most), people("o", most))

        assert np.array_equal(by_tiles(pool, rules, words)[0], plainly(pool, rules, words)[0])


def test_pools_wider_than_a_tile_are_scored_alike() -> None:
    pool, rules = world(3, most=6)
    rules = replace(rules, weights=FACTOR_WEIGHTS)
    chance = random.Random(2)
    mentors = tuple(
        replace(chance.choice(pool.mentors), id=f"many{n}", skills=((chance.choice(SKILLS), 5),))
        for n in range(2 * TILE + 5)
    )
    pool = Pool(pool.mentees, mentors)

    assert np.array_equal(by_tiles(pool, rules, TAXONOMY)[0], plainly(pool, rules, TAXONOMY)[0])


def test_best_pairs_are_the_highest_margins_with_ties_to_the_earlier_mentor() -> None:
    for seed in range(300):
        chance = np.random.default_rng(seed)
        pool, rules = world(seed, most=9)
        if not pool.mentees or not pool.mentors:
            continue
        kept = [(e.id, o.id) for e in pool.mentees for o in pool.mentors if chance.random() < 0.2]
        rules = replace(rules, kept=frozenset(kept), keep_bonus=7_000)
        scorer = Scorer(pool, rules, TAXONOMY)
        scores, _ = scorer.judge(slice(0, len(pool.mentees)))
        prices = chance.integers(0, 60_000, len(pool.mentors))
        least, closed = chance.integers(0, 60_000, len(scores)).astype(np.int32), chance.random(len(prices)) < 0.2

        found = Scan(scorer).best(prices, 3, np.full(len(scores), -10_000), least, closed, count=True)

        worth = scores - prices
        for row, column in scorer.encoded.places(rules.kept):
            worth[row, column] += rules.keep_bonus
        expected = [
            (row, int(column), int(worth[row, column]))
            for row in range(len(scores))
            for column in [
                c
                for c in np.argsort(-worth[row], kind="stable")
                if scores[row, c] >= max(least[row], 1) and not closed[c] and worth[row, c] > -10_000
            ][:3]
        ]
        assert (
            list(zip(*(each.tolist() for each in (found.rows, found.columns, found.margins)), strict=True)) == expected
        )
        assert found.highest.tolist() == np.where(closed, 0, scores).max(axis=1).tolist()


CERTIFICATES = """
import hashlib, json
from tests.engine.matching.worlds import TAXONOMY, pinned_world
from trellis_engine.matching import certificate, solve
from trellis_engine.matching.settings import OBJECTIVES
from dataclasses import replace
for seed in range(25):
    pool, rules = pinned_world(seed)
    for objective in OBJECTIVES:
        plan = solve(pool, replace(rules, objective=objective), TAXONOMY, "salt")
        print(hashlib.sha256(json.dumps(certificate(plan)).encode()).hexdigest())
"""


@pytest.mark.parametrize("choice", ["plain", "compile"])
def test_plain_and_compiled_loops_give_the_same_bytes(choice: str) -> None:
    there, here = (
        subprocess.run([sys.executable, "-c", CERTIFICATES], env=env, capture_output=True, text=True, check=True).stdout
        for env in (os.environ | {"TRELLIS_LOOPS": choice}, dict(os.environ))
    )

    assert there == here
    assert len(there.split()) == 25 * 5


def test_plan_of_a_larger_pool_is_proven_over_all_pairs() -> None:
    """Far more pairs than candidates, few distinct people: prices have to work for it."""
    chance = random.Random(4)
    pool, rules = world(8, most=6)
    many = [
        tuple(replace(chance.choice(side), id=f"{letter}{n}", places=places) for n in range(count))
        for letter, side, count, places in (("e", pool.mentees, 160, 1), ("o", pool.mentors, 80, 2))
    ]
    crowd = Pool(*many)
    for objective in ("matched_total", "matched_floor_total", "total"):
        asked = replace(rules, objective=objective, forbidden=frozenset())
        plan = solve(crowd, asked, TAXONOMY, "salt")

        assert verify(certificate(plan), crowd, asked, TAXONOMY) == ()


def test_table_of_more_classes_than_a_code_holds_is_told_in_parts() -> None:
    chance = np.random.default_rng(5)
    points = chance.integers(0, 1000, (7, 23)).astype(np.int32)
    rows, columns = chance.integers(0, 7, 40).astype(np.int32), chance.integers(0, 23, 90).astype(np.int32)

    for most in (2, 5, 23, 24):
        parts = Table(rows, columns, points).parts(most)

        assert max(part.width for part in parts) <= most
        told = sum(part.points[np.ix_(part.rows, part.columns)] for part in parts)
        assert np.array_equal(told, points[np.ix_(rows, columns)])
