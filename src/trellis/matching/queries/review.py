"""The review board page by page: which pairs a filter shows, who has answered, what waits beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trellis.kernel.jobs.tables import Job, JobState
from trellis.matching.choices import ProposalOrigin, ProposalState, RoundState
from trellis.matching.models import Proposal, Round
from trellis.matching.queries.answers import yes_sides
from trellis.matching.queries.board import WEAKEST_FIRST, BoardRow, board_rows, state_counts
from trellis.matching.queries.exchanges import Changes
from trellis.matching.queries.solving import smallest_in
from trellis.matching.rules import awaited
from trellis.people.directory.names import folded
from trellis.programmes.models import Programme

PAGE = 100
CIRCLE_BY_CIRCLE = ("mentor__person__sort_name", "mentor_id", "score", "id")
SHOWS: dict[str, tuple[str | Promise, Q]] = {
    "waiting": (_("To review"), Q(state=ProposalState.UNDER_REVIEW)),
    "approved": (_("Approved"), Q(state=ProposalState.APPROVED)),
    "declined": (_("Declined"), Q(state=ProposalState.DECLINED)),
    "pinned": (_("Pinned"), Q(origin=ProposalOrigin.PINNED)),
    "moved": (_("Moved by hand"), Q(origin=ProposalOrigin.SWAP)),
    "offered": (_("Waiting for answers"), Q(state=ProposalState.OFFERED)),
    "accepted": (_("Accepted by both"), Q(state=ProposalState.ACCEPTED)),
    "refused": (_("Not taken up"), Q(state=ProposalState.REFUSED)),
    "expired": (_("Expired"), Q(state=ProposalState.EXPIRED)),
    "withdrawn": (_("Withdrawn"), Q(state=ProposalState.WITHDRAWN)),
    "all": (_("All"), ~Q(state=ProposalState.WITHDRAWN)),  # a pair taken back lies on the board again
}
ALWAYS = ("waiting", "approved", "declined", "all")  # shown while under review even where they hold nobody


@dataclass(frozen=True)
class View:
    """One pill above the board."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class ReviewRow:
    pair: BoardRow
    turn: str  # of an open offer: who is waited for, in words; what anybody said stays with them
    unfit: str = ""  # what is in its way since the round was solved, in words
    stays: bool = False  # of a rematch: the two are together already and stay so
    instead_of: str = ""  # of a rematch: the name of the mentor from whom the mentee parts
    begins: bool = False  # of a rematch: a pair that does not run yet


@dataclass(frozen=True)
class Review:
    """What the board shows for a filter. `total` counts all pages."""

    rows: list[ReviewRow]
    total: int
    page: int
    pages: int
    views: list[View]
    lowest: int  # of the scores still to review, 0 to 100
    highest: int


@dataclass(frozen=True)
class Solving:
    """How far the job of a round is."""

    job_id: int | None
    state: str
    percent: int

    @property
    def stopped(self) -> bool:
        """It will not come to an end by itself: failed for good, or stopped by a person."""
        return self.state in {JobState.DEAD, JobState.CANCELLED, ""}


def pairs_shown(found: Round, show: str, name: str) -> QuerySet[Proposal]:
    """The pairs of a round that a filter lets through; `name` is the beginning of either person's name."""
    rows = Proposal.objects.filter(SHOWS[show][1], round=found)
    start = folded(name)
    if not start:
        return rows
    by_name = Q()
    for person in ("mentee__person", "mentor__person"):
        for field, words in (("sort_name", start), ("given_name", name.strip()), ("preferred_name", name.strip())):
            by_name |= Q((f"{person}__{field}__istartswith", words))
    return rows.filter(by_name)


def review_of(found: Round, *, show: str, name: str, page: int) -> Review | None:
    """One page of the board; None for a page that does not exist. A fixed number of queries."""
    shown = pairs_shown(found, show, name)
    total = shown.count()
    pages = max(-(-total // PAGE), 1)
    if page > pages:
        return None
    order = CIRCLE_BY_CIRCLE if smallest_in(found.settings) else WEAKEST_FIRST
    ids = shown.order_by(*order).values_list("id", flat=True)[(page - 1) * PAGE : page * PAGE]
    rows = board_rows(Proposal.objects.filter(pk__in=list(ids)), order)
    turns = _turns([row.id for row in rows if row.state == ProposalState.OFFERED])
    scores = Proposal.objects.filter(round=found, state=ProposalState.UNDER_REVIEW).aggregate(
        low=Min("score"), high=Max("score")
    )
    return Review(
        rows=[ReviewRow(row, turns.get(row.id, "")) for row in rows],
        total=total, page=page, pages=pages, views=_views(found),
        lowest=(scores["low"] or 0) // 1000, highest=(scores["high"] or 0) // 1000,
    )  # fmt: skip


WAITS_FOR: dict[frozenset[str], str | Promise] = {
    frozenset({"mentee", "mentor"}): _("waiting for both"),
    frozenset({"mentee"}): _("waiting for the mentee"),
    frozenset({"mentor"}): _("waiting for the mentor"),
}


def _turns(offered: list[int]) -> dict[int, str]:
    """Whose turn it is in these open offers. Two queries."""
    rows = Proposal.objects.filter(pk__in=offered).select_related("mentee", "mentor").prefetch_related("answers")
    fields = ("approval", "meeting_from", "mentee__person_id", "mentor__person_id")
    return {row.pk: _turn(row) for row in rows.only("id", *fields)}


def _turn(row: Proposal) -> str:
    waits = str(WAITS_FOR.get(awaited(row, yes_sides(row)), ""))
    return gettext("they meet first; %(waits)s") % {"waits": waits} if row.meeting_from else waits


def with_faults(review: Review, faults: Mapping[int, str]) -> Review:
    """The same page, with what is in the way of its pairs."""
    return replace(review, rows=[replace(row, unfit=faults.get(row.pair.id, "")) for row in review.rows])


def with_changes(review: Review, changes: Changes) -> Review:
    """The same page of a rematch, with what each pair changes."""
    return replace(review, rows=[_changed(row, changes) for row in review.rows])


def _changed(row: ReviewRow, changes: Changes) -> ReviewRow:
    if row.pair.id in changes.stays:
        return replace(row, stays=True)
    if row.pair.id in changes.replaces:
        return replace(row, begins=True, instead_of=changes.replaces[row.pair.id].mentor)
    return replace(row, begins=row.pair.state in BEGINS)


BEGINS = (ProposalState.UNDER_REVIEW, ProposalState.APPROVED, ProposalState.ACCEPTED)


def _views(found: Round) -> list[View]:
    counted = Proposal.objects.filter(round=found).aggregate(
        **{key: Count("id", filter=condition) for key, (_label, condition) in SHOWS.items()}
    )
    keep = ALWAYS if found.state == RoundState.REVIEW else ("all",)
    return [
        View(key, str(label), counted[key]) for key, (label, _condition) in SHOWS.items() if counted[key] or key in keep
    ]


def solving_of(found: Round) -> Solving:
    """How far the round's job is; one query."""
    row = Job.objects.filter(pk=found.job_id or 0, organisation_id=found.organisation_id).first()
    if row is None:
        return Solving(None, "", 0)
    return Solving(row.pk, row.state, 100 * row.progress_done // row.progress_total if row.progress_total else 0)


@dataclass(frozen=True)
class Answers:
    """Where a published round stands."""

    offered: int
    accepted: int
    refused: int
    expired: int

    @property
    def sent(self) -> int:
        return self.offered + self.accepted + self.refused + self.expired

    @property
    def percent(self) -> int:
        return 100 * (self.sent - self.offered) // self.sent if self.sent else 0


def answers_of(found: Round) -> Answers:
    counts = state_counts(found)
    return Answers(*(counts.get(state, 0) for state in ("offered", "accepted", "refused", "expired")))


def next_choices(programme: Programme) -> list[BoardRow]:
    """After a no, an offer that ran out or a mentor who left: what waits for a person's decision, in every published
    round. One query."""
    return board_rows(waiting_next_choices(programme))


def waiting_next_choices(programme: Programme) -> QuerySet[Proposal]:
    return Proposal.objects.filter(
        programme=programme, origin=ProposalOrigin.FALL_THROUGH, state=ProposalState.UNDER_REVIEW,
        round__state=RoundState.PUBLISHED,
    )  # fmt: skip


@dataclass(frozen=True)
class UndoWindow:
    until: datetime
    minutes: int


def undo_window(found: Round, now: datetime) -> UndoWindow | None:
    """How long a published round can still be taken back; None when it cannot."""
    if found.state != RoundState.PUBLISHED or found.undo_until is None or now > found.undo_until:
        return None
    return UndoWindow(found.undo_until, max(-(-int((found.undo_until - now).total_seconds()) // 60), 1))
