"""One pair scored alone, and pairs that need not be looked at again: both held against all pairs."""

import random
from dataclasses import replace

import numpy as np
import pytest

from tests.engine.matching.worlds import FACTOR_WEIGHTS, SKILLS, TAXONOMY, TRIALS, world
from trellis_engine.matching import Participant, Pool, Settings, Taxonomy, reserve
from trellis_engine.matching.kernels.scores import FORBIDS, TILE, bench, score_tile
from trellis_engine.matching.kernels.singles import points_of
from trellis_engine.matching.live import Live
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.terms import Scored


def alike(pool: Pool, rules: Settings, taxonomy: Taxonomy, taken: tuple[tuple[int, int], ...] = ()) -> None:
    """Every pair alone has the points that it has in its tile; forbidden ones are below any score in both."""
    terms, work = Scored(Scorer(pool, rules, taxonomy), taken).of(0, len(pool.mentees)), bench()
    columns = len(pool.mentors)
    for row in range(len(pool.mentees)):
        for left in range(0, columns, TILE):
            right = min(left + TILE, columns)
            with np.errstate(over="ignore"):  # uncompiled, the counting of bits runs over its words
                score_tile(terms, row, left, right, work)
            alone = np.array([points_of(terms, row, column) for column in range(left, right)])
            points = work.score[: right - left]
            allowed = points > FORBIDS // 2
            assert np.array_equal(allowed, alone > FORBIDS // 2), row
            assert np.array_equal(points[allowed], alone[allowed]), row


def test_random_pairs_are_scored_alone_as_in_their_tile() -> None:
    for seed in range(TRIALS // 6):
        chance = random.Random(seed)
        pool, rules = world(seed, most=9)
        if not pool.mentees or not pool.mentors:
            continue
        rules = replace(rules, weights=FACTOR_WEIGHTS)
        alike(pool, rules, TAXONOMY, ((chance.randrange(len(pool.mentees)), chance.randrange(len(pool.mentors))),))


def test_people_who_seek_everything_are_scored_alone_as_in_their_tile() -> None:
    """Some have more steps than there are bits."""
    skills = tuple(f"skill {n}" for n in range(60))
    words = Taxonomy(related={skill: frozenset(skills[n + 1 : n + 4]) for n, skill in enumerate(skills)})
    chance = random.Random(1)

    def people(letter: str) -> tuple[Participant, ...]:
        return tuple(
            Participant(f"{letter}{n}", skills=tuple((s, chance.randint(1, 5)) for s in chance.sample(skills, most)))
            for n, most in enumerate((1, 3, 12, 20, 40, 60))
        )

    alike(Pool(people("e"), people("o")), Settings(weights={"skill_coverage": 100}, rules=()), words)


def test_pairs_beyond_the_first_tile_are_scored_alone_as_in_their_tile() -> None:
    pool, rules = world(3, most=6)
    chance = random.Random(2)
    mentors = tuple(
        replace(chance.choice(pool.mentors), id=f"many{n}", skills=((chance.choice(SKILLS), 5),))
        for n in range(TILE + 5)
    )
    alike(Pool(pool.mentees[:2], mentors), replace(rules, weights=FACTOR_WEIGHTS), TAXONOMY)


def test_no_pair_that_is_not_a_candidate_lies_above_its_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "KEPT", 1)
    monkeypatch.setattr(reserve, "SINGLE", 0)  # ask pair by pair, few as they are
    doubted = 0
    for seed in range(TRIALS // 15):
        pool, rules = world(seed, most=10)
        if not pool.mentees or not pool.mentors:
            continue
        live, chance = Live(pool, rules, TAXONOMY, "salt"), random.Random(seed)
        for _ in range(4):
            live.pin(chance.choice(pool.mentees).id, chance.choice(pool.mentors).id)
            program, levels = live.solving.program, live._reserve.levels
            scores, _ = live.solving.openings.scorer.judge(slice(0, program.n))
            scores[np.divmod(program.codes, program.m)] = 0
            worths, prices = program.worths[:, None], program.prices
            open_ones = (scores > 0) & (program.limit[: program.n, None] > 0) & (program.limit[program.n :] > 0)

            assert (scores <= levels.rows[:, None] + levels.columns)[scores > 0].all(), seed
            assert (scores <= worths + prices)[open_ones].all(), seed
            doubted += int(((worths + prices) < (levels.rows[:, None] + levels.columns))[open_ones].sum())
    assert doubted
