"""Which way a programme may move: draft, open for sign-up, running, closed, archived. Nothing is ever deleted."""

from collections.abc import Mapping

from trellis.programmes.choices import ProgrammeStatus

S = ProgrammeStatus

LEGAL_MOVES: Mapping[str, tuple[ProgrammeStatus, ...]] = {
    S.DRAFT: (S.ENROLLING, S.ARCHIVED),
    S.ENROLLING: (S.RUNNING, S.CLOSED),
    S.RUNNING: (S.ENROLLING, S.CLOSED),
    S.CLOSED: (S.RUNNING, S.ARCHIVED),
    S.ARCHIVED: (),
}


def can_move(before: str, after: str) -> bool:
    return after in LEGAL_MOVES[before]
