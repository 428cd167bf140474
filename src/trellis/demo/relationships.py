"""Mentorships with months of believable history: meetings held and missed, goals, messages, agreements, closures."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from trellis.conversations.models import Message
from trellis.demo import texts
from trellis.goals.models import ActionItem, Goal, GoalStatus
from trellis.journeys.models import Certificate, Journey, Reflection, ReviewChoice, StageEntry, TaskDone
from trellis.journeys.queries.material import gather
from trellis.kernel.tenancy import TenantModel
from trellis.meetings.models import Confirmation, Meeting, MeetingState
from trellis.mentorships.choices import LIVE_STATES, ClosureType, MentorshipState, PartyRole
from trellis.mentorships.models import Agreement, Mentorship, Party, Signature, Transition
from trellis.programmes.models import Enrolment, Programme
from trellis.surveys.models import SurveyResponse

STAGES = (
    "orientation", "connection", "goal_setting", "action_planning", "growth", "review", "evaluation", "closure",
)  # fmt: skip


@dataclass(frozen=True)
class Couple:
    """Two enrolled people who were matched, and how it has gone."""

    mentee: Enrolment
    mentor: Enrolment
    weeks_ago: int
    mood: str  # "steady", "quiet" (nothing lately), "never" (never met), "paused", "closed", "ended"
    score: int = 0
    reasons: dict[str, object] | None = None


class Histories:
    """Writes the history of one mentorship after another, in memory, and saves them in bulk at the end."""

    def __init__(self, programme: Programme, dice: random.Random, now: datetime) -> None:
        self.programme = programme
        self.organisation_id = programme.organisation_id
        self.dice = dice
        self.now = now
        self.stages: list[str] = [window["stage"] for window in programme.stage_plan] or list(STAGES)
        self.late: list[TenantModel] = []  # rows that hang on rows with ids, saved in order of adding

    def tell(self, couples: list[Couple]) -> list[Mentorship]:
        mentorships = Mentorship.objects.bulk_create(self._mentorship(couple) for couple in couples)
        journeys = Journey.objects.bulk_create(
            Journey(
                organisation_id=self.organisation_id, mentorship=mentorship, stage=self._stage(couple),
                stage_since=self._entered(couple, mentorship, self._stage(couple)),
            )
            for couple, mentorship in zip(couples, mentorships, strict=True)
        )  # fmt: skip
        for couple, mentorship, journey in zip(couples, mentorships, journeys, strict=True):
            self._one(couple, mentorship, journey)
        self._save()
        self._catch_up(mentorships, journeys)
        return mentorships

    # --- how far they are

    def _share(self, couple: Couple) -> float:
        return min(couple.weeks_ago / max(self.programme.duration_weeks, 1), 1.0)

    def _stage(self, couple: Couple) -> str:
        if couple.mood == "never":
            return "connection"
        if couple.mood == "closed":
            return self.stages[-1]
        share = self._share(couple) * (0.5 if couple.mood in {"quiet", "paused", "ended"} else 1)
        limits = {
            "connection": 0.1, "goal_setting": 0.18, "action_planning": 0.26, "growth": 0.8, "review": 0.84,
            "evaluation": 0.95, "closure": 2.0,
        }  # fmt: skip
        return next(stage for stage in self.stages[1:] if share < limits[stage] or stage == self.stages[-1])

    def _entered(self, couple: Couple, mentorship: Mentorship, stage: str) -> datetime:
        weeks = {window["stage"]: max(window["from_week"], 0) for window in self.programme.stage_plan}
        lag = timedelta(days=self.dice.randint(0, 6))
        return min(mentorship.started_at + timedelta(weeks=weeks.get(stage, 0)) + lag, self.now - timedelta(days=1))

    def _past(self, stage: str, current: str) -> bool:
        """The mentorship has finished `stage` (or its programme has no such stage)."""
        return stage not in self.stages or self.stages.index(stage) < self.stages.index(current)

    # --- the rows

    def _mentorship(self, couple: Couple) -> Mentorship:
        started = self.now - timedelta(weeks=couple.weeks_ago, hours=self.dice.randint(1, 90))
        state = {
            "paused": MentorshipState.PAUSED, "closed": MentorshipState.COMPLETED, "ended": MentorshipState.ENDED,
        }.get(couple.mood, MentorshipState.ACTIVE)  # fmt: skip
        over = state in {MentorshipState.COMPLETED, MentorshipState.ENDED}
        return Mentorship(
            organisation_id=self.organisation_id, programme=self.programme, state=state, started_at=started,
            pair_key=f"{couple.mentee.person_id}:{couple.mentor.person_id}",
            planned_end_on=(started + timedelta(weeks=self.programme.duration_weeks)).date(),
            paused_until=(self.now + timedelta(days=25)).date() if state == MentorshipState.PAUSED else None,
            ended_at=self.now - timedelta(days=self.dice.randint(1, 12)) if over else None,
            closure={"closed": ClosureType.COMPLETED, "ended": ClosureType.NOT_A_FIT}.get(couple.mood, ""),
            continues_informally=couple.mood == "closed" and self.dice.random() < 0.4,
            match_score=couple.score or self.dice.randint(52_000, 91_000), match_reasons=couple.reasons or {},
        )  # fmt: skip

    def _one(self, couple: Couple, mentorship: Mentorship, journey: Journey) -> None:
        for enrolment, role in ((couple.mentee, PartyRole.MENTEE), (couple.mentor, PartyRole.MENTOR)):
            self._add(Party(mentorship=mentorship, person_id=enrolment.person_id, role=role))
        self._transitions(mentorship)
        self._stage_entries(couple, mentorship, journey)
        if couple.mood == "never":
            self._message(mentorship, couple.mentor, mentorship.started_at + timedelta(days=2), texts.MESSAGES[0])
            return
        held = self._meetings(couple, mentorship)
        self._agreement(couple, mentorship, held, journey.stage)
        if self._past("connection", journey.stage):
            self._pack(couple, mentorship, "pulse_30", mentorship.started_at + timedelta(days=31))
        if "goal_setting" in self.stages and (self._past("goal_setting", journey.stage) or self.dice.random() < 0.5):
            self._goals(couple, mentorship, journey.stage)
        self._messages(couple, mentorship)
        self._later(couple, mentorship, journey)

    def _transitions(self, mentorship: Mentorship) -> None:
        self._add(Transition(mentorship=mentorship, to_state=MentorshipState.ACTIVE, at=mentorship.started_at))
        if mentorship.state != MentorshipState.ACTIVE:
            at = mentorship.ended_at or self.now - timedelta(days=9)
            self._add(
                Transition(
                    mentorship=mentorship, from_state=MentorshipState.ACTIVE, to_state=mentorship.state, at=at,
                    closure=mentorship.closure,
                )
            )  # fmt: skip

    def _stage_entries(self, couple: Couple, mentorship: Mentorship, journey: Journey) -> None:
        for stage in self.stages[: self.stages.index(journey.stage) + 1]:
            current = stage == journey.stage
            entered = journey.stage_since if current else self._entered(couple, mentorship, stage)
            how = StageEntry.How.STARTED if stage == self.stages[0] else StageEntry.How.CONDITIONS
            entered = min(entered, journey.stage_since)
            self._add(StageEntry(journey=journey, stage=stage, entered_at=entered, how=how))

    def _catch_up(self, mentorships: list[Mentorship], journeys: list[Journey]) -> None:
        """What was made up may lead further than was meant: the stage is always what the facts say."""
        since = self.now - timedelta(hours=5)
        for mentorship, journey in zip(mentorships, journeys, strict=True):
            standing = gather(mentorship, self.now).standing if mentorship.state in LIVE_STATES else None
            if standing is None or standing.stage == journey.stage:
                continue
            begin, end = self.stages.index(journey.stage), self.stages.index(standing.stage)
            for stage in self.stages[begin + 1 : end + 1]:
                self._add(StageEntry(journey=journey, stage=stage, entered_at=since, how=StageEntry.How.CONDITIONS))
            journey.stage, journey.stage_since = standing.stage, since
        Journey.objects.bulk_update(journeys, ["stage", "stage_since"])
        self._save()

    def _meetings(self, couple: Couple, mentorship: Mentorship) -> int:
        """Past meetings at the programme's rhythm, then one planned. Some are unconfirmed, a few disputed."""
        every = max(self.programme.interval_early_days, 7)
        at = mentorship.started_at + timedelta(days=self.dice.randint(4, 9))
        silence = timedelta(days=0 if couple.mood in {"steady", "closed"} else self.dice.randint(38, 60))
        end = (mentorship.ended_at or self.now) - silence
        held = 0
        while at < end - timedelta(days=1):
            self._meeting(couple, mentorship, at, self._outcome(held))
            held += 1
            later = (at - mentorship.started_at).days > 56
            step = self.programme.interval_later_days if later else every
            at += timedelta(days=max(step, 7) + self.dice.choice((-1, 0, 0, 1, 3)))
        if couple.mood == "steady":
            ahead = self.now + timedelta(days=self.dice.randint(1, 12))
            self._meeting(couple, mentorship, ahead, MeetingState.PLANNED)
        return held

    def _outcome(self, held: int) -> str:
        if held < 2:
            return MeetingState.HELD_BOTH
        return self.dice.choices(
            (MeetingState.HELD_BOTH, MeetingState.HELD_ONE, MeetingState.DISPUTED, MeetingState.CANCELLED),
            weights=(78, 14, 2, 6),
        )[0]

    def _meeting(self, couple: Couple, mentorship: Mentorship, at: datetime, state: str) -> None:
        at = at.replace(
            hour=self.dice.choice((9, 10, 13, 14)), minute=self.dice.choice((0, 30)), second=0, microsecond=0
        )
        meeting = Meeting(
            mentorship=mentorship, starts_at=at, minutes=self.programme.meeting_minutes or 45, state=state,
            topic=self.dice.choice(texts.TOPICS), planned_by_id=couple.mentee.person_id,
            notes=self.dice.choice(texts.NOTES) if state == MeetingState.HELD_BOTH else "",
            created_at=at - timedelta(days=6),
        )  # fmt: skip
        self._add(meeting)
        words = {
            MeetingState.HELD_BOTH: (True, True), MeetingState.HELD_ONE: (True, None),
            MeetingState.DISPUTED: (True, False),
        }.get(MeetingState(state), (None, None))  # fmt: skip
        for enrolment, word in zip((couple.mentee, couple.mentor), words, strict=True):
            if word is not None:
                self._add(
                    Confirmation(
                        meeting=meeting, person_id=enrolment.person_id, took_place=word, at=at + timedelta(hours=3)
                    )
                )

    def _agreement(self, couple: Couple, mentorship: Mentorship, held: int, stage: str) -> None:
        if held < 1 or (not self._past("connection", stage) and self.dice.random() < 0.5):
            return
        at = mentorship.started_at + timedelta(days=self.dice.randint(8, 20))
        aims, rhythm, boundaries, confidentiality = texts.AGREEMENT
        agreement = Agreement(
            mentorship=mentorship, version=1, aims=aims, rhythm=rhythm, boundaries=boundaries,
            confidentiality=confidentiality, drafted_by_id=couple.mentee.person_id, drafted_at=at,
        )  # fmt: skip
        self._add(agreement)
        signers = [couple.mentee] if not self._past("connection", stage) else [couple.mentee, couple.mentor]
        for enrolment in signers:
            signed = at + timedelta(days=1)
            self._add(Signature(agreement=agreement, person_id=enrolment.person_id, signed_at=signed))

    def _pack(self, couple: Couple, mentorship: Mentorship, pack: str, at: datetime) -> None:
        if pack not in self.programme.surveys:
            return
        for enrolment in (couple.mentee, couple.mentor):
            self._add(
                SurveyResponse(
                    person_id=enrolment.person_id, pack=pack, context=f"mentorship:{mentorship.pk}",
                    declined=self.dice.random() < 0.3, at=min(at, self.now),
                )
            )  # fmt: skip

    def _goals(self, couple: Couple, mentorship: Mentorship, stage: str) -> None:
        written = self._past("goal_setting", stage)
        planned = self._past("action_planning", stage)
        scored = self._past("evaluation", stage)
        start = mentorship.started_at + timedelta(days=30)
        chosen = self.dice.sample(texts.GOALS, self.dice.randint(1, 3))
        for number, (title, outcome, evidence, skill) in enumerate(chosen):
            due = (start + timedelta(days=30)).date() if number == 0 else self._due_later()
            overdue = due < self.now.date()
            settled = written and (scored or (number == 0 and len(chosen) > 1 and overdue))
            goal = Goal(
                mentorship=mentorship, owner_id=couple.mentee.person_id,
                status=self._status(written, settled), title=title, outcome=outcome,
                evidence=evidence, why=self.dice.choice(texts.WHY), linked_skill=skill,
                if_then=self.dice.choice(texts.IF_THEN) if planned else "", due_on=due,
                first_action_on=(start + timedelta(days=7)).date() if planned else None,
                progress=self._progress(written, settled, overdue),
                shared_in_full=self.dice.random() < 0.5, shared_with_manager=self.dice.random() < 0.3,
                final_attainment=self.dice.choice((0, 1, 1, 2)) if settled else None, created_at=start,
                activated_at=start + timedelta(days=1) if written else None,
                settled_at=self.now - timedelta(days=8) if settled else None,
            )  # fmt: skip
            self._add(goal)
            if planned:
                self._steps(couple, goal, start)

    def _status(self, written: bool, settled: bool) -> str:
        if settled:
            return GoalStatus.REACHED
        return GoalStatus.ACTIVE if written else GoalStatus.DRAFT

    def _progress(self, written: bool, settled: bool, overdue: bool) -> int:
        if settled or not written:
            return 100 if settled else 0
        return self.dice.choice((40, 70, 90) if overdue else (10, 30, 45))

    def _due_later(self) -> date:
        """Most goals have time left; one in five is late."""
        return (self.now + timedelta(days=self.dice.choice((-9, 14, 25, 40, 60)))).date()

    def _steps(self, couple: Couple, goal: Goal, start: datetime) -> None:
        for number, words in enumerate(self.dice.sample(texts.STEPS, 4)):
            due = self.now + timedelta(days=(number - 1) * 9 + self.dice.randint(-4, 4))
            done = number == 0
            owner = couple.mentor if number == 3 else couple.mentee
            self._add(
                ActionItem(
                    goal=goal, owner_id=owner.person_id, text=words, due_on=due.date(),
                    done_at=max(start, due - timedelta(days=2)) if done and due < self.now else None,
                )
            )  # fmt: skip

    def _message(self, mentorship: Mentorship, author: Enrolment, at: datetime, body: str) -> None:
        self._add(Message(mentorship=mentorship, author_id=author.person_id, body=body, sent_at=min(at, self.now)))

    def _messages(self, couple: Couple, mentorship: Mentorship) -> None:
        lately = timedelta(days=2 if couple.mood in {"steady", "closed"} else 40)
        last = (mentorship.ended_at or self.now) - lately
        count = self.dice.randint(4, len(texts.MESSAGES))
        span = max((last - mentorship.started_at) / count, timedelta(hours=2))
        for number, body in enumerate(texts.MESSAGES[:count]):
            author = couple.mentor if number % 2 == 0 else couple.mentee
            self._message(mentorship, author, mentorship.started_at + span * (number + 1), body)

    def _later(self, couple: Couple, mentorship: Mentorship, journey: Journey) -> None:
        reviewed = self._past("review", journey.stage) or (couple.mood == "steady" and self._share(couple) > 0.55)
        if "review" in self.stages and reviewed and journey.stage != "review":
            at = mentorship.started_at + timedelta(weeks=self.programme.duration_weeks // 2)
            self._pack(couple, mentorship, "mid_pack", at)
            for enrolment in (couple.mentee, couple.mentor):
                self._add(
                    ReviewChoice(
                        journey=journey, person_id=enrolment.person_id, choice=ReviewChoice.Choice.CONTINUE, at=at
                    )
                )
        if self._past("evaluation", journey.stage):
            self._pack(couple, mentorship, "end_pack", self.now - timedelta(days=5))
        if couple.mood == "closed":
            self._closing(couple, journey)
        self._add(
            TaskDone(
                journey=journey, person_id=couple.mentor.person_id, task="co_mr_hello",
                done_at=mentorship.started_at + timedelta(days=2),
            )
        )  # fmt: skip

    def _closing(self, couple: Couple, journey: Journey) -> None:
        for enrolment in (couple.mentee, couple.mentor):
            self._add(
                Reflection(
                    journey=journey, person_id=enrolment.person_id, body=self.dice.choice(texts.NOTES),
                    thanks="Thank you for your patience with my first drafts.", at=self.now - timedelta(days=3),
                )
            )  # fmt: skip
            number = UUID(int=self.dice.getrandbits(128)).hex[:24]
            self._add(
                Certificate(
                    journey=journey, person_id=enrolment.person_id, number=number,
                    issued_at=self.now - timedelta(days=3),
                )
            )  # fmt: skip

    # --- saving

    def _add(self, row: TenantModel) -> None:
        row.organisation_id = self.organisation_id
        self.late.append(row)

    def _save(self) -> None:
        """One statement per table; tables that others hang on come first."""
        order: tuple[type[TenantModel], ...] = (
            Party, Transition, Agreement, Signature, Meeting, Confirmation, Goal, ActionItem, Message, StageEntry,
            TaskDone, ReviewChoice, Reflection, Certificate, SurveyResponse,
        )  # fmt: skip
        for table in order:
            table._default_manager.bulk_create([row for row in self.late if isinstance(row, table)], batch_size=500)
        self.late.clear()
