"""The proof of a solved round in words, and checking it again with the separate checker."""

from dataclasses import dataclass

from trellis.matching.models import Round
from trellis.matching.queries.board import NOT_LOOKING
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis.matching.queries.promises import Promise, planned_rows, promise_of, weeks_of
from trellis.matching.queries.rearranged import ByHand, by_hand
from trellis.matching.queries.solving import faults_in, is_of_equals, smallest_in
from trellis.matching.queries.stability import Stability, stability_of
from trellis.matching.stored import pool_from_json
from trellis.matching.words import fault_words
from trellis.programmes.choices import Side
from trellis.programmes.settings_model import MatchingSettings


@dataclass(frozen=True)
class Proof:
    """What the certificate of a round says."""

    matched: int
    mentees: int  # who looked for a mentor; among equals everybody who looked for a partner
    pairs: int
    points: int  # the total in hundredths of the score people see: 100 for a perfect pair
    scored: bool
    promise: Promise
    stability: Stability | None  # what it costs that the plan is stable, where it is
    by_hand: ByHand | None  # how the board differs from it since


@dataclass(frozen=True)
class Checked:
    """The outcome of checking a certificate against what the round was solved on."""

    pairs_judged: int
    faults: list[str]


def proof_of(found: Round) -> Proof | None:
    """None before a round is solved."""
    if found.certificate is None:
        return None
    matched = int(found.certificate["matched"])
    rows = found.unmatched.exclude(reason__in=NOT_LOOKING)
    left = (rows if is_of_equals(found.certificate) else rows.filter(enrolment__side=Side.MENTEE)).count()
    pairs = len(planned_rows(found.certificate))
    promise = promise_of(found.settings, found.certificate, matched + left)
    scored = MatchingSettings.of(found.settings).scoring
    points = (found.total or 0) // 1000
    stability = stability_of(found.settings)
    return Proof(matched, matched + left, pairs, points, scored, promise, stability, by_hand(found))


def check_again(found: Round) -> Checked:
    """Verify the certificate of a solved round against its stored inputs. No query; shares no code with the solver."""
    assert found.certificate is not None
    pool = pool_from_json(found.inputs)
    weeks = weeks_of(found.settings)
    faults = faults_in(
        found.certificate, pool, engine_settings(found.settings), engine_taxonomy(), weeks, smallest_in(found.settings)
    )
    people = len(pool.mentees)
    pairs = people * (people - 1) // 2 if is_of_equals(found.certificate) else people * len(pool.mentors)
    return Checked(pairs, [fault_words(fault) for fault in faults])
