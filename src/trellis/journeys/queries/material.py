"""Everything a journey is judged by, read in a fixed number of queries. No text that anybody wrote is read here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Case, Q, Value, When
from django.db.models.fields import BooleanField
from django.utils import timezone

from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.journeys.guide import plan_of
from trellis.journeys.models import Journey, ReviewChoice, StageEntry
from trellis.journeys.queries.members import members_of
from trellis.meetings.models import HELD_BY_ANYONE, Confirmation, Meeting, MeetingState
from trellis.mentorships.choices import MentorshipState
from trellis.mentorships.models import Agreement, Mentorship, Party, Signature, Transition
from trellis.surveys.queries import context_of, settled_packs
from trellis_engine.journey import Facts, StagePlan, Standing, Timeline, assess

PLANNED_FIELDS = frozenset({
    "outcome", "evidence", "due_date", "why", "linked_skill_or_level", "if_then_step", "first_action_date",
})  # fmt: skip


@dataclass(frozen=True)
class MeetingFact:
    id: int
    starts_at: datetime
    minutes: int
    state: str
    answered_by: frozenset[int]  # people who said whether it took place

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def held(self) -> bool:
        return self.state in HELD_BY_ANYONE


@dataclass(frozen=True)
class GoalFact:
    """An active or reached goal: which of its fields are filled in."""

    id: int
    status: str
    fields: frozenset[str]
    activated_at: datetime | None


@dataclass(frozen=True)
class AgreementFact:
    version: int
    drafted_by_id: int
    signed: Mapping[int, datetime]  # person id -> when


@dataclass(frozen=True)
class Material:
    """The facts of one mentorship, and where it stands by them."""

    mentorship: Mentorship
    now: datetime
    parties: tuple[Party, ...]
    journey: Journey | None
    entries: tuple[StageEntry, ...]
    transitions: tuple[Transition, ...]
    meetings: tuple[MeetingFact, ...]
    goals: tuple[GoalFact, ...]
    agreement: AgreementFact | None
    surveys: Mapping[int, frozenset[str]]
    reviews: Mapping[int, str]
    plan: StagePlan
    facts: Facts

    @cached_property
    def timeline(self) -> Timeline:
        return timeline_of(self.mentorship, self.transitions, self.now)

    @cached_property
    def standing(self) -> Standing:
        current = self.journey.stage if self.journey else self.plan.stages[0].id
        return assess(self.plan, current, self.facts, moves=self.mentorship.state != MentorshipState.ENDED)

    @property
    def today(self) -> date:
        return clock_day(self.mentorship, self.now)

    @property
    def next_meeting(self) -> MeetingFact | None:
        coming = (each for each in self.meetings if each.state == MeetingState.PLANNED and each.ends_at > self.now)
        return next(coming, None)

    def stage_began_on(self, stage_id: str) -> date:
        """When the pair entered a stage, else when it usually begins."""
        for entry in self.entries:
            if entry.stage == stage_id:
                return timezone.localdate(entry.entered_at)
        stage = next(stage for stage in self.plan.stages if stage.id == stage_id)
        return self.timeline.begins_on(stage)


def clock_day(mentorship: Mentorship, now: datetime) -> date:
    """Today, and after the end the last day."""
    return timezone.localdate(min(now, mentorship.ended_at or now))


def timeline_of(mentorship: Mentorship, transitions: tuple[Transition, ...], now: datetime) -> Timeline:
    """The pair's own calendar, with the days of a pause that still lasts."""
    started = timezone.localdate(mentorship.started_at)
    running = 0
    if mentorship.state == MentorshipState.PAUSED:
        since = [each.at for each in transitions if each.to_state == MentorshipState.PAUSED][-1:]
        running = max(0, (timezone.localdate(now) - timezone.localdate(since[0])).days) if since else 0
    length = (mentorship.planned_end_on - started).days - mentorship.paused_days
    return Timeline(started, length, mentorship.paused_days + running, mentorship.extended_weeks * 7)


def gather(mentorship: Mentorship, now: datetime) -> Material:
    """Read everything; always the same number of queries."""
    parties = tuple(Party.objects.filter(mentorship=mentorship).select_related("person").order_by("id"))
    transitions = tuple(Transition.objects.filter(mentorship=mentorship).defer("words").order_by("id"))
    journey = Journey.objects.filter(mentorship=mentorship).first()
    entries = tuple(StageEntry.objects.filter(journey__mentorship=mentorship).order_by("id"))
    reviews = dict(ReviewChoice.objects.filter(journey__mentorship=mentorship).values_list("person_id", "choice"))
    meetings = _meetings(mentorship)
    goals = _goals(mentorship)
    agreement = _agreement(mentorship)
    surveys = settled_packs(context_of(mentorship.pk))
    timeline = timeline_of(mentorship, transitions, now)
    share = timeline.elapsed_share(clock_day(mentorship, now))
    facts = Facts(
        members=members_of(mentorship, parties, agreement.signed if agreement else {}, surveys, reviews),
        meetings_held=sum(meeting.held for meeting in meetings),
        meetings_planned_to_date=max(1, int(mentorship.programme.planned_meetings * share)),
        goals_active=sum(goal.status == GoalStatus.ACTIVE for goal in goals),
        goals=tuple(goal.fields for goal in goals),
        open_actions=_open_actions(mentorship),
        elapsed_share=share,
        closure_recorded=mentorship.state == MentorshipState.COMPLETED,  # an early end leaves the path where it was
    )
    return Material(
        mentorship, now, parties, journey, entries, transitions, meetings, goals, agreement, surveys, reviews,
        plan_of(mentorship.programme), facts,
    )  # fmt: skip


def _meetings(mentorship: Mentorship) -> tuple[MeetingFact, ...]:
    answered: dict[int, set[int]] = {}
    rows = Confirmation.objects.filter(meeting__mentorship=mentorship).values_list("meeting_id", "person_id")
    for meeting_id, person_id in rows:
        answered.setdefault(meeting_id, set()).add(person_id)
    meetings = Meeting.objects.filter(mentorship=mentorship).order_by("starts_at", "id")
    return tuple(
        MeetingFact(number, starts_at, minutes, state, frozenset(answered.get(number, ())))
        for number, starts_at, minutes, state in meetings.values_list("id", "starts_at", "minutes", "state")
    )


def _filled(field: str) -> Case:
    """Whether an encrypted or optional text is there, without reading it."""
    return Case(When(Q((field, "")), then=Value(False)), default=Value(True), output_field=BooleanField())


FIELDS = {
    "outcome": "outcome", "evidence": "evidence", "why": "why", "if_then_step": "if_then",
    "linked_skill_or_level": "linked_skill",
}  # fmt: skip


def _goals(mentorship: Mentorship) -> tuple[GoalFact, ...]:
    rows = Goal.objects.filter(mentorship=mentorship, status__in=[GoalStatus.ACTIVE, GoalStatus.REACHED]).order_by("id")
    marked = rows.annotate(**{f"has_{name}": _filled(column) for name, column in FIELDS.items()})
    columns = ("id", "status", "due_on", "first_action_on", "final_attainment", "activated_at")
    return tuple(_goal(row) for row in marked.values(*columns, *(f"has_{name}" for name in FIELDS)))


def _goal(row: Mapping[str, object]) -> GoalFact:
    fields = {name for name in FIELDS if row[f"has_{name}"]}
    fields |= {"due_date"} if row["due_on"] else set()
    fields |= {"first_action_date"} if row["first_action_on"] else set()
    if row["status"] == GoalStatus.REACHED:  # nothing left to plan
        fields |= PLANNED_FIELDS
    fields |= {"final_attainment"} if row["final_attainment"] is not None else set()
    number, activated_at = row["id"], row["activated_at"]
    assert isinstance(number, int)
    assert activated_at is None or isinstance(activated_at, datetime)
    return GoalFact(number, str(row["status"]), frozenset(fields), activated_at)


def _open_actions(mentorship: Mentorship) -> int:
    return ActionItem.objects.filter(goal__mentorship=mentorship, goal__status=GoalStatus.ACTIVE, done_at=None).count()


def _agreement(mentorship: Mentorship) -> AgreementFact | None:
    latest = Agreement.objects.filter(mentorship=mentorship).order_by("-version")
    found = latest.values_list("version", "drafted_by_id").first()
    rows = Signature.objects.filter(agreement__mentorship=mentorship, agreement=latest.values("pk")[:1])
    signed = dict(rows.values_list("person_id", "signed_at"))
    return AgreementFact(found[0], found[1], signed) if found else None
