"""For a weak pair: who would suit the mentee better, and what the whole plan would then be. Every figure is exact."""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis.kernel.errors import Refusal
from trellis.matching.cost_words import short_words
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.board import shown_score
from trellis.matching.queries.pool import engine_settings
from trellis.matching.queries.rearranged import Move, moves_of
from trellis.matching.queries.rearranging import Rearrangement, ask, choices_for, judged_on, people_of
from trellis.people.models import Person
from trellis_engine.matching import Pool
from trellis_engine.matching.score import ONLY, Scorer

MOST_ASKED = 8  # of those who suit better, cheapest for the whole plan first: each is a plan of its own
MOST_SHOWN = 5


@dataclass(frozen=True)
class Better:
    """Another mentor for the mentee of a pair. `score` 0 to 100; `cost` for the whole plan; `moves`: everybody else
    who would have another mentor."""

    mentor: Person
    score: int
    cost: str
    moves: list[Move]
    plan: Rearrangement


def better_for(found: Round, pair: Proposal) -> list[Better]:
    """Mentors who score higher for this mentee and cost nobody their match, cheapest for the whole plan first.

    None for somebody whom the round was not solved for. The number of queries does not depend on the size of the
    round. Raises Refusal where the board cannot be planned anew.
    """
    mentees, _mentors = people_of(found)
    if pair.mentee.person.external_id not in mentees:
        return []
    scores = _scores(found, pair.mentee.person.external_id)
    choices = [each for each in choices_for(found, pair.mentee.person) if scores[each.mentor] > pair.score]
    codes = [each.mentor for each in choices[:MOST_ASKED]]
    people = {person.external_id: person for person in Person.objects.filter(external_id__in=codes)}
    plans = [(people[code], plan) for code in codes if code in people and (plan := _plan(found, pair, people[code]))]
    plans.sort(key=lambda each: (-each[1].points, each[0].sort_name, each[0].pk))
    return [
        Better(
            mentor, shown_score(scores[mentor.external_id]), short_words(plan.matched, plan.points, exact=True),
            moves_of(found, plan)[1:], plan,
        )
        for mentor, plan in plans[:MOST_SHOWN]
    ]  # fmt: skip


def _plan(found: Round, pair: Proposal, mentor: Person) -> Rearrangement | None:
    try:
        plan = ask(found, pair.mentee.person, mentor)
    except Refusal:  # a place that a pin holds, say: no swap to offer
        return None
    return plan if plan.matched >= 0 else None


def _scores(found: Round, mentee: str) -> Mapping[str, int]:
    """Mentor to score with this mentee; 0 where a rule forbids the pair."""
    pool, taxonomy = judged_on(found)
    alone = Pool((pool.mentee_by_id[mentee],), pool.mentors)
    grid = Scorer(alone, engine_settings(found.settings), taxonomy).judge(ONLY)[0]
    return dict(zip((mentor.id for mentor in pool.mentors), grid[0].tolist(), strict=True))
