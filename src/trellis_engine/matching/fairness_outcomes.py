"""What a round did for each mentee, and the yes-or-no questions that compare groups. No group is known here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import Pair
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import Settings


@dataclass(frozen=True)
class Outcome:
    """What a round did for one mentee who looked for a mentor. `eligible`: mentors with a place whom the rules allow;
    `first_choice`: got whom they ranked first, None if they ranked nobody; `score`: of their best pair, None without;
    `waited`: whole days; `factors`: by factor, the features of all allowed pairs added up."""

    id: str
    eligible: int
    matched: bool
    first_choice: bool | None
    score: int | None
    waited: int
    factors: Mapping[str, int] = field(default_factory=dict)


Asked = Callable[[Outcome], bool | None]  # yes, no, or not asked of this one


@dataclass(frozen=True)
class Measure:
    """A yes-or-no question about each mentee, so that groups can be compared by shares."""

    name: str
    middle: float | None  # of everybody, where the question is which half one is in
    asked: Asked


def outcomes(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, pairs: Iterable[Pair], waited: Mapping[str, int]
) -> tuple[Outcome, ...]:
    """What the plan did for each mentee who wants a mentor, in the pool's order. Reads no group."""
    got: dict[str, dict[str, int]] = {}
    for pair in pairs:
        got.setdefault(pair.mentee, {})[pair.mentor] = pair.score
    scorer = Scorer(pool, settings, taxonomy)
    has_place = np.array([mentor.places > 0 for mentor in pool.mentors], np.bool_)
    found = []
    for rows in scorer.row_blocks():
        allowed = (scorer.judge(rows)[0] > 0) & has_place
        sums = {name: (np.maximum(grid, 0) * allowed).sum(1).tolist() for name, grid in scorer.features(rows).items()}
        eligible = allowed.sum(1).tolist()
        for at, mentee in enumerate(pool.mentees[rows]):
            mine = got.get(mentee.id, {})
            found.append(
                Outcome(
                    mentee.id, eligible[at], bool(mine),
                    mentee.ranked[0] in mine if mentee.ranked else None, max(mine.values(), default=None),
                    waited.get(mentee.id, 0), {name: each[at] for name, each in sums.items()},
                )
            )  # fmt: skip
    looking = {mentee.id for mentee in pool.mentees if mentee.places}
    return tuple(outcome for outcome in found if outcome.id in looking)


def measures(people: Sequence[Outcome]) -> tuple[Measure, ...]:
    """The questions of an audit. Halves are made by everybody's middle, so nobody's own number is told."""
    scores = [outcome.score for outcome in people if outcome.score is not None]
    options, score, days = _middle([o.eligible for o in people]), _middle(scores), _middle([o.waited for o in people])
    return (
        Measure("access", options, lambda o: o.eligible >= options),
        Measure("matched", None, lambda o: o.matched),
        Measure("first_choice", None, lambda o: o.first_choice),
        Measure("score", score, lambda o: None if o.score is None else o.score > score),
        Measure("waiting", days, lambda o: o.waited <= days),
    )


def _middle(numbers: Sequence[int]) -> float:
    return float(median(numbers)) if numbers else 0.0
