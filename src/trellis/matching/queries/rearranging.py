"""What it costs to put two people of a round together: asked of a live copy of its plan, and answered exactly.

The copy starts from what the round was solved on, holds what a person decided on the board, and of all plans that are
equally good it takes the one nearest to the board. So every process comes to the same cost, whatever it was asked
before; keeping the copy only makes the next question quick.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from itertools import chain
from threading import Lock
from typing import Any, Self

import numpy as np
from django.utils.translation import gettext as _

from trellis.kernel.errors import Refusal
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Round
from trellis.matching.queries.laid import Laid, key_of, laid_on
from trellis.matching.queries.pool import engine_settings, solved_on
from trellis.matching.queries.promises import weeks_of
from trellis.matching.queries.solving import smallest_in
from trellis.matching.words import refusal_words
from trellis.people.models import Person
from trellis_engine.matching import Pool, Taxonomy
from trellis_engine.matching import Refusal as EngineRefusal
from trellis_engine.matching.live import NOBODY, Ints, Live

PRICED = ("matched_floor_total", "matched_total", "total")  # what the engine solves by prices, and can go on from
MOST_COPIES = 8  # of plans, kept by this process
EXACT = 3  # of the cheapest choices are asked to the end
Codes = tuple[str, str]  # (mentee, mentor), as the engine names people


class CannotBeTogether(Refusal):
    """A rule keeps the two apart, their places are held, or they are together already."""


@dataclass(frozen=True)
class Board:
    """The pairs that stand, those of them that stay where they are, and those that were declined and do not stand."""

    key: str  # names this state of the board
    pairs: Mapping[Codes, int]  # the proposal of each
    held: list[Codes]  # approved or pinned, oldest first
    declined: frozenset[Codes]
    numbers: Ints  # of the pairs, as the engine has them
    others: frozenset[Codes]  # pairs of somebody for whom the round was not solved
    matched: int
    points: int


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


@dataclass(frozen=True)
class _Beside:
    """Where the live plan and the board differ: pairs of one alone, and how much more the plan is."""

    plan: frozenset[Codes]
    board: frozenset[Codes]
    matched: int
    points: int

    @classmethod
    def of(cls, live: Live, board: Board) -> Self:
        plan, beside = live.apart_from(board.numbers)
        return cls(
            plan=frozenset(plan),
            board=frozenset(beside | board.others),
            matched=live.matched - board.matched,
            points=live.points - board.points,
        )


class _Copy:
    """The live plan of one round, as the board stands."""

    def __init__(self, found: Round) -> None:
        pool, taxonomy = solved_on(found.inputs)
        self.live = Live(pool, engine_settings(found.settings), taxonomy, found.salt)
        self.board: Board | None = None
        self.beside: _Beside
        # who a proposal is about; and its id, the mentee's sign-up, the pair's number and score. None ever changes.
        self.codes: dict[int, Codes] = {}
        self.facts: Ints = np.zeros((0, 4), np.int64)

    @property
    def key(self) -> str:
        return self.board.key if self.board else ""

    def follow(self, board: Board) -> None:
        """Hold what is decided, and take the pairs of the board wherever they are as good as any."""
        self.board = None
        if self.live.hold(self._known(board.held), self._known(board.declined)):
            raise CannotBeTogether(
                _("A pair that you approved or pinned is against a rule by now. Decline it, or run the round again.")
            )
        beside = _Beside.of(self.live, board)
        if beside.board:
            self.live.come_near(self._known(board.pairs))
            beside = _Beside.of(self.live, board)
        self.board, self.beside = board, beside

    def _known(self, pairs: Iterable[Codes]) -> list[Codes]:
        """Those of whom both were there when the round was solved."""
        return [pair for pair in pairs if pair[0] in self.live.rows and pair[1] in self.live.columns]

    def board_of(self, found: Round, laid: Laid) -> Board:
        """These proposals by the people's codes. One query, for those that were not seen here before."""
        if new := set(chain(*laid.values())) - self.codes.keys():
            rows = found.proposals.filter(pk__in=new) if self.codes else found.proposals.all()
            fields = ("id", "mentee__person__external_id", "mentor__person__external_id", "mentee_id", "score")
            listed = list(rows.values_list(*fields))
            self.codes |= {pk: (one, other) for pk, one, other, _mentee, _score in listed}
            more = [(pk, mentee, self.live.code_of(*self.codes[pk]), score) for pk, _, _, mentee, score in listed]
            self.facts = np.concatenate([self.facts, more])
            self.facts = self.facts[np.argsort(self.facts[:, 0])]
        declined, held, loose = set[Codes](), list[int](), list[int]()
        for (state, origin), ids in laid.items():
            if state == ProposalState.DECLINED:
                declined.update(map(self.codes.__getitem__, ids))
            else:
                (held if state == ProposalState.APPROVED or origin == ProposalOrigin.PINNED else loose).extend(ids)
        standing = held + loose
        pairs = dict(zip(map(self.codes.__getitem__, standing), standing, strict=True))
        facts = self.facts[np.searchsorted(self.facts[:, 0], list(pairs.values()))]
        _ids, mentees, numbers, scores = facts.T
        others = frozenset(self.codes[pk] for pk in facts[numbers == NOBODY, 0].tolist())
        return Board(
            key_of(laid), pairs, [self.codes[pk] for pk in sorted(held)], frozenset(declined - pairs.keys()),
            numbers[numbers != NOBODY], others, matched=len(np.unique(mentees)), points=int(scores.sum()),
        )  # fmt: skip


Solved = tuple[int, str, str]  # a round, what it was solved on, and its salt
_copies: OrderedDict[Solved, _Copy] = OrderedDict()
_one_at_a_time = Lock()


def can_rearrange(found: Round) -> bool:
    """Rounds of two sides whose plan is solved by prices; others keep swapping two pairs."""
    return (
        found.state == RoundState.REVIEW
        and not weeks_of(found.settings)
        and smallest_in(found.settings) <= 1
        and (_solved(found) in _copies or (found.certificate or {}).get("objective") in PRICED)
    )


def _solved(found: Round) -> Solved:
    return found.pk, found.input_hash, found.salt


def _copy_of(found: Round) -> tuple[_Copy, Board]:
    """The live plan at the present state of the board; the caller holds the lock."""
    copy, laid = _copies.pop(_solved(found), None), laid_on(found)
    same = copy is not None and copy.key == key_of(laid)
    if copy is None or (not same and copy.live.lowered):
        copy = _Copy(found)
    if copy.board is None or not same:
        copy.follow(copy.board_of(found, laid))
    assert copy.board
    _keep(found, copy)
    return copy, copy.board


def _keep(found: Round, copy: _Copy) -> None:
    _copies[_solved(found)] = copy
    while len(_copies) > MOST_COPIES:
        _copies.popitem(last=False)


def judged_on(found: Round) -> tuple[Pool, Taxonomy]:
    """What the round was solved on; read anew only where nobody has asked about it here."""
    copy = _copies.get(_solved(found))
    return (copy.live.solving.pool, copy.live.solving.taxonomy) if copy else solved_on(found.inputs)


def people_of(found: Round) -> tuple[Set[str], Set[str]]:
    """The mentees and the mentors that the round was solved for."""
    with _one_at_a_time:
        copy = _copies.get(_solved(found))
        if copy is None:
            _keep(found, copy := _Copy(found))
        return copy.live.rows.keys(), copy.live.columns.keys()


def ask(found: Round, mentee: Person, mentor: Person) -> Rearrangement:
    """The best plan with these two together, beside the board. Raises CannotBeTogether with the reason in words."""
    codes = mentee.external_id, mentor.external_id
    names = {"mentee": mentee.full_name, "mentor": mentor.full_name}
    with _one_at_a_time:
        copy, board = _copy_of(found)
        if codes in board.pairs:
            raise CannotBeTogether(_("%(mentee)s and %(mentor)s are already a pair here.") % names)
        plan = _asked(copy, board, codes)
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


def _asked(copy: _Copy, board: Board, codes: Codes) -> Rearrangement | EngineRefusal:
    change, beside = copy.live.ask(*codes), copy.beside
    if isinstance(change, EngineRefusal):
        return change
    gone = (beside.board - change.new) | (change.gone - beside.plan)
    new = (beside.plan - change.gone) | (change.new - board.pairs.keys())
    return Rearrangement(
        board=board.key, mentee=codes[0], mentor=codes[1],
        matched=change.matched + beside.matched,
        points=change.points + beside.points if copy.live.solving.settings.weights else 0,
        gone=tuple(sorted(board.pairs[each] for each in gone)),
        new=tuple(sorted(new)),
    )  # fmt: skip


def choices_for(found: Round, mentee: Person) -> list[Choice]:
    """Every mentor this mentee could have instead, by what it costs the whole plan, best first."""
    code = mentee.external_id
    with _one_at_a_time:
        copy, board = _copy_of(found)
        scored = bool(copy.live.solving.settings.weights)
        forcings = copy.live.forcings(code)
        bounds = {mentor: bound for mentor, bound in forcings.items() if (code, mentor) not in board.pairs}
        asked = {mentor: _asked(copy, board, (code, mentor)) for mentor in list(bounds)[:EXACT]}
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
