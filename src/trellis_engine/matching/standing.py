"""Where a pair stands against the best plan: what forcing it would cost at least."""

from collections.abc import Iterable
from dataclasses import dataclass

from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import PAIRS_IN_A_FIRST, Plan
from trellis_engine.matching.reasons import Refusal
from trellis_engine.matching.score import ONLY, Scorer, why_not
from trellis_engine.matching.settings import Settings


@dataclass(frozen=True)
class Forcing:
    """The least that forcing a pair costs: ``loss`` in units of Plan.value, and the same read apart as mentees left
    without a mentor, points of total score (negative: points gained), and, where pairs are counted, how many fewer
    there are in all (negative: more)."""

    loss: int
    mentees: int
    points: int
    pairs: int = 0

    @classmethod
    def of(cls, loss: int, bonus: int) -> "Forcing":
        """Read a loss apart; without a bonus for anybody's first mentor it is points alone."""
        if not bonus:
            return cls(loss, 0, loss)
        each = bonus // PAIRS_IN_A_FIRST
        counted = (loss + each // 2) // each
        mentees = (counted + PAIRS_IN_A_FIRST // 2) // PAIRS_IN_A_FIRST
        return cls(loss, mentees, loss - counted * each, counted - mentees * PAIRS_IN_A_FIRST)


def cost_of_forcing(
    plan: Plan, pool: Pool, settings: Settings, taxonomy: Taxonomy, mentee_id: str, mentor_id: str
) -> Forcing | Refusal:
    """Lower bound from the plan's prices alone, without solving again: the reduced cost
    u_i + v_j - w_ij of linear programming. 0 for a pair of the plan; the Refusal if a rule or a
    pin stands in the way."""
    mentee, _ = pool.pair(mentee_id, mentor_id)
    refusal = why_not(pool, settings, taxonomy, mentee_id, mentor_id)
    if refusal:
        return refusal
    if (mentee_id, mentor_id) in settings.pinned:
        return Forcing(0, 0, 0)
    wants = mentee.places - sum(pin[0] == mentee_id for pin in settings.pinned)
    open_places = {person.id: person.places for person in pool.mentors}
    for _, pinned_mentor in settings.pinned:
        open_places[pinned_mentor] -= 1
    if wants <= 0 or open_places[mentor_id] <= 0:
        return Refusal("places_taken_by_pins", {})
    scores = Scorer(Pool((mentee,), pool.mentors), settings, taxonomy).judge(ONLY)[0][0].tolist()
    margins = {
        person.id: score + plan.pair_bonus - plan.prices[person.id]
        for person, score in zip(pool.mentors, scores, strict=True)
        if score and open_places[person.id] > 0 and (mentee_id, person.id) not in settings.pinned
    }
    bonus = plan.bonus if wants == mentee.places else 0
    free = best_of(margins.values(), wants, bonus)
    forced = margins.pop(mentor_id) + bonus
    loss = free - forced - best_of(margins.values(), wants - 1, 0)
    return Forcing.of(loss, plan.bonus)


def best_of(margins: Iterable[int], wants: int, bonus: int) -> int:
    """The most a mentee can gain from at most ``wants`` mentors, the first earning the bonus."""
    best = sorted(margins, reverse=True)[:wants]
    first = [best[0] + bonus] if best else []
    return sum(max(margin, 0) for margin in first + best[1:])
