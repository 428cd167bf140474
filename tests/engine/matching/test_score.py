from dataclasses import fields, replace

import numpy as np
import pytest

import trellis_engine.matching.score as score_module
from tests.engine.matching.worlds import FACTOR_WEIGHTS, SKILLS, TAXONOMY, score_table, worlds
from trellis_engine.matching import (
    HIGHEST_SCORE,
    InputRefused,
    Part,
    Participant,
    Pool,
    Settings,
    parts,
    score_of,
)
from trellis_engine.matching.score import Scorer

PLAIN = Settings(weights=FACTOR_WEIGHTS)


def test_parts_sum_to_the_score_of_every_allowed_pair() -> None:
    for pool, settings in worlds(150):
        for mentee in pool.mentees:
            for mentor in pool.mentors:
                score = score_of(mentee, mentor, settings, TAXONOMY)
                found = parts(mentee, mentor, settings, TAXONOMY)
                assert not score or sum(part.points for part in found) == score
                assert 0 <= score <= HIGHEST_SCORE
                assert all(-1 <= part.feature <= 1000 for part in found)


def test_pair_with_nothing_in_common_scores_one() -> None:
    settings = Settings(weights={"interests": 100})

    found = parts(Participant("e"), Participant("o"), settings, TAXONOMY)

    assert found == (Part("interests", 100, -1, 0), Part("floor", 0, 0, 1))
    assert score_of(Participant("e"), Participant("o"), settings, TAXONOMY) == 1


def test_small_blocks_give_the_same_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_module, "PAIRS_PER_BLOCK", 5)
    for pool, settings in worlds(60, first=500):
        scorer = Scorer(pool, settings, TAXONOMY)
        rows = [scorer.judge(block)[0] for block in scorer.row_blocks()]

        whole = np.concatenate([np.zeros((0, len(pool.mentors)), np.int64), *rows])

        assert (whole == score_table(pool, settings)).all()


def test_ticking_everything_gains_a_mentor_nothing() -> None:
    mentees = tuple(Participant(f"e{n}", skills=((skill, 1),), goal=skill) for n, skill in enumerate(SKILLS))
    honest = Participant("o", skills=(("coaching", 4), ("writing", 4)))
    greedy = replace(honest, skills=tuple((skill, 5) for skill in SKILLS), goal=", ".join(SKILLS))

    totals = [sum(score_of(m, mentor, PLAIN, TAXONOMY) for m in mentees) for mentor in (honest, greedy)]

    assert totals[1] < totals[0]


def test_ticking_everything_gains_a_mentee_nothing() -> None:
    mentors = tuple(Participant(f"o{n}", skills=((skill, 5),)) for n, skill in enumerate(SKILLS))
    honest = Participant("e", skills=(("coaching", 1), ("writing", 1)))
    greedy = replace(honest, skills=tuple((skill, 1) for skill in SKILLS))

    totals = [sum(score_of(mentee, m, PLAIN, TAXONOMY) for m in mentors) for mentee in (honest, greedy)]

    assert totals[1] < totals[0]


def test_score_of_a_pair_does_not_depend_on_the_rest_of_the_pool() -> None:
    for pool, settings in worlds(40, first=900):
        alone = score_table(Pool(pool.mentees[:1], pool.mentors[:1]), settings)

        assert (score_table(pool, settings)[:1, :1] == alone).all()


def test_unknown_factor_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        score_of(Participant("e"), Participant("o"), Settings(weights={"star_sign": 100}), TAXONOMY)

    assert (refused.value.key, refused.value.params) == ("factor_unknown", {"factor": "star_sign"})


def test_participants_have_no_protected_attribute() -> None:
    protected = {"gender", "sex", "age", "birth_date", "ethnicity", "race", "religion", "disability", "nationality"}

    assert not protected & {field.name for field in fields(Participant)}
