"""The review board: plain rows with their words already made."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Proposal, Round, Unmatched
from trellis.matching.words import Params, Words, help_words, reason_words, reviewer_words, unmatched_words
from trellis.programmes.models import Enrolment, Programme


@dataclass(frozen=True)
class Side:
    """One person of a pair, as much as a reviewer needs to compare."""

    id: int
    name: str
    job_title: str
    unit: str
    level: int | None
    location: str

    @property
    def facts(self) -> str:
        """Title, unit, level and place in one line, whatever of it is known."""
        level = _("level %(level)d") % {"level": self.level} if self.level else ""
        return ", ".join(filter(None, [self.job_title, self.unit, level, self.location]))


@dataclass(frozen=True)
class BoardRow:
    id: int
    state: str
    state_words: str
    origin: str
    origin_words: str
    score: int  # 0 to 100, as shown
    points: int  # 0 to 100 000, exact; an allowed pair that was scored has at least 1
    mentee: Side
    mentor: Side
    reasons: tuple[str, ...]
    gap: str
    week: int | None = None  # of a rotation

    @property
    def scored(self) -> bool:
        return self.points > 0


@dataclass(frozen=True)
class RoundRow:
    number: int
    state: str
    state_words: str
    created_at: datetime
    published_at: datetime | None
    pairs: int
    accepted: int
    waiting: int


@dataclass(frozen=True)
class UnmatchedRow:
    id: int  # of the person
    name: str
    side: str
    side_words: str
    why: str
    help: str


_PERSON = ("id", "given_name", "preferred_name", "family_name", "job_title", "unit", "level", "location")
OFF_THE_BOARD = [ProposalState.DECLINED, ProposalState.WITHDRAWN]
NOT_LOOKING = ("wants_no_mentor", "offers_no_place", "wants_no_peer")  # served already: not a failure of the round
_DECLINED = _lazy("Their match was declined in review."), _lazy("Run the round again, or start another one later.")
_NOT_TAKEN = _lazy("Their offer was not taken up."), _lazy("Look at the next choices, or start another round.")
REPLACED = "replaced"  # withdrawn before anybody was told of it
_PUT_ELSEWHERE = (
    _lazy("Their place went to somebody else when other people were put together by hand."),
    _lazy("Put them together with somebody, take that change back, or start another round later."),
)
_GONE: dict[str, tuple[Words, Words]] = {
    ProposalState.DECLINED: _DECLINED, ProposalState.WITHDRAWN: _NOT_TAKEN, ProposalState.REFUSED: _NOT_TAKEN,
    ProposalState.EXPIRED: _NOT_TAKEN, REPLACED: _PUT_ELSEWHERE,
}  # fmt: skip
_PRIVATE = ("enrolment__goal", "enrolment__no_match")
_STATES, _ORIGINS = dict(ProposalState.choices), dict(ProposalOrigin.choices)


def board(found: Round, *, states: Iterable[str] | None = None) -> list[BoardRow]:
    """The round's pairs, weakest first among those to review: that is where a person's eye is needed. One query."""
    rows = Proposal.objects.filter(round=found)
    if states is not None:
        rows = rows.filter(state__in=list(states))
    return board_rows(rows)


WEAKEST_FIRST = ("week", "score", "id")


def board_rows(proposals: QuerySet[Proposal], order: Sequence[str] = WEAKEST_FIRST) -> list[BoardRow]:
    """Any proposals as rows of the board. One query."""
    fields = [f"{side}__person__{name}" for side in ("mentee", "mentor") for name in _PERSON]
    rows = proposals.order_by(*order)
    return [_row(row) for row in rows.values("id", "state", "origin", "week", "score", "reasons", *fields)]


def _row(row: Mapping[str, Any]) -> BoardRow:
    reasons, gap = explanation_words(row["reasons"])
    return BoardRow(
        id=row["id"], state=row["state"], state_words=str(_STATES[row["state"]]), origin=row["origin"],
        origin_words=str(_ORIGINS[row["origin"]]), score=shown_score(row["score"]), points=row["score"],
        mentee=_side(row, "mentee"), mentor=_side(row, "mentor"), reasons=reasons, gap=gap, week=row["week"],
    )  # fmt: skip


def _side(row: Mapping[str, Any], side: str) -> Side:
    found = {name: row[f"{side}__person__{name}"] for name in _PERSON}
    first = found["preferred_name"] or found["given_name"]
    return Side(
        id=found["id"], name=f"{first} {found['family_name']}".strip(), job_title=found["job_title"],
        unit=found["unit"], level=found["level"], location=found["location"],
    )  # fmt: skip


def shown_score(points: int) -> int:
    """0 to 100, rounded down, so that nobody reads a perfect match where there is none."""
    return points // 1000


def explanation_words(stored: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """The reasons and the gap for whoever runs the programme; what the two told each other alone is left general."""
    return _worded(stored, reviewer_words)


def shared_words(stored: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """The reasons and the gap as both sides read them."""
    return _worded(stored, reason_words)


def _worded(stored: Mapping[str, Any], words: Callable[[str, Params], str]) -> tuple[tuple[str, ...], str]:
    reasons = tuple(words(each["key"], each["params"]) for each in stored.get("reasons", ()))
    gap = stored.get("gap")
    return reasons, words(gap["key"], gap["params"]) if gap else ""


def rounds_of(programme: Programme) -> list[RoundRow]:
    """Every round of the programme, newest first, with its counts. One query."""
    rows = (
        Round.objects.filter(programme=programme)
        .annotate(
            pairs=Count("proposals", filter=~Q(proposals__state__in=OFF_THE_BOARD)),
            accepted=Count("proposals", filter=Q(proposals__state=ProposalState.ACCEPTED)),
            waiting=Count("proposals", filter=Q(proposals__state=ProposalState.OFFERED)),
        )
        .order_by("-number")
        .values("number", "state", "created_at", "published_at", "pairs", "accepted", "waiting")
    )
    words = dict(RoundState.choices)
    return [RoundRow(state_words=str(words[row["state"]]), **row) for row in rows]


def state_counts(found: Round) -> dict[str, int]:
    """How many of the round's pairs are in each state. One query."""
    counted = Proposal.objects.filter(round=found).values_list("state").annotate(count=Count("id")).order_by()
    return dict(counted)


def unmatched_rows(found: Round) -> list[UnmatchedRow]:
    """Everybody the round could not place, or whose pairs have all gone since, mentees first, with the reason.

    Two queries.
    """
    standing = Proposal.objects.filter(round=found).exclude(state__in=_GONE)  # placed by hand since
    rows = (
        Unmatched.objects.filter(round=found)
        .exclude(reason__in=NOT_LOOKING)
        .exclude(enrolment__in=standing.values("mentee"))
        .exclude(enrolment__in=standing.values("mentor"))
        .select_related("enrolment__person")
        .defer(*_PRIVATE)
    )
    listed = [
        (row.enrolment, unmatched_words(row.reason, row.parameters), help_words(row.reason, row.parameters))
        for row in rows
    ] + [(enrolment, str(_GONE[state][0]), str(_GONE[state][1])) for enrolment, state in _gone(found)]
    listed.sort(key=lambda each: (each[0].side != "mentee", each[0].person.sort_name))
    return [
        UnmatchedRow(each.person_id, each.person.full_name, each.side, each.get_side_display(), why, cure)
        for each, why, cure in listed
    ]


def _gone(found: Round) -> list[tuple[Enrolment, str]]:
    """Whoever the plan had placed and has no pair in it any more, with what became of the last one."""
    rows = found.proposals.select_related("mentee__person", "mentor__person").order_by("id")
    left: dict[int, tuple[Enrolment, str]] = {}
    standing: set[int] = set()
    for proposal in rows.defer(*(f"{side}__{name}" for side in ("mentee", "mentor") for name in ("goal", "no_match"))):
        for enrolment in (proposal.mentee, proposal.mentor):
            never_told = proposal.state == ProposalState.WITHDRAWN and proposal.offered_at is None
            left[enrolment.pk] = enrolment, REPLACED if never_told else proposal.state
            if proposal.state not in _GONE:
                standing.add(enrolment.pk)
    return [each for pk, each in left.items() if pk not in standing]
