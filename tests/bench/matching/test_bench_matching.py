from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.bench.matching.cases import CASE_BY_NAME, CASES, RUNNERS, Case
from tests.bench.matching.pools import pool, settings, taxonomy
from tests.bench.matching.report import page, table
from tests.bench.matching.run import Disagreement, Result, agreed
from trellis_engine.matching.score import Scorer

SMALL = replace(CASE_BY_NAME["one-100"], mentees=40, mentors=30)


def scores(case: Case) -> np.ndarray:
    return Scorer(pool(case), settings(case), taxonomy()).judge(slice(0, case.mentees))[0]


def result(runner: str, wall: float = 1.0, **answer: int) -> Result:
    return Result(runner, walls=[wall], cpus=[wall], before=10, peak=30, load=0.5, answer=answer)


def test_same_case_makes_the_same_people_and_another_seed_others() -> None:
    assert pool(SMALL) == pool(SMALL)
    assert pool(SMALL) != pool(replace(SMALL, seed=2))


def test_people_have_the_places_and_wishes_of_the_case() -> None:
    people = pool(replace(SMALL, most_places=5, wants=2))

    assert {mentee.places for mentee in people.mentees} == {2}
    assert {mentor.places for mentor in people.mentors} == {1, 2, 3, 4, 5}
    assert any(person.ranked for person in people.mentees)
    assert {name for person in people.mentees for name in person.ranked} <= set(people.mentor_by_id)


def test_nobody_stands_above_themself() -> None:
    people = pool(SMALL)

    assert all(person.id not in person.managers for person in (*people.mentees, *people.mentors))


def test_doubles_share_few_different_scores() -> None:
    assert len(np.unique(scores(replace(SMALL, profiles=3)))) < len(np.unique(scores(SMALL))) / 10


def test_infeasible_case_leaves_some_without_anybody() -> None:
    reach = (scores(replace(SMALL, infeasible=True)) > 0).any(axis=1)

    assert 0 < reach.sum() < len(reach)


def test_every_runner_of_a_case_has_an_environment() -> None:
    assert {runner for case in CASES for runner in case.runners} == set(RUNNERS)


def test_ratio_is_ours_by_theirs() -> None:
    lines = list(table(SMALL, [result("trellis", 1.0, matched=30, total=9), result("lapx", 4.0, matched=30, total=9)]))

    assert lines[3] == "| lapx | 4.00 | 4.00 | 0.25 | 0.25 | 30 (+20) | 30 | 9 | 1, 0.5 |"


def test_what_failed_is_said_in_its_row_and_never_compared() -> None:
    failed = Result("lapx", failed="over 120 s")

    lines = list(table(SMALL, [result("trellis", matched=30, total=9), failed]))
    agreed(SMALL, [result("trellis", matched=30, total=9), failed])

    assert lines[3] == "| lapx | over 120 s | | | | | | | |"


def test_exact_solvers_that_differ_stop_the_run_and_a_stable_one_does_not() -> None:
    ours = result("trellis", matched=30, total=9)

    agreed(SMALL, [ours, result("matching", matched=29, total=8)])
    with pytest.raises(Disagreement):
        agreed(SMALL, [ours, result("scipy", matched=30, total=8)])


def test_page_names_the_day_the_machine_and_each_case() -> None:
    text = page([(SMALL, [result("trellis", matched=30, total=9)])], ["stable: 0 mismatches"], date(2026, 1, 2))

    assert text.startswith("# Matching beside its peers\n")
    assert "\n2026-01-02. " in text
    assert "\n## 100 × 100, one to one\n" in text
    assert text.endswith("\n- stable: 0 mismatches\n")
