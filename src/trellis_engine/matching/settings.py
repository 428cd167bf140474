"""How a round is matched: weights of the factors, hard rules, pinned and forbidden pairs."""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis_engine.matching.reasons import InputRefused

FEATURE_SCALE = 1000
WEIGHT_TOTAL = 100
HIGHEST_SCORE = FEATURE_SCALE * WEIGHT_TOTAL


# In the order in which the parts of each are put first; docs/explanation says what each one promises.
OBJECTIVES = ("matched_floor_total", "matched_total", "total", "wishes", "stable")


@dataclass(frozen=True)
class Rule:
    """A hard rule by name; the limits are read by ``level_gap`` (levels), ``time_zone`` (hours) and
    ``conflict_guard`` (levels upward), ``question`` by ``answers_must`` and ``answers_must_not``."""

    name: str
    minimum: int | None = None
    maximum: int | None = None
    question: str = ""


USUAL_RULES = (Rule("reporting_line"), Rule("no_match_list"), Rule("common_language"))


IMPORTANCE = range(1, 10)


@dataclass(frozen=True)
class ScoredQuestion:
    """A question of the sign-up form whose answers the factor ``answers`` compares.

    ``importance`` is its weight among the questions, 1..9. ``complement``: what counts is how much of what
    the mentee chose the mentor chose too, instead of how alike the two lists are; ``options`` then says
    how many there are to choose from.
    """

    key: str
    importance: int = 5
    complement: bool = False
    options: int = 0

    def __post_init__(self) -> None:
        if self.importance not in IMPORTANCE:
            raise InputRefused("number_out_of_range", id=self.key, field="importance")


@dataclass(frozen=True)
class Settings:
    """The programme's matching settings.

    ``weights``: factor name -> whole number, summing to 100; a factor left out weighs 0. No weight at
    all scores nobody: every allowed pair has the score 1, and the salt decides between them.
    ``forbidden`` and ``pinned`` hold (mentee id, mentor id). ``minimum_score`` is in score
    units, 0..100 000. ``same_person``, ``forbidden_pair`` and ``minimum_score`` are always in
    force and need no entry in ``rules``.

    ``objective`` is one of OBJECTIVES. ``spread``: points that each mentee costs whom a mentor takes
    on beyond the first, counting those they have already, so that load is shared out. ``kept``:
    pairs that stand already, each worth ``keep_bonus`` points more to the plan (never to its score).
    """

    weights: Mapping[str, int]
    ideal_level_gap: tuple[int, int] = (1, 3)
    rules: tuple[Rule, ...] = USUAL_RULES
    forbidden: frozenset[tuple[str, str]] = frozenset()
    pinned: frozenset[tuple[str, str]] = frozenset()
    minimum_score: int = 0
    objective: str = OBJECTIVES[0]
    spread: int = 0
    kept: frozenset[tuple[str, str]] = frozenset()
    keep_bonus: int = 0
    questions: tuple[ScoredQuestion, ...] = ()

    def __post_init__(self) -> None:
        for factor, weight in self.weights.items():
            if type(weight) is not int or weight < 0:
                raise InputRefused("weight_not_whole", factor=factor)
        if self.weights and sum(self.weights.values()) != WEIGHT_TOTAL:
            raise InputRefused("weights_not_100", sum=sum(self.weights.values()))
        if self.ideal_level_gap[0] > self.ideal_level_gap[1]:
            raise InputRefused("ideal_gap_reversed")
        if self.objective not in OBJECTIVES:
            raise InputRefused("objective_unknown", objective=self.objective)
        for name in ("spread", "keep_bonus"):
            if not 0 <= getattr(self, name) <= HIGHEST_SCORE:
                raise InputRefused("number_out_of_range", id="settings", field=name)
