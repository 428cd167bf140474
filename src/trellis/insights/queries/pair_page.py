"""Everything a programme manager can see about one pair: dates, counts and states. Nothing that either wrote."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from trellis.conversations.models import Message
from trellis.goals.models import Goal, GoalStatus
from trellis.insights.queries.overview import STAGE_NAMES
from trellis.insights.queries.pairs import PairRow, pair_rows
from trellis.journeys.models import StageEntry
from trellis.matching.queries.board import explanation_words
from trellis.meetings.models import Meeting, MeetingState
from trellis.mentorships.models import Mentorship, Signature, Transition


@dataclass(frozen=True)
class Happening:
    at: datetime
    what: str
    note: str = ""


@dataclass(frozen=True)
class StageStep:
    name: str | Promise
    css: str  # done, now or nothing


@dataclass(frozen=True)
class PairPage:
    row: PairRow
    stages: list[StageStep]
    stage_number: int
    stage_name: str | Promise
    next_stage: str  # empty in the last one
    next_stage_name: str | Promise
    history: list[Happening]
    reasons: tuple[str, ...]
    gap: str
    goals: dict[str, int]
    messages: int
    notes: int


def pair_page(mentorship: Mentorship, now: datetime) -> PairPage:
    row = pair_rows(mentorship.programme, Mentorship.objects.filter(pk=mentorship.pk), now)[0]
    plan = [window["stage"] for window in mentorship.programme.stage_plan] or list(STAGE_NAMES)
    here = plan.index(row.stage) if row.stage in plan else 0
    following = next(iter(plan[here + 1 :]), "")
    reasons, gap = explanation_words(mentorship.match_reasons)
    goals = Goal.objects.filter(mentorship=mentorship).aggregate(
        live=Count("id", filter=Q(status=GoalStatus.ACTIVE)),
        late=Count("id", filter=Q(status=GoalStatus.ACTIVE, due_on__lt=now.date())),
        reached=Count("id", filter=Q(status=GoalStatus.REACHED)),
    )
    return PairPage(
        row=row, stage_number=here + 1, stage_name=STAGE_NAMES.get(row.stage, row.stage),
        next_stage=following, next_stage_name=STAGE_NAMES.get(following, following),
        stages=[
            StageStep(STAGE_NAMES.get(stage, stage), "done" if n < here else "now" if n == here else "")
            for n, stage in enumerate(plan)
        ],
        history=_history(mentorship), reasons=reasons, gap=gap, goals=goals,
        messages=Message.objects.filter(mentorship=mentorship).count(),
        notes=Meeting.objects.filter(mentorship=mentorship).exclude(notes__exact="").count(),
    )  # fmt: skip


def _history(mentorship: Mentorship) -> list[Happening]:
    """Newest first, at most twenty."""
    found = [
        Happening(transition.at, _transition_words(transition)) for transition in mentorship.transitions.order_by("id")
    ]
    for signature in Signature.objects.filter(agreement__mentorship=mentorship).order_by("id"):
        found.append(Happening(signature.signed_at, _("Agreement signed by one side")))
    for entry in StageEntry.objects.filter(journey__mentorship=mentorship).order_by("id"):
        name = str(STAGE_NAMES.get(entry.stage, entry.stage))
        found.append(Happening(entry.entered_at, _("Entered the stage: %(name)s") % {"name": name.lower()}))
    met = mentorship.meetings.exclude(state=MeetingState.PLANNED).order_by("id")
    for meeting in met.only("starts_at", "state", "organisation_id", "mentorship_id"):
        found.append(Happening(meeting.starts_at, _("Meeting"), meeting.get_state_display().lower()))
    return sorted(found, key=lambda each: each.at, reverse=True)[:20]


def _transition_words(transition: Transition) -> str:
    return {
        "active": _("Matched") if not transition.from_state else _("Resumed"),
        "paused": _("Paused"),
        "completed": _("Closed: they finished what they planned"),
        "ended": _("Ended early"),
    }[transition.to_state]
