"""A programme at a glance: what needs a person today, four honest figures, the eight-stage funnel."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trellis.goals.models import Goal, GoalStatus
from trellis.insights.queries.pairs import PairRow, live_pairs
from trellis.insights.small_groups import too_small
from trellis.journeys.models import StageEntry
from trellis.matching.choices import ProposalState, RoundState
from trellis.matching.models import Proposal
from trellis.meetings.models import HELD_BY_ANYONE, Meeting, MeetingState
from trellis.mentorships.choices import LIVE_STATES, PartyRole
from trellis.mentorships.models import Mentorship, Party
from trellis.programmes.choices import EnrolmentState, Side
from trellis.programmes.models import Enrolment, Programme
from trellis_engine.measures import FIRST_MEETING_DAYS, Health

RECENT = timedelta(days=30)
HIDDEN = _("Hidden: fewer than 5, here or in the remainder.")
STAGE_NAMES: dict[str, str | Promise] = {
    "orientation": _("Orientation"), "connection": _("Connection"), "goal_setting": _("Goal setting"),
    "action_planning": _("Action planning"), "growth": _("Growth"), "review": _("Review"),
    "evaluation": _("Evaluation"), "closure": _("Closure"),
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One figure with the rule behind it, so that anyone can recompute it."""

    label: str | Promise
    value: str
    note: str | Promise
    rule: str | Promise
    cells: tuple[int, ...]  # the groups it counts


@dataclass(frozen=True)
class FunnelRow:
    number: int
    name: str | Promise
    reached: int
    width: str  # per cent of the first stage, for the bar
    carried: int | None  # per cent carried on from the stage before
    days: int | None  # median days spent


@dataclass(frozen=True)
class Needs:
    """Counts of what waits for a person."""

    to_review: int
    next_choices: int
    to_approve: int
    at_risk: int
    without_mentor: int

    @property
    def nothing(self) -> bool:
        return not any((self.to_review, self.next_choices, self.to_approve, self.at_risk, self.without_mentor))


@dataclass(frozen=True)
class Overview:
    needs: Needs
    figures: list[Figure]
    funnel: list[FunnelRow]
    at_risk: list[PairRow]
    live: int
    enrolled: dict[str, int]
    scores: list[tuple[str, int]]  # match score band, pairs


def without_persons(found: Overview) -> Overview:
    """The same for an analyst, who may know groups but no pair: nobody is named, and each table is whole or empty."""
    reached = [row.reached for row in found.funnel]
    lost = [before - after for before, after in pairwise(reached)]
    banded = [count for _band, count in found.scores]
    return replace(
        found, needs=Needs(0, 0, 0, 0, 0), at_risk=[],
        figures=[replace(each, value="–", note=HIDDEN) if too_small(*each.cells) else each for each in found.figures],
        funnel=[] if too_small(*reached, *map(abs, lost)) else found.funnel,
        enrolled={} if too_small(*found.enrolled.values()) else found.enrolled,
        scores=[] if too_small(*banded, found.live - sum(banded)) else found.scores,
    )  # fmt: skip


def overview(programme: Programme, now: datetime) -> Overview:
    pairs = live_pairs(programme, now)
    risky = [row for row in pairs if row.health > Health.GREEN]
    proposals = _proposals(programme)
    enrolled = _enrolled(programme)
    return Overview(
        needs=Needs(
            to_review=proposals["to_review"], next_choices=proposals["next_choices"],
            to_approve=enrolled["applied"], at_risk=len(risky), without_mentor=_without_mentor(programme),
        ),
        figures=[_active(pairs), _accepted(proposals), _meetings(programme, len(pairs), now), _goals(programme, now),
                 _first_meetings(programme, now)],
        funnel=funnel(programme),
        at_risk=risky[:5], live=len(pairs), enrolled=enrolled, scores=_scores(pairs),
    )  # fmt: skip


def _proposals(programme: Programme) -> dict[str, int]:
    in_review = Q(state=ProposalState.UNDER_REVIEW, round__state=RoundState.REVIEW)
    return Proposal.objects.filter(programme=programme).aggregate(
        to_review=Count("id", filter=in_review),
        next_choices=Count("id", filter=Q(state=ProposalState.UNDER_REVIEW, round__state=RoundState.PUBLISHED)),
        accepted=Count("id", filter=Q(state=ProposalState.ACCEPTED)),
        refused=Count("id", filter=Q(state__in=[ProposalState.REFUSED, ProposalState.EXPIRED])),
        waiting=Count("id", filter=Q(state=ProposalState.OFFERED)),
    )


def _enrolled(programme: Programme) -> dict[str, int]:
    return Enrolment.objects.filter(programme=programme).aggregate(
        applied=Count("id", filter=Q(state=EnrolmentState.APPLIED)),
        mentees=Count("id", filter=Q(state=EnrolmentState.APPROVED, side=Side.MENTEE)),
        mentors=Count("id", filter=Q(state=EnrolmentState.APPROVED, side=Side.MENTOR)),
        invited=Count("id", filter=Q(state__in=[EnrolmentState.INVITED, EnrolmentState.STARTED])),
        waiting=Count("id", filter=Q(state=EnrolmentState.WAITING)),
    )


def _without_mentor(programme: Programme) -> int:
    """Approved mentees, or peers, with neither a live mentorship nor an open offer in this programme."""
    paired = Party.objects.filter(
        mentorship__programme=programme,
        mentorship__state__in=LIVE_STATES,
        role__in=[PartyRole.MENTEE, PartyRole.PEER],
    )
    offered = Proposal.objects.filter(programme=programme, state=ProposalState.OFFERED)
    approved = Enrolment.objects.filter(programme=programme, side=Side.MENTEE, state=EnrolmentState.APPROVED)
    left = approved.exclude(person__in=paired.values("person")).exclude(pk__in=offered.values("mentee"))
    return left.exclude(pk__in=offered.values("mentor")).count()  # among equals either column


def _percent(part: int, whole: int) -> str:
    return f"{100 * part // whole}%" if whole else "–"


def _active(pairs: list[PairRow]) -> Figure:
    paused = sum(row.state == "paused" for row in pairs)
    return Figure(
        _("Live pairs"), str(len(pairs)), _("%(count)d paused") % {"count": paused},
        _("Pairs of this programme that are active or paused now."),
        (paused, len(pairs) - paused),
    )  # fmt: skip


def _accepted(proposals: dict[str, int]) -> Figure:
    settled = proposals["accepted"] + proposals["refused"]
    return Figure(
        _("Offers accepted by both"), _percent(proposals["accepted"], settled),
        _("%(accepted)d of %(settled)d settled, %(waiting)d open") % {**proposals, "settled": settled}
        if settled else _("none settled yet, %(waiting)d open") % proposals,
        _("Offers that both sides accepted, of all that were answered or ran out."),
        (proposals["accepted"], proposals["refused"], proposals["waiting"]),
    )  # fmt: skip


def _meetings(programme: Programme, live: int, now: datetime) -> Figure:
    recent = Meeting.objects.filter(
        mentorship__programme=programme, mentorship__state__in=LIVE_STATES, starts_at__gt=now - RECENT,
        starts_at__lte=now,
    ).aggregate(
        both=Count("id", filter=Q(state=MeetingState.HELD_BOTH)),
        one=Count("id", filter=Q(state=MeetingState.HELD_ONE)),
    )  # fmt: skip
    return Figure(
        _("Meetings per pair, 30 days"), f"{recent['both'] / live:.1f}" if live else "–",
        _("%(both)d confirmed by both, %(one)d by one") % recent,
        _("Meetings of the last 30 days confirmed by both sides, divided by live relationships."),
        (live, recent["both"], recent["one"]),
    )  # fmt: skip


def _goals(programme: Programme, now: datetime) -> Figure:
    counted = Goal.objects.filter(
        mentorship__programme=programme, mentorship__state__in=LIVE_STATES, status=GoalStatus.ACTIVE
    ).aggregate(all=Count("id"), late=Count("id", filter=Q(due_on__lt=now.date())))
    return Figure(
        _("Goals on track"), _percent(counted["all"] - counted["late"], counted["all"]),
        _("%(late)d of %(all)d live goals are past their date") % counted,
        _("Live goals whose date has not passed, of all live goals."),
        (counted["late"], counted["all"] - counted["late"]),
    )  # fmt: skip


def _first_meetings(programme: Programme, now: datetime) -> Figure:
    """KPI first_meeting_on_time: held by the amber limit, of all pairs that began 14 or more days ago.

    Those that have ended since count as well, or the figure would rise with every pair that never met and gave up.
    """
    limit = timedelta(days=min(FIRST_MEETING_DAYS, programme.interval_early_days or FIRST_MEETING_DAYS))
    old = dict(
        Mentorship.objects.filter(
            programme=programme, started_at__lte=now - timedelta(days=FIRST_MEETING_DAYS)
        ).values_list("pk", "started_at")
    )
    first: dict[int, datetime] = {}
    held = Meeting.objects.filter(mentorship__programme=programme, state__in=HELD_BY_ANYONE).order_by("-starts_at")
    for mentorship, at in held.values_list("mentorship_id", "starts_at"):
        if mentorship in old:
            first[mentorship] = at
    on_time = sum(at <= old[mentorship] + limit for mentorship, at in first.items())
    return Figure(
        _("First meeting on time"), _percent(on_time, len(old)),
        _("%(met)d of %(old)d within %(days)d days") % {"met": on_time, "old": len(old), "days": limit.days},
        _("Relationships that met within the limit, as one side at least confirmed, of all that began two weeks ago or "
          "earlier, also those that have ended."),
        (on_time, len(old) - on_time),
    )  # fmt: skip


def funnel(programme: Programme) -> list[FunnelRow]:
    """How many of the programme's mentorships ever reached each stage, and the median days spent in it."""
    entries: dict[int, list[tuple[datetime, str]]] = {}
    rows = StageEntry.objects.filter(journey__mentorship__programme=programme).order_by("entered_at", "id")
    for journey, stage, at in rows.values_list("journey_id", "stage", "entered_at"):
        entries.setdefault(journey, []).append((at, stage))
    reached: dict[str, int] = {}
    spent: dict[str, list[int]] = {}
    for path in entries.values():
        for number, (at, stage) in enumerate(path):
            reached[stage] = reached.get(stage, 0) + 1
            if number + 1 < len(path):
                spent.setdefault(stage, []).append((path[number + 1][0] - at).days)
    stages = [window["stage"] for window in programme.stage_plan] or list(STAGE_NAMES)
    return _funnel_rows(stages, reached, spent)


def _funnel_rows(stages: list[str], reached: dict[str, int], spent: dict[str, list[int]]) -> list[FunnelRow]:
    first = max(reached.values(), default=0)
    found: list[FunnelRow] = []
    for number, stage in enumerate(stages, start=1):
        count = reached.get(stage, 0)
        before = found[-1].reached if found else 0
        found.append(
            FunnelRow(
                number, STAGE_NAMES.get(stage, stage), count, f"{100 * count / first:.1f}%" if first else "0%",
                100 * count // before if before else None,
                round(median(spent[stage])) if stage in spent else None,
            )
        )  # fmt: skip
    return found


def _scores(pairs: list[PairRow]) -> list[tuple[str, int]]:
    bands = [(low, low + 9) for low in range(20, 100, 10)]
    known = [row.score for row in pairs if row.score is not None]
    return [(f"{low} – {high}", sum(low <= score <= high for score in known)) for low, high in bands]


def portfolio_numbers(programmes: list[Programme]) -> dict[int, tuple[int, int]]:
    """For each programme: live relationships and people enrolled. Two queries."""
    live = dict(
        Mentorship.objects.filter(programme__in=programmes, state__in=LIVE_STATES)
        .values_list("programme_id")
        .annotate(count=Count("id"))
        .order_by()
    )
    people = dict(
        Enrolment.objects.filter(programme__in=programmes, state__in=[EnrolmentState.APPROVED, EnrolmentState.APPLIED])
        .values_list("programme_id")
        .annotate(count=Count("person", distinct=True))
        .order_by()
    )
    return {each.pk: (live.get(each.pk, 0), people.get(each.pk, 0)) for each in programmes}
