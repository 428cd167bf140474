"""From people to a plan: pins first, then the exact solver, then a reason for everyone left."""

from collections.abc import Iterable

import numpy as np

from trellis_engine.matching.assign import Graph, assign
from trellis_engine.matching.hashing import hash_inputs, hash_settings, salted_order
from trellis_engine.matching.leftover import Tally
from trellis_engine.matching.people import Pool, Taxonomy
from trellis_engine.matching.plan import OBJECTIVE, Pair, Plan
from trellis_engine.matching.reasons import PinRefused, Refusal
from trellis_engine.matching.score import Scorer, score_of, why_not
from trellis_engine.matching.settings import HIGHEST_SCORE, Settings


def solve(pool: Pool, settings: Settings, taxonomy: Taxonomy, salt: str) -> Plan:
    """The plan that matches most mentees and, among those, has the highest total score.

    Exact; the same facts and salt give the same bytes in any row order, because rows are first
    put in an order made from ``salt``, which also decides between equal plans. Raises
    InputRefused for unusable settings and PinRefused for a pin that breaks a rule.
    """
    pool = Pool(salted_order(salt, pool.mentees), salted_order(salt, pool.mentors))
    pins = _pins(pool, settings, taxonomy)
    bonus = _bonus(pool)
    scorer = Scorer(pool, settings, taxonomy)
    tally = Tally(pool, scorer.rules)
    assignment = assign(_graph(pool, scorer, tally, pins, bonus))
    found = [Pair(pool.mentees[i].id, pool.mentors[j].id, score) for i, j, score in assignment.pairs]
    pairs = tuple(sorted([*pins, *found]))
    prices = {person.id: price for person, price in zip(pool.mentors, assignment.prices, strict=True)}
    return Plan(
        pairs=pairs,
        total=sum(pair.score for pair in pairs),
        matched=len({pair.mentee for pair in pairs}),
        unmatched=tally.unmatched(pairs),
        prices=dict(sorted(prices.items())),
        bonus=bonus,
        objective=OBJECTIVE,
        silent=scorer.silent,
        settings_hash=hash_settings(settings),
        input_hash=hash_inputs(pool, taxonomy),
        salt=salt,
    )


def _bonus(pool: Pool) -> int:
    """More than twice any possible total, so that counts and totals can be read back apart."""
    places = min(sum(person.places for person in side) for side in (pool.mentees, pool.mentors))
    return 2 * HIGHEST_SCORE * places + 1


def _pins(pool: Pool, settings: Settings, taxonomy: Taxonomy) -> list[Pair]:
    pins: list[Pair] = []
    for mentee, mentor in sorted(settings.pinned):
        refusal = why_not(pool, settings, taxonomy, mentee, mentor)
        taken = (sum(p.mentee == mentee for p in pins), sum(p.mentor == mentor for p in pins))
        people = pool.pair(mentee, mentor)
        if any(used >= person.places for used, person in zip(taken, people, strict=True)):
            refusal = refusal or Refusal("places_taken_by_pins", {})
        if refusal:
            raise PinRefused(mentee, mentor, refusal)
        pins.append(Pair(mentee, mentor, score_of(*people, settings, taxonomy)))
    return pins


def _graph(pool: Pool, scorer: Scorer, tally: Tally, pins: Iterable[Pair], bonus: int) -> Graph:
    """Every allowed pair that a pin leaves open."""
    wants = [person.places for person in pool.mentees]
    places = [person.places for person in pool.mentors]
    bonuses = [bonus] * len(wants)
    closed: dict[int, list[int]] = {}
    for pin in pins:
        row, column = scorer.encoded.mentee_rows[pin.mentee], scorer.encoded.mentor_columns[pin.mentor]
        wants[row] -= 1
        places[column] -= 1
        bonuses[row] = 0  # the pin already is the mentee's first mentor
        closed.setdefault(row, []).append(column)
    no_place = np.array(places, np.int64) == 0
    mentors, weights, counts = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)], [0]
    for rows in scorer.row_blocks():
        scores, failing = scorer.judge(rows)
        tally.add(rows, failing)
        scores[:, no_place] = 0
        for row, line in zip(range(rows.start, rows.stop), scores, strict=True):
            line[closed.get(row, [])] = 0
            columns = np.flatnonzero(line)
            mentors.append(columns.astype(np.int32))
            weights.append(line[columns].astype(np.int32))
            counts.append(len(columns))
    return Graph(
        first=np.cumsum(counts, dtype=np.int64),
        mentor=np.concatenate(mentors),
        weight=np.concatenate(weights),
        wants=tuple(wants),
        places=tuple(places),
        bonus=tuple(bonuses),
    )
