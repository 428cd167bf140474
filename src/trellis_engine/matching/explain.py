"""Why two people were put together: the strongest reasons and one honest gap, the same for both."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from trellis_engine.matching.factors import FACTOR_BY_NAME, Couple
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.reasons import Reason
from trellis_engine.matching.score import Part, Scorer, parts_at
from trellis_engine.matching.settings import FEATURE_SCALE, Settings

REASONS = 3
AT_A_TIME = 32  # pairs: more with each other cost more than they spare
# A factor half met or better is not worth calling a gap.
WEAK = FEATURE_SCALE // 2


@dataclass(frozen=True)
class Explanation:
    """Up to three reasons, strongest first; fewer when fewer factors speak for the pair."""

    reasons: tuple[Reason, ...]
    gap: Reason | None
    score: int


def explain(pool: Pool, settings: Settings, taxonomy: Taxonomy, mentee_id: str, mentor_id: str) -> Explanation:
    """The explanation both people read. A forbidden pair has score 0 and nothing to say: see why_not."""
    return next(explain_all(pool, settings, taxonomy, [(mentee_id, mentor_id)]))


def explain_all(
    pool: Pool, settings: Settings, taxonomy: Taxonomy, pairs: Sequence[tuple[str, str]]
) -> Iterator[Explanation]:
    """The same for many pairs, in their order. Some are scored at a time: all of them with each other takes less than
    each alone."""
    for start in range(0, len(pairs), AT_A_TIME):
        yield from _explained([pool.pair(*ids) for ids in pairs[start : start + AT_A_TIME]], settings, taxonomy)


def _explained(
    pairs: Sequence[tuple[Participant, Participant]], settings: Settings, taxonomy: Taxonomy
) -> Iterator[Explanation]:
    mentees, mentors = (tuple({person.id: person for person in side}.values()) for side in zip(*pairs, strict=True))
    scorer, everybody = Scorer(Pool(mentees, mentors), settings, taxonomy), slice(0, len(mentees))
    features = scorer.features(everybody)
    scores, _failing = scorer.judge(everybody, features)
    for mentee, mentor in pairs:
        at = scorer.encoded.mentee_rows[mentee.id], scorer.encoded.mentor_columns[mentor.id]
        couple = Couple(mentee, mentor, settings, taxonomy)
        yield _told(int(scores[at]), parts_at(features, scorer.weights, *at), couple)


def _told(score: int, parts: Iterable[Part], couple: Couple) -> Explanation:
    if not score:
        return Explanation((), None, 0)
    ranked = sorted(parts, key=lambda part: -part.points)
    told = (_reason(part, couple) for part in ranked if part.feature > 0)
    reasons = tuple(islice((reason for reason in told if reason), REASONS))
    return Explanation(reasons, _gap(ranked, reasons, couple), score)


def _reason(part: Part, couple: Couple) -> Reason | None:
    told = FACTOR_BY_NAME[part.factor].reason(couple)
    return told and Reason(part.factor, f"{part.factor}.{told[0]}", told[1])


def _gap(ranked: list[Part], reasons: tuple[Reason, ...], couple: Couple) -> Reason | None:
    """The stated factor that cost the pair most points, unless it already is a reason."""
    shown = {reason.factor for reason in reasons}
    weak = [part for part in ranked if 0 <= part.feature < WEAK and part.weight and part.factor not in shown]
    for part in sorted(weak, key=lambda part: part.points - part.weight * FEATURE_SCALE):
        wording = FACTOR_BY_NAME[part.factor].gap
        told = wording(couple) if wording else None
        if told is not None:
            return Reason(part.factor, f"{part.factor}.gap", told)
    return None
