"""Scores in both directions: with the compiler or without, what the plain scorer says of every single pair."""

import os
import random
import subprocess
import sys
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import trellis_engine.matching.both_ways as both_ways_module
from tests.engine.matching.worlds import FACTOR_WEIGHTS, SKILLS, TAXONOMY, TIED_WEIGHTS, TRIALS, person, score_table
from trellis_engine.matching import Pool, Rule, Settings
from trellis_engine.matching.both_ways import BothWays
from trellis_engine.matching.kernels import COMPILED
from trellis_engine.matching.kernels.scores import TILE
from trellis_engine.matching.score import Scorer

RULES = (Rule("reporting_line"), Rule("no_match_list"), Rule("common_language"))


def crowd(seed: int, most: int = 9) -> tuple[Pool, Settings]:
    """The same people on both sides; in every third crowd they seek other things than they give."""
    chance = random.Random(seed)
    names = tuple(f"p{n}" for n in range(chance.randint(0, most)))
    sides = [tuple(person(chance, name, others=names, most_places=2) for name in names) for _ in (0, 1)]
    settings = Settings(
        weights=FACTOR_WEIGHTS if seed % 2 else TIED_WEIGHTS,
        rules=RULES[: seed % 4],
        forbidden=frozenset(pair for pair in product(names, names) if chance.random() < 0.2),
        minimum_score=chance.choice([0, 0, 20_000]),
    )
    return Pool(sides[0], sides[seed % 3 == 0]), settings


def both(pool: Pool, settings: Settings) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    scorer = Scorer(pool, settings, TAXONOMY)
    there, back = (np.zeros((len(pool.mentees), len(pool.mentors)), np.int64) for _ in (0, 1))
    for rows, one, other in BothWays(scorer).blocks():
        there[rows], back[rows] = one, other
    return there, back, scorer.silent


def test_every_pair_has_the_scores_of_its_two_directions() -> None:
    for seed in range(TRIALS // 6):
        pool, settings = crowd(seed)
        expected = score_table(pool, settings)

        there, back, _ = both(pool, settings)

        assert np.array_equal(there, expected), seed
        assert np.array_equal(back, expected.T), seed


def test_single_lines_and_silent_factors_are_the_same() -> None:
    for seed in range(60):
        pool, settings = crowd(seed)
        ways, plain = BothWays(Scorer(pool, settings, TAXONOMY)), Scorer(pool, settings, TAXONOMY)
        there, back, silent = both(pool, settings)
        for rows in plain.row_blocks():
            plain.judge(rows)
        for row in range(len(pool.mentees)):
            one, other = ways.line(row)

            assert np.array_equal(one, there[row])
            assert np.array_equal(other, back[row])
        assert silent == plain.silent


def test_crowds_in_many_parts_are_scored_alike_without_the_compiler(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiled loops take whole tiles, so where they are used a process without them is asked."""
    if COMPILED:
        here = f"{__file__}::{request.node.name}"
        words = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", here]
        subprocess.run(words, env=os.environ | {"TRELLIS_LOOPS": "plain"}, capture_output=True, check=True)
        return
    monkeypatch.setattr(both_ways_module, "PEOPLE_AT_A_TIME", 4)
    monkeypatch.setattr(both_ways_module, "ROWS_AT_A_TIME", 3)
    test_every_pair_has_the_scores_of_its_two_directions()


@pytest.mark.skipif(not COMPILED, reason="plain loops would take minutes")
def test_crowds_larger_than_a_tile_are_scored_alike() -> None:
    few, settings = crowd(9)
    chance = random.Random(4)
    sides = [
        tuple(
            replace(chance.choice(side), id=f"many{n}", skills=((chance.choice(SKILLS), chance.randint(1, 5)),))
            for n in range(TILE + 40)
        )
        for side in (few.mentees, few.mentors)
    ]
    pool = Pool(*sides)
    settings = replace(settings, weights=FACTOR_WEIGHTS)

    there, back, _ = both(pool, settings)

    for rows in (slice(0, 30), slice(TILE - 20, TILE + 40)):
        expected = Scorer(Pool(pool.mentees[rows], pool.mentors), settings, TAXONOMY)
        turned = Scorer(Pool(pool.mentees, pool.mentors[rows]), settings, TAXONOMY)
        behind = np.concatenate([turned.judge(part)[0] for part in turned.row_blocks()])
        assert np.array_equal(there[rows], expected.judge(slice(0, len(expected.encoded.mentees)))[0])
        assert np.array_equal(back[rows], behind.T)
