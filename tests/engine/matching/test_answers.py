"""Answers to the sign-up form: the factor, worked by hand, and the rules on answers; nobody's answer is ever told."""

import random
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from trellis_engine.matching import (
    InputRefused,
    Participant,
    Pool,
    Rule,
    Settings,
    Taxonomy,
    explain,
    parts,
    solve,
    why_not,
)
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import ScoredQuestion

NOTHING = Taxonomy()


def someone(name: str, **answers: str) -> Participant:
    """Options as letters: topics="ab" chose a and b."""
    return Participant(id=name, answers=tuple((key, frozenset(letters)) for key, letters in answers.items()))


def asking(*questions: ScoredQuestion) -> Settings:
    return Settings(weights={"answers": 100}, rules=(), questions=questions)


def feature(mentee: Participant, mentor: Participant, *questions: ScoredQuestion) -> int:
    return parts(mentee, mentor, asking(*questions), NOTHING)[0].feature


@pytest.mark.parametrize(
    ("mine", "theirs", "worth"),
    [("a", "a", 1000), ("a", "b", 0), ("ab", "ab", 1000), ("ab", "abcd", 500), ("abc", "a", 333), ("", "a", -1)],
)
def test_likeness_is_what_is_shared_of_the_longer_list(mine: str, theirs: str, worth: int) -> None:
    assert feature(someone("m", q=mine), someone("n", q=theirs), ScoredQuestion("q")) == worth


def test_questions_count_by_their_importance_and_only_where_both_answered() -> None:
    mentee, mentor = someone("m", one="a", two="ab", three="a"), someone("n", one="a", two="abcd")
    asked = ScoredQuestion("one", 9), ScoredQuestion("two", 3), ScoredQuestion("three", 9)

    assert feature(mentee, mentor, *asked) == (9 * 1000 + 3 * 500) // 12


@pytest.mark.parametrize(
    ("wants", "offers", "worth"),
    [
        ("a", "a", 1000),  # all that was wanted
        ("ab", "a", 444),  # (1·10 - 2·1) / (2·(10 - 1)): half of it, less what one of ten covers by chance
        ("ab", "ab", 1000),
        ("a", "b", 0),
        ("a", "abcdefghij", 0),  # whoever ticks everything gains nothing
        ("ab", "abcde", 1000),
    ],
)
def test_complement_is_what_the_mentor_covers_beyond_chance(wants: str, offers: str, worth: int) -> None:
    question = ScoredQuestion("q", complement=True, options=10)

    assert feature(someone("m", q=wants), someone("n", q=offers), question) == worth


def test_ticking_more_than_was_wanted_never_gains() -> None:
    """Over every choice of a mentor among five options: more ticks beyond what is wanted never lift the worth."""
    question = ScoredQuestion("q", complement=True, options=5)
    mentee = someone("m", q="ab")
    for size in range(1, 5):
        for chosen in combinations("abcde", size):
            for more in set("cde") - set(chosen):
                before = feature(mentee, someone("n", q="".join(chosen)), question)
                after = feature(mentee, someone("n", q="".join([*chosen, more])), question)
                assert after <= before


@pytest.mark.parametrize(
    ("shared", "asked", "told"), [(1, 1, None), (1, 2, 1), (2, 2, 1), (3, 3, 2), (2, 4, 2), (4, 4, 3)]
)
def test_a_reason_never_tells_every_answer(shared: int, asked: int, told: int | None) -> None:
    keys = [f"q{number}" for number in range(asked)]
    mentee = someone("m", **dict.fromkeys(keys, "a"))
    mentor = someone("n", **{key: "a" if number < shared else "b" for number, key in enumerate(keys)})

    said = explain(
        Pool((mentee,), (mentor,)), asking(*(ScoredQuestion(key) for key in keys)), NOTHING, "m", "n"
    ).reasons

    assert [reason.params["answers"] for reason in said] == ([] if told is None else [told])


@pytest.mark.parametrize(("asked", "told"), [(1, False), (2, False), (3, True)])
def test_a_gap_is_told_only_where_it_names_no_answer(asked: int, told: bool) -> None:
    keys = [f"q{number}" for number in range(asked)]
    mentee, mentor = someone("m", **dict.fromkeys(keys, "a")), someone("n", **dict.fromkeys(keys, "b"))

    gap = explain(Pool((mentee,), (mentor,)), asking(*(ScoredQuestion(key) for key in keys)), NOTHING, "m", "n").gap

    assert (gap is not None) is told
    assert gap is None or (gap.key, gap.params) == ("answers.gap", {})


@pytest.mark.parametrize(
    ("rule", "mine", "theirs", "forbidden"),
    [
        ("answers_must", "a", "b", True), ("answers_must", "ab", "b", False), ("answers_must", "", "b", False),
        ("answers_must_not", "ab", "b", True), ("answers_must_not", "a", "b", False),
        ("answers_must_not", "", "b", False),
    ],
)  # fmt: skip
def test_rules_on_answers(rule: str, mine: str, theirs: str, forbidden: bool) -> None:
    settings = replace(asking(), rules=(Rule(rule, question="q"),))
    pool = Pool((someone("m", q=mine),), (someone("n", q=theirs),))

    refusal = why_not(pool, settings, NOTHING, "m", "n")

    assert (refusal.rule if refusal else None) == (rule if forbidden else None)
    assert refusal is None or refusal.params == {}


@pytest.mark.parametrize("importance", [0, 10])
def test_importance_runs_from_1_to_9(importance: int) -> None:
    with pytest.raises(InputRefused):
        ScoredQuestion("q", importance)


@pytest.mark.parametrize(
    ("rule", "same", "forbidden"),
    [
        (Rule("different_unit"), {"unit": "Legal"}, True),
        (Rule("different_location"), {"location": "Lima"}, True),
        (Rule("different_unit"), {"location": "Lima"}, False),
        (Rule("conflict_guard", maximum=1), {"managers": ("boss", "top")}, True),
        (Rule("eligibility"), {"eligible": False}, True),
        (Rule("eligibility"), {}, False),
    ],
)
def test_rules_on_what_two_people_share(rule: Rule, same: dict[str, object], forbidden: bool) -> None:
    pool = Pool(*((Participant(id=name, **same),) for name in ("m", "n")))

    refusal = why_not(pool, replace(asking(), rules=(rule,)), NOTHING, "m", "n")

    assert (refusal is not None) is forbidden


def test_a_manager_in_common_counts_only_within_so_many_steps() -> None:
    pool = Pool((Participant(id="m", managers=("a", "top")),), (Participant(id="n", managers=("b", "top")),))
    guard = [replace(asking(), rules=(Rule("conflict_guard", maximum=levels),)) for levels in (1, 2)]

    assert [why_not(pool, settings, NOTHING, "m", "n") is None for settings in guard] == [True, False]


@pytest.mark.parametrize("seed", range(12))
def test_the_plan_agrees_with_a_dense_solver_on_what_answers_and_rules_say(seed: int) -> None:
    """The compiled scan is made from classes of people; SciPy is given the plain scores of every pair."""
    draw = random.Random(seed)

    def somebody(name: str) -> Participant:
        chosen = {key: frozenset(draw.sample("abcd", draw.randint(0, 3))) for key in ("one", "two", "must", "apart")}
        return Participant(
            id=name, answers=tuple(chosen.items()), unit=draw.choice(["", "A", "B", "C"]),
            managers=(draw.choice("xyz"), "top"), eligible=draw.random() < 0.9,
        )  # fmt: skip

    pool = Pool(
        tuple(somebody(f"m{number}") for number in range(14)), tuple(somebody(f"n{number}") for number in range(11))
    )
    settings = Settings(
        weights={"answers": 70, "distance": 30}, objective="matched_total",
        questions=(ScoredQuestion("one", 9), ScoredQuestion("two", 2, complement=True, options=4)),
        rules=(
            Rule("answers_must", question="must"), Rule("answers_must_not", question="apart"), Rule("different_unit"),
            Rule("conflict_guard", maximum=1), Rule("eligibility"),
        ),
    )  # fmt: skip
    scores = Scorer(pool, settings, NOTHING).judge(slice(0, 14))[0]
    worth = np.where(scores > 0, scores + 10_000_000, 0)
    rows, columns = linear_sum_assignment(-worth)

    plan = solve(pool, settings, NOTHING, "salt")

    best = worth[rows, columns]
    assert (plan.matched, plan.total) == (int((best > 0).sum()), int((best[best > 0] - 10_000_000).sum()))
    assert all(why_not(pool, settings, NOTHING, pair.mentee, pair.mentor) is None for pair in plan.pairs)
