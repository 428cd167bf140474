"""What it costs to put two people of a round together: asked of a live copy of its plan, and answered exactly.

The copy starts from what the round was solved on, holds what a person decided on the board, and of all plans that are
equally good it takes the one nearest to the board. So every process comes to the same cost, whatever it was asked
before; keeping the copy only makes the next question quick.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any, Self

from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Round
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis.matching.queries.promises import weeks_of
from trellis.matching.queries.solving import smallest_in
from trellis.matching.queries.swaps import STANDING
from trellis.matching.stored import pool_from_json
from trellis.matching.words import refusal_words
from trellis.people.models import Person
from trellis_engine.matching import Refusal as EngineRefusal
from trellis_engine.matching.live import Live

PRICED = ("matched_floor_total", "matched_total", "total")  # what the engine solves by prices, and can go on from
MOST_COPIES = 8  # of plans, kept by this process
EXACT = 3  # of the cheapest choices are asked to the end
Codes = tuple[str, str]  # (mentee, mentor), as the engine names people


class CannotBeTogether(Refusal):
    """A rule keeps the two apart, their places are held, or they are together already."""


@dataclass(frozen=True)
class BoardPair:
    id: int
    score: int
    held: bool  # approved or pinned: it stays where it is


@dataclass(frozen=True)
class Board:
    """The pairs that stand, oldest first, and those that were declined and do not stand."""

    pairs: Mapping[Codes, BoardPair]
    declined: frozenset[Codes]

    @property
    def held(self) -> list[Codes]:
        return [codes for codes, pair in self.pairs.items() if pair.held]

    @property
    def key(self) -> str:
        """Names this state of the board."""
        facts = [sorted((codes, pair.id, pair.held) for codes, pair in self.pairs.items()), sorted(self.declined)]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


@dataclass(frozen=True)
class Rearrangement:
    """Another plan with these two together. `points`: of the scores, 1000 for one point that people see.

    `gone` are the proposals that give way, `new` the pairs that come in their place, the forced one among them;
    `board` names the state of the board that it was worked out for.
    """

    board: str
    mentee: str
    mentor: str
    matched: int
    points: int
    gone: tuple[int, ...]
    new: tuple[Codes, ...]

    @property
    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        new = tuple((mentee, mentor) for mentee, mentor in plain["new"])
        return cls(**{**plain, "gone": tuple(plain["gone"]), "new": new})


@dataclass(frozen=True)
class Choice:
    """A mentor somebody could have instead. `matched` and `points` as above; unless `exact` it costs at least that."""

    mentor: str
    matched: int
    points: int
    exact: bool


class _Copy:
    """The live plan of one round, as the board stands."""

    def __init__(self, found: Round) -> None:
        pool = pool_from_json(found.inputs)
        self.live = Live(pool, engine_settings(found.settings), engine_taxonomy(), found.salt)
        self.key = ""

    def follow(self, board: Board) -> None:
        """Hold what is decided, and take the pairs of the board wherever they are as good as any."""
        self.key = ""
        held, declined, pairs = (self._known(codes) for codes in (board.held, board.declined, board.pairs))
        if self.live.hold(held, declined):
            raise CannotBeTogether(
                _("A pair that you approved or pinned is against a rule by now. Decline it, or run the round again.")
            )
        self.live.come_near(pairs)
        self.key = board.key

    def _known(self, pairs: Iterable[Codes]) -> list[Codes]:
        """Those of whom both were there when the round was solved."""
        return [pair for pair in pairs if pair[0] in self.live.rows and pair[1] in self.live.columns]


Solved = tuple[int, str, str]  # a round, what it was solved on, and its salt
_copies: OrderedDict[Solved, _Copy] = OrderedDict()
_one_at_a_time = Lock()


def can_rearrange(found: Round) -> bool:
    """Rounds of two sides whose plan is solved by prices; others keep swapping two pairs."""
    proof = found.certificate
    return (
        found.state == RoundState.REVIEW
        and proof is not None
        and proof.get("objective") in PRICED
        and not weeks_of(found.settings)
        and smallest_in(found.settings) <= 1
    )


def board_of(found: Round) -> Board:
    """One query."""
    states = (*STANDING, ProposalState.DECLINED)
    rows = found.proposals.filter(state__in=states).order_by("id")
    fields = ("mentee__person__external_id", "mentor__person__external_id", "id", "score", "state", "origin")
    pairs: dict[Codes, BoardPair] = {}
    declined: set[Codes] = set()
    for mentee, mentor, pk, score, state, origin in rows.values_list(*fields):
        if state == ProposalState.DECLINED:
            declined.add((mentee, mentor))
        else:
            held = state == ProposalState.APPROVED or origin == ProposalOrigin.PINNED
            pairs[mentee, mentor] = BoardPair(pk, score, held)
    return Board(pairs, frozenset(declined - set(pairs)))


def _copy_of(found: Round, board: Board) -> _Copy:
    """The live plan at this state of the board; the caller holds the lock."""
    solved = found.pk, found.input_hash, found.salt
    copy = _copies.pop(solved, None)
    if copy is None or (copy.key != board.key and (copy.live.lowered or not copy.key)):
        copy = _Copy(found)
    if copy.key != board.key:
        copy.follow(board)
    _copies[solved] = copy
    while len(_copies) > MOST_COPIES:
        _copies.popitem(last=False)
    return copy


def people_of(found: Round) -> tuple[frozenset[str], frozenset[str]]:
    """The mentees and the mentors that the round was solved for."""
    with _one_at_a_time:
        live = _copy_of(found, board_of(found)).live
        return frozenset(live.rows), frozenset(live.columns)


def ask(found: Round, mentee: Person, mentor: Person) -> Rearrangement:
    """The best plan with these two together, beside the board. Raises CannotBeTogether with the reason in words."""
    board = board_of(found)
    codes = mentee.external_id, mentor.external_id
    names = {"mentee": mentee.full_name, "mentor": mentor.full_name}
    if codes in board.pairs:
        raise CannotBeTogether(_("%(mentee)s and %(mentor)s are already a pair here.") % names)
    with _one_at_a_time:
        plan = _asked(_copy_of(found, board).live, board, codes)
    if isinstance(plan, Rearrangement):
        return plan
    if plan.rule == "places_taken_by_pins":
        raise CannotBeTogether(
            _(
                "All places of %(mentee)s or %(mentor)s are held by approved or pinned pairs. Put one of those back or "
                "take its pin off, then ask again."
            )
            % names
        )
    why = _("%(mentee)s and %(mentor)s cannot be matched: %(why)s.")
    raise CannotBeTogether(why % {**names, "why": refusal_words(plan.rule)})


def _asked(live: Live, board: Board, codes: Codes) -> Rearrangement | EngineRefusal:
    answer = live.ask(*codes)
    if isinstance(answer, EngineRefusal):
        return answer
    after = {(pair.mentee, pair.mentor): pair.score for pair in answer.pairs}
    scored = bool(live.solving.settings.weights)
    points = sum(after.values()) - sum(pair.score for pair in board.pairs.values())
    return Rearrangement(
        board=board.key, mentee=codes[0], mentor=codes[1],
        matched=len({mentee for mentee, _ in after}) - len({mentee for mentee, _ in board.pairs}),
        points=points if scored else 0,
        gone=tuple(pair.id for both, pair in board.pairs.items() if both not in after),
        new=tuple(sorted(set(after) - set(board.pairs))),
    )  # fmt: skip


def choices_for(found: Round, mentee: Person) -> list[Choice]:
    """Every mentor this mentee could have instead, by what it costs the whole plan, best first."""
    board = board_of(found)
    code = mentee.external_id
    with _one_at_a_time:
        live = _copy_of(found, board).live
        scored = bool(live.solving.settings.weights)
        bounds = {mentor: bound for mentor, bound in live.forcings(code).items() if (code, mentor) not in board.pairs}
        asked = {mentor: _asked(live, board, (code, mentor)) for mentor in list(bounds)[:EXACT]}
    exact = [
        Choice(mentor, plan.matched, plan.points, exact=True)
        for mentor, plan in asked.items()
        if isinstance(plan, Rearrangement)
    ]
    exact.sort(key=lambda each: (-each.matched, -each.points, each.mentor))
    at_least = [
        Choice(mentor, -bound.mentees, -bound.points if scored else 0, exact=False)
        for mentor, bound in bounds.items()
        if mentor not in asked
    ]
    return exact + at_least
