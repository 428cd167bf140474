"""What a round did for each mentee, mentor or peer, and the yes-or-no questions that compare groups.

No group is known here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations
from statistics import median

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.peers import PeerScores
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.plan import Pair
from trellis_engine.matching.score import Scorer
from trellis_engine.matching.settings import Settings

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outcome:
    """What a round did for one person who took part in it. `eligible`: people on the other side with a place whom the
    rules allow; `first_choice`: got whom they ranked first, None if they ranked nobody; `score`: of their best pair,
    None without; `waited`: whole days; `factors`: by factor, the features of all allowed pairs added up. Of mentors:
    `load`, how many mentees they got, and `wished`, whether any mentee ranked them (None where none ranked anybody)."""

    id: str
    eligible: int
    matched: bool
    first_choice: bool | None
    score: int | None
    waited: int
    factors: Mapping[str, int] = field(default_factory=dict)
    load: int = 0
    wished: bool | None = None


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
    got = _got((pair.mentee, pair.mentor, pair.score) for pair in pairs)
    scorer = Scorer(pool, settings, taxonomy)
    has_place = np.array([mentor.places > 0 for mentor in pool.mentors], np.bool_)
    found = []
    for rows in scorer.row_blocks():
        allowed = (scorer.judge(rows)[0] > 0) & has_place
        sums = {name: (np.maximum(grid, 0) * allowed).sum(1).tolist() for name, grid in scorer.features(rows).items()}
        eligible = allowed.sum(1).tolist()
        for at, mentee in enumerate(pool.mentees[rows]):
            factors = {name: each[at] for name, each in sums.items()}
            found.append(_outcome(mentee, eligible[at], got, waited, factors, scored=bool(settings.weights)))
    looking = {mentee.id for mentee in pool.mentees if mentee.places}
    return tuple(outcome for outcome in found if outcome.id in looking)


def outcomes_of_mentors(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, pairs: Iterable[Pair], waited: Mapping[str, int]
) -> tuple[Outcome, ...]:
    """The same for each mentor who offered a place: how many mentees they could have had, and how many they got."""
    got = _got((pair.mentor, pair.mentee, pair.score) for pair in pairs)
    scorer = Scorer(pool, settings, taxonomy)
    looks = np.array([mentee.places > 0 for mentee in pool.mentees], np.bool_)[:, None]
    eligible = np.zeros(len(pool.mentors), np.int64)
    sums: dict[str, Ints] = {factor.name: np.zeros(len(pool.mentors), np.int64) for factor in scorer.factors}
    for rows in scorer.row_blocks():
        allowed = (scorer.judge(rows)[0] > 0) & looks[rows]
        eligible += allowed.sum(0)
        for name, grid in scorer.features(rows).items():
            sums[name] += (np.maximum(grid, 0) * allowed).sum(0)
    ranked = {mentor for mentee in pool.mentees if mentee.places for mentor in mentee.ranked}
    found = []
    for at, mentor in enumerate(pool.mentors):
        if mentor.places:
            factors = {name: int(each[at]) for name, each in sums.items()}
            one = _outcome(mentor, int(eligible[at]), got, waited, factors, scored=bool(settings.weights))
            load = len(got.get(mentor.id, {}))
            found.append(replace(one, load=load, wished=mentor.id in ranked if ranked else None))
    return tuple(found)


def outcomes_of_peers(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, pairs: Iterable[Pair], waited: Mapping[str, int],
    symmetric: str,
) -> tuple[Outcome, ...]:  # fmt: skip
    """The same for everybody who looked for a partner among equals. A rule against either direction counts."""
    crowd = Pool(pool.mentees, tuple(pool.mentor_by_id[person.id] for person in pool.mentees))
    both = [(one, two, pair.score) for pair in pairs for one, two in permutations((pair.mentee, pair.mentor))]
    got, scores = _got(both), PeerScores(crowd, settings, taxonomy, symmetric)
    found = []
    for rows, grid in scores.blocks():
        allowed = (grid > 0) & scores.looking
        features = scores.scorer.features(rows)
        sums = {name: (np.maximum(each, 0) * allowed).sum(1).tolist() for name, each in features.items()}
        eligible = allowed.sum(1).tolist()
        for at, person in enumerate(crowd.mentees[rows]):
            if scores.looking[rows.start + at]:
                factors = {name: each[at] for name, each in sums.items()}
                found.append(_outcome(person, eligible[at], got, waited, factors, scored=bool(settings.weights)))
    return tuple(found)


def _got(pairs: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """Each person's partners with the scores of their pairs."""
    got: dict[str, dict[str, int]] = {}
    for one, other, score in pairs:
        got.setdefault(one, {})[other] = score
    return got


def _outcome(
    person: Participant, eligible: int, got: Mapping[str, Mapping[str, int]], waited: Mapping[str, int],
    factors: Mapping[str, int], *, scored: bool,
) -> Outcome:  # fmt: skip
    mine = got.get(person.id, {})
    return Outcome(
        person.id, eligible, bool(mine), person.ranked[0] in mine if person.ranked else None,
        max(mine.values(), default=None) if scored else None, waited.get(person.id, 0), factors,
    )  # fmt: skip


def measures_of_mentors(people: Sequence[Outcome]) -> tuple[Measure, ...]:
    """The questions about mentors: could they be chosen, were they, and do some carry more than others?"""
    options, load = _middle([o.eligible for o in people]), _middle([o.load for o in people if o.matched])
    return (
        Measure("choice", options, lambda o: o.eligible >= options),
        Measure("wished", None, lambda o: o.wished),
        Measure("chosen", None, lambda o: o.matched),
        Measure("load", load, lambda o: o.load <= load if o.matched else None),
    )


def measures(people: Sequence[Outcome]) -> tuple[Measure, ...]:
    """The questions of an audit. Halves are made by everybody's middle, so nobody's own number is told. Where nobody
    was scored, nobody's match is the better one."""
    scores = [outcome.score for outcome in people if outcome.score is not None]
    options, score, days = _middle([o.eligible for o in people]), _middle(scores), _middle([o.waited for o in people])
    asks = (
        Measure("access", options, lambda o: o.eligible >= options),
        Measure("matched", None, lambda o: o.matched),
        Measure("first_choice", None, lambda o: o.first_choice),
        Measure("score", score, lambda o: None if o.score is None else o.score > score),
        Measure("waiting", days, lambda o: o.waited <= days),
    )
    unscored = any(person.matched for person in people) and not scores
    return tuple(ask for ask in asks if not (unscored and ask.name == "score"))


def _middle(numbers: Sequence[int]) -> float:
    return float(median(numbers)) if numbers else 0.0
