"""The proof of a solved round in words, and checking it again with the separate checker."""

from dataclasses import dataclass

from trellis.matching.models import Round
from trellis.matching.queries.board import NOT_LOOKING
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis.matching.stored import pool_from_json
from trellis.matching.words import fault_words
from trellis.programmes.choices import Side
from trellis_engine.matching import verify


@dataclass(frozen=True)
class Proof:
    """What the certificate of a round says."""

    matched: int
    mentees: int  # who looked for a mentor
    pairs: int
    points: int  # the total in hundredths of the score people see: 100 for a perfect pair


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
    left = found.unmatched.filter(enrolment__side=Side.MENTEE).exclude(reason__in=NOT_LOOKING).count()
    return Proof(matched, matched + left, len(found.certificate["pairs"]), (found.total or 0) // 1000)


def check_again(found: Round) -> Checked:
    """Verify the certificate of a solved round against its stored inputs. No query; shares no code with the solver."""
    assert found.certificate is not None
    pool = pool_from_json(found.inputs)
    faults = verify(found.certificate, pool, engine_settings(found.settings), engine_taxonomy())
    return Checked(len(pool.mentees) * len(pool.mentors), [fault_words(fault) for fault in faults])
