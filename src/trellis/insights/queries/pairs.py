"""The pairs of a programme with their facts and signals. A fixed number of queries, whatever their number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.db.models.functions import TruncDate

from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.journeys.models import Journey
from trellis.meetings.models import HELD_BY_ANYONE, Meeting, MeetingState
from trellis.mentorships.choices import LIVE_STATES, MentorshipState, PartyRole
from trellis.mentorships.models import Mentorship, Party, Transition
from trellis.people.models import Person
from trellis.programmes.choices import Side
from trellis.programmes.models import Enrolment, Programme
from trellis_engine.measures import Health, PairFacts, Signal, health, signals

EARLY_DAYS = 56


@dataclass(frozen=True)
class MeetingNumbers:
    """Four different numbers, never added up silently, and when the parties last met and meet next."""

    planned: int = 0
    held_one: int = 0
    held_both: int = 0
    disputed: int = 0
    last: datetime | None = None
    next: datetime | None = None

    @property
    def held(self) -> int:
        return self.held_one + self.held_both


@dataclass(frozen=True)
class PairRow:
    """What a programme manager may know about a pair."""

    id: int
    mentee: str
    mentor: str
    state: str
    state_words: str
    stage: str
    started_at: datetime
    score: int | None
    meetings: MeetingNumbers
    live_goals: int
    signals: tuple[Signal, ...] = field(default=())

    @property
    def health(self) -> Health:
        return health(self.signals)

    @property
    def tone(self) -> str:
        """The chip's colour class; the words stand beside it."""
        return {Health.RED: "bad", Health.AMBER: "late", Health.GREEN: "ok"}[self.health]


def live_pairs(programme: Programme, now: datetime) -> list[PairRow]:
    """Every live pair with its signals, those that need a person first, then the longest running."""
    rows = pair_rows(programme, Mentorship.objects.filter(programme=programme, state__in=LIVE_STATES), now)
    return sorted(rows, key=lambda row: (-row.health, row.started_at, row.id))


def pair_rows(programme: Programme, mentorships: QuerySet[Mentorship], now: datetime) -> list[PairRow]:
    """Rows for the given mentorships of one programme."""
    facts = _Facts(programme, mentorships, now)
    return [facts.row(mentorship) for mentorship in mentorships]


class _Facts:
    """Everything that is counted once for all pairs and looked up for each."""

    def __init__(self, programme: Programme, mentorships: QuerySet[Mentorship], now: datetime) -> None:
        self.programme = programme
        self.now = now
        self.today = now.date()
        ids = mentorships.values("pk")
        self.meetings = _meeting_numbers(Meeting.objects.filter(mentorship__in=ids), now)
        self.cancelled = _cancelled_since_last(Meeting.objects.filter(mentorship__in=ids))
        self.parties: dict[int, dict[str, Person]] = {}
        for party in Party.objects.filter(mentorship__in=ids).select_related("person"):
            self.parties.setdefault(party.mentorship_id, {})[party.role] = party.person
        self.goals = dict(
            Goal.objects.filter(mentorship__in=ids, status=GoalStatus.ACTIVE)
            .values_list("mentorship_id")
            .annotate(count=Count("id"))
            .order_by()
        )
        self.steps = _steps(ActionItem.objects.filter(goal__mentorship__in=ids), self.today)
        self.stages = dict(Journey.objects.filter(mentorship__in=ids).values_list("mentorship_id", "stage"))
        self.overloaded = _overloaded(programme)
        self.pauses = _pauses(Transition.objects.filter(mentorship__in=ids))
        self.boss = dict(Person.objects.exclude(manager=None).values_list("pk", "manager_id"))
        self.expects_goals = any(window["stage"] == "goal_setting" for window in programme.stage_plan)

    def row(self, mentorship: Mentorship) -> PairRow:
        people = self.parties.get(mentorship.pk, {})
        mentee, mentor = people.get(PartyRole.MENTEE), people.get(PartyRole.MENTOR)
        names = [person.full_name for person in (mentee, mentor) if person]
        if len(names) < 2:  # peers have no sides: in the order of their names
            names = sorted(person.full_name for person in people.values())[:2]
        live = mentorship.state in LIVE_STATES
        return PairRow(
            id=mentorship.pk, mentee=names[0] if names else "", mentor=names[1] if len(names) > 1 else "",
            state=mentorship.state, state_words=mentorship.get_state_display(),
            stage=self.stages.get(mentorship.pk, "orientation"), started_at=mentorship.started_at,
            score=None if mentorship.match_score is None else mentorship.match_score // 1000,
            meetings=self.meetings.get(mentorship.pk, MeetingNumbers()),
            live_goals=self.goals.get(mentorship.pk, 0),
            signals=signals(self._facts(mentorship, mentee, mentor)) if live else (),
        )  # fmt: skip

    def _facts(self, mentorship: Mentorship, mentee: Person | None, mentor: Person | None) -> PairFacts:
        numbers = self.meetings.get(mentorship.pk, MeetingNumbers())
        age = (self.now - mentorship.started_at).days - mentorship.paused_days
        early = age < EARLY_DAYS
        interval = self.programme.interval_early_days if early else self.programme.interval_later_days
        overdue, last_closed = self.steps.get(mentorship.pk, (0, None))
        since_step = last_closed or mentorship.started_at.date()
        return PairFacts(
            days_since_start=max(age, 0), interval_days=interval or 14, meetings_held=numbers.held,
            days_since_meeting=self._running(mentorship, numbers.last) if numbers.last else None,
            next_meeting_in_days=(numbers.next - self.now).days if numbers.next else None,
            cancelled_in_a_row=self.cancelled.get(mentorship.pk, 0), disputed=numbers.disputed,
            live_goals=self.goals.get(mentorship.pk, 0), expects_goals=self.expects_goals,
            days_since_step_closed=self._running(mentorship, datetime.combine(since_step, time(), UTC)),
            overdue_steps=overdue,
            paused=mentorship.state == MentorshipState.PAUSED,
            mentor_over_capacity=mentor is not None and mentor.pk in self.overloaded,
            reporting_line=mentee is not None and mentor is not None
            and (self._leads(mentor.pk, mentee.pk) or self._leads(mentee.pk, mentor.pk)),
        )  # fmt: skip

    def _running(self, mentorship: Mentorship, since: datetime) -> int:
        """Whole days since then by the pair's own clock, which stands still in a pause."""
        over = [(begun, ended) for begun, ended in self.pauses.get(mentorship.pk, ()) if ended > since]
        return (self.now - since - sum((ended - max(begun, since) for begun, ended in over), timedelta())).days

    def _leads(self, leader: int, person: int) -> bool:
        """Whether `leader` stands above `person` at any height; a circle in the directory ends the search."""
        seen: set[int] = set()
        above = self.boss.get(person)
        while above is not None and above != leader and above not in seen:
            seen.add(above)
            above = self.boss.get(above)
        return above == leader


def _meeting_numbers(meetings: QuerySet[Meeting], now: datetime) -> dict[int, MeetingNumbers]:
    counted = (
        meetings.values_list("mentorship_id")
        .annotate(
            planned=Count("id", filter=Q(state=MeetingState.PLANNED)),
            held_one=Count("id", filter=Q(state=MeetingState.HELD_ONE)),
            held_both=Count("id", filter=Q(state=MeetingState.HELD_BOTH)),
            disputed=Count("id", filter=Q(state=MeetingState.DISPUTED)),
            last=Max("starts_at", filter=Q(state__in=HELD_BY_ANYONE)),
            next=Min("starts_at", filter=Q(state=MeetingState.PLANNED, starts_at__gte=now)),
        )
        .order_by()
    )
    return {mentorship: MeetingNumbers(*numbers) for mentorship, *numbers in counted}


def _pauses(transitions: QuerySet[Transition]) -> dict[int, list[tuple[datetime, datetime]]]:
    """From when until when each pair was paused; a pause that lasts is left out."""
    begun: dict[int, datetime] = {}
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    rows = transitions.order_by("mentorship_id", "id").values_list("mentorship_id", "to_state", "at")
    for mentorship, state, at in rows:
        if state == MentorshipState.PAUSED:
            begun[mentorship] = at
        elif mentorship in begun:
            found.setdefault(mentorship, []).append((begun.pop(mentorship), at))
    return found


def _cancelled_since_last(meetings: QuerySet[Meeting]) -> dict[int, int]:
    """How many meetings in a row were cancelled since the last that was not."""
    found: dict[int, int] = {}
    closed: set[int] = set()
    for mentorship, state in meetings.order_by("mentorship_id", "-starts_at").values_list("mentorship_id", "state"):
        if mentorship in closed or state == MeetingState.PLANNED:
            continue
        if state == MeetingState.CANCELLED:
            found[mentorship] = found.get(mentorship, 0) + 1
        else:
            closed.add(mentorship)
    return found


def _steps(steps: QuerySet[ActionItem], today: date) -> Mapping[int, tuple[int, date | None]]:
    """Overdue steps, and the day on which one was last closed."""
    counted = (
        steps.values(mentorship=F("goal__mentorship_id"))
        .annotate(overdue=Count("id", filter=Q(done_at=None, due_on__lt=today)), closed=Max(TruncDate("done_at")))
        .order_by()
    )
    return {row["mentorship"]: (row["overdue"], row["closed"]) for row in counted}


def _overloaded(programme: Programme) -> set[int]:
    """Mentors with more live mentees in the programme than the places they offered."""
    offered = dict(Enrolment.objects.filter(programme=programme, side=Side.MENTOR).values_list("person_id", "places"))
    carried: Iterable[tuple[int, int]] = (
        Party.objects.filter(mentorship__programme=programme, mentorship__state__in=LIVE_STATES, role=PartyRole.MENTOR)
        .values_list("person_id")
        .annotate(count=Count("id"))
        .order_by()
    )
    return {person for person, count in carried if count > offered.get(person, count)}
