"""Why two people were put together: the strongest reasons and one honest gap, the same for both."""

from dataclasses import dataclass

from trellis_engine.matching.factors import FACTOR_BY_NAME, Couple
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.reasons import Reason
from trellis_engine.matching.score import ONLY, Part, pair_scorer, parts_of
from trellis_engine.matching.settings import FEATURE_SCALE, Settings

REASONS = 3
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
    mentee, mentor = pool.pair(mentee_id, mentor_id)
    scorer = pair_scorer(mentee, mentor, settings, taxonomy)
    score = int(scorer.judge(ONLY)[0][0, 0])
    if not score:
        return Explanation((), None, 0)
    couple = Couple(mentee, mentor, settings, taxonomy)
    ranked = sorted(parts_of(scorer), key=lambda part: -part.points)
    told = (_reason(part, couple) for part in ranked if part.feature > 0)
    reasons = tuple(reason for reason in told if reason)[:REASONS]
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
