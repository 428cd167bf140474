"""Random small worlds for the engine's tests: few distinct answers, so that ties are everywhere."""

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.optimize import linear_sum_assignment, linprog

from trellis_engine.matching import Participant, Pool, Rule, Settings, Taxonomy, score_of
from trellis_engine.matching.score import Scorer

TRIALS = int(os.environ.get("TRELLIS_TRIALS", "3000"))

FACTOR_WEIGHTS = {
    "skill_coverage": 20,
    "goal_fit": 10,
    "values_style": 10,
    "career_path": 10,
    "seniority_gap": 10,
    "distance": 10,
    "experience": 5,
    "interests": 5,
    "availability": 10,
    "mutual_preference": 5,
    "balance": 5,
}
TIED_WEIGHTS = {"distance": 60, "seniority_gap": 40}
SKILLS = ("coaching", "debating", "drawing", "leading", "listening", "planning", "selling", "speaking")
SKILLS = (*SKILLS, "testing", "writing", "editing", "singing")
TAXONOMY = Taxonomy(
    related={
        "coaching": frozenset({"listening", "leading"}),
        "debating": frozenset({"speaking"}),
        "writing": frozenset({"editing", "speaking"}),
    },
    phrases={skill.title(): skill for skill in SKILLS} | {"public speaking": "speaking"},
)


def some(chance: random.Random, things: tuple[str, ...], most: int) -> frozenset[str]:
    return frozenset(chance.sample(things, chance.randint(0, most)))


def person(chance: random.Random, name: str, *, others: tuple[str, ...], most_places: int) -> Participant:
    skills = sorted(some(chance, SKILLS, 3))  # a set is walked in another order in every process
    return Participant(
        id=name,
        level=chance.randint(0, 3),
        skills=tuple((skill, chance.randint(1, 5)) for skill in skills),
        goal=chance.choice(["", "Get better at writing", "coaching, and public speaking!", "a rise"]),
        working_style=chance.choice(["", "direct", "structured"]),
        values=some(chance, ("craft", "impact", "status"), 2),
        availability=some(chance, ("Mon am", "Tue pm", "after lunch"), 2),
        languages=some(chance, ("en", "fr"), 2),
        unit=chance.choice(["", "sales", "legal"]),
        location=chance.choice(["Oslo", "Lima"]),
        utc_offset_minutes=chance.choice([0, 0, 330]),
        managers=(chance.choice(others),) if chance.random() < 0.1 else (),
        no_match=frozenset(chance.sample(others, 1)) if chance.random() < 0.15 else frozenset(),
        ranked=tuple(chance.sample(others, min(2, len(others)))) if chance.random() < 0.3 else (),
        places=chance.randint(0 if chance.random() < 0.2 else 1, most_places),
        busy=chance.randint(0, 1),
        track=chance.choice(["", "lead", "expert"]),
        aims=some(chance, ("lead", "expert"), 1),
        experience=some(chance, ("parent", "carer"), 1),
        interests=some(chance, ("chess", "hiking"), 2),
    )


def world(seed: int, *, most: int = 6, wants: int = 2) -> tuple[Pool, Settings]:
    """A pool with capacities, wants, forbidden pairs and ties, and settings to match it with."""
    chance = random.Random(seed)
    mentees = tuple(f"e{n}" for n in range(chance.randint(0, most)))
    mentors = tuple(f"o{n}" for n in range(chance.randint(0, most)))
    if mentees and mentors and chance.random() < 0.2:
        mentors = (mentees[0], *mentors[1:])
    others = (*mentees, *mentors)
    pool = Pool(
        tuple(person(chance, name, others=others, most_places=chance.randint(1, wants)) for name in mentees),
        tuple(person(chance, name, others=others, most_places=3) for name in mentors),
    )
    pairs = [pair for pair in product(mentees, mentors) if chance.random() < 0.2]
    rules = (Rule("reporting_line"), Rule("no_match_list"), Rule("common_language"))
    return pool, Settings(
        weights=TIED_WEIGHTS if seed % 3 else FACTOR_WEIGHTS,
        rules=rules[: chance.randint(0, 3)],
        forbidden=frozenset(pairs),
        minimum_score=chance.choice([0, 0, 20_000]),
        objective="matched_total",
    )


def pinned_world(seed: int) -> tuple[Pool, Settings]:
    """A world of which one or two allowed pairs are pinned, as far as places go."""
    pool, settings = world(seed)
    scores = scores_of(pool, settings)
    allowed = [
        (e.id, o.id)
        for (i, e), (j, o) in product(enumerate(pool.mentees), enumerate(pool.mentors))
        if scores[i, j] and e.places and o.places
    ]
    chosen = random.Random(seed).sample(allowed, min(2, len(allowed)))
    if len({e for e, _ in chosen}) < len(chosen) or len({o for _, o in chosen}) < len(chosen):
        chosen = chosen[:1]
    return pool, replace(settings, pinned=frozenset(chosen))


def worlds(count: int, first: int = 0) -> Iterator[tuple[Pool, Settings]]:
    return (world(seed) for seed in range(first, first + count))


def score_table(pool: Pool, settings: Settings) -> np.ndarray:
    """Scores one pair at a time, independent of the blocks the solver uses."""
    table = [[score_of(e, o, settings, TAXONOMY) for o in pool.mentors] for e in pool.mentees]
    return np.array(table, np.int64).reshape(len(pool.mentees), len(pool.mentors))


def scores_of(pool: Pool, settings: Settings) -> np.ndarray:
    """The same by the reference at one go, where what is proven is the plan: test_score.py holds the two together."""
    return Scorer(pool, settings, TAXONOMY).judge(slice(0, len(pool.mentees)))[0]


def optimum(scores: np.ndarray, wants: list[int], places: list[int], bonus: list[int]) -> int:
    """The best value by SciPy: copies of places when everybody wants one, otherwise the linear program."""
    if not scores.size:
        return 0
    if set(wants) <= {0, 1}:
        return _by_copies(scores, wants, places, bonus)
    return _by_program(scores, wants, places, bonus)


def _by_copies(scores: np.ndarray, wants: list[int], places: list[int], bonus: list[int]) -> int:
    worth = np.where(scores > 0, scores + np.array(bonus)[:, None], 0) * np.array(wants)[:, None]
    copies = np.repeat(worth, places, axis=1)
    return int(copies[linear_sum_assignment(copies, maximize=True)].sum())


def _by_program(scores: np.ndarray, wants: list[int], places: list[int], bonus: list[int]) -> int:
    many, few = scores.shape
    gain = np.concatenate([scores.ravel(), bonus])
    mentee_rows = np.hstack([np.kron(np.eye(many), np.ones(few)), np.zeros((many, many))])
    mentor_rows = np.hstack([np.tile(np.eye(few), many), np.zeros((few, many))])
    first_rows = np.hstack([-np.kron(np.eye(many), np.ones(few)), np.eye(many)])
    upper = np.concatenate([(scores > 0).ravel(), np.ones(many)])
    found = linprog(
        -gain / 1000,
        A_ub=np.vstack([mentee_rows, mentor_rows, first_rows]),
        b_ub=np.concatenate([wants, places, np.zeros(many)]),
        bounds=np.column_stack([np.zeros(len(upper)), upper]),
    )
    return int(gain @ np.rint(found.x).astype(np.int64))
