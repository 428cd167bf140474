"""A relationship page as one of its parties sees it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from trellis.journeys import rules
from trellis.journeys.guide import Prompt, agendas_for, prompts_for, stage_name, stage_prompts, stage_purpose
from trellis.journeys.models import Certificate
from trellis.journeys.queries.goals import GoalLine, goal_lines
from trellis.journeys.queries.history import Happening, history_of
from trellis.journeys.queries.material import Material, MeetingFact, gather
from trellis.journeys.queries.steps import NextStep, choose_step, view_of
from trellis.journeys.queries.tasks import TaskLine, task_lines
from trellis.journeys.queries.words import Line, line_of, survey_opens_on
from trellis.mentorships.models import Mentorship, Party
from trellis.mentorships.rules import can_extend, is_live, stays_open
from trellis.people.models import Person
from trellis.programmes.plan import Agenda


@dataclass(frozen=True)
class StageLine:
    """One stage of the path. `on`: when it was finished, or usually begins."""

    id: str
    name: str
    number: int
    state: str  # done, now, later
    open: bool  # has begun beside the current one
    on: date | None


@dataclass(frozen=True)
class Stance:
    """What this person may do here now."""

    live: bool
    press_next: bool
    message: bool
    extend: bool
    close: bool
    review: bool
    certificate: str  # its number


@dataclass(frozen=True)
class JourneyView:
    """Everything on the page. `stage` is derived from the facts of this moment, whether or not a job has run."""

    mentorship: Mentorship
    me: Party
    partner: Person
    is_mentor: bool
    stage: StageLine
    purpose: str
    stages: tuple[StageLine, ...]
    next_stage: str
    conditions: tuple[Line, ...]
    tasks: tuple[TaskLine, ...]
    prompts: tuple[Prompt, ...]
    more_prompts: tuple[Prompt, ...]
    agendas: tuple[Agenda, ...]
    next_step: NextStep
    next_meeting: MeetingFact | None
    goals: tuple[GoalLine, ...]
    history: tuple[Happening, ...]
    week: int
    weeks: int
    check_ins: tuple[str, ...]  # packs of open stages that wait for this person
    outcome: str  # joint result of half-time
    stance: Stance
    now: datetime

    @property
    def met(self) -> int:
        return sum(line.met for line in self.conditions)

    @property
    def week_shown(self) -> int:
        return min(self.week, self.weeks)


def journey_view(mentorship: Mentorship, person: Person, now: datetime) -> JourneyView:
    """The page for `person`, who must be a party; always the same number of queries."""
    material = gather(mentorship, now)
    view, standing = view_of(material, person), material.standing
    stages, tasks = stage_lines(material), task_lines(material, view.me)
    current = next(line for line in stages if line.state == "now")
    following = material.plan.after(standing.stage)
    prompts = prompts_for(
        mentorship.programme, standing.stage, view.me.role, meetings_held=material.facts.meetings_held
    )
    return JourneyView(
        mentorship=mentorship, me=view.me, partner=view.partner, is_mentor=view.is_mentor, stage=current,
        purpose=_(stage_purpose(standing.stage)), stages=stages,
        next_stage=_(stage_name(following.id)) if following else "",
        conditions=tuple(line_of(condition, material, person) for condition in standing.exit),
        tasks=tuple(tasks), prompts=prompts,
        more_prompts=tuple(each for each in stage_prompts(standing.stage, view.me.role) if each not in prompts),
        agendas=agendas_for(mentorship.programme, standing.stage, material.timeline.week(material.today)),
        next_step=choose_step(view, tasks), next_meeting=material.next_meeting,
        goals=tuple(goal_lines(mentorship, person, material.today)), history=tuple(history_of(material)),
        week=material.timeline.week(material.today), weeks=material.timeline.weeks,
        check_ins=waiting_check_ins(material, view.me), outcome=outcome_of(material),
        stance=_stance(material, view.me, following is not None), now=now,
    )  # fmt: skip


def next_step_of(mentorship: Mentorship, person: Person, now: datetime) -> NextStep:
    """The one next step of a party in one mentorship, as the home page shows it."""
    return choose_step(view_of(gather(mentorship, now), person))


def stage_lines(material: Material) -> tuple[StageLine, ...]:
    """The path: what is behind, where the pair stands, what is to come."""
    standing, ids = material.standing, [stage.id for stage in material.plan.stages]
    entered = {entry.stage: timezone.localdate(entry.entered_at) for entry in material.entries}
    lines = []
    for number, stage in enumerate(material.plan.stages, start=1):
        done, now = stage.id in standing.done_stages, stage.id == standing.stage
        finished = entered.get(ids[number]) if done and number < len(ids) else None
        later = None if done or now else material.timeline.begins_on(stage)
        lines.append(
            StageLine(
                stage.id, _(stage_name(stage.id)), number, "done" if done else "now" if now else "later",
                stage.id in standing.open_stages, finished or later,
            )
        )  # fmt: skip
    return tuple(lines)


def outcome_of(material: Material) -> str:
    return rules.joint_outcome(list(material.reviews.values()), len(material.parties))


def waiting_check_ins(material: Material, me: Party) -> tuple[str, ...]:
    """Packs that are open by their date and that this person has neither answered nor skipped."""
    member = next(member for member in material.facts.members if member.id == me.person_id)
    return tuple(
        asked.names[0]
        for stage in material.plan.stages
        for asked in stage.exit
        if asked.key == "survey_done"
        and member.plays(asked.roles)
        and asked.names[0] not in member.surveys
        and survey_opens_on(material, asked.names[0]) <= material.today
    )


def _stance(material: Material, me: Party, more: bool) -> Stance:
    mentorship, live = material.mentorship, is_live(material.mentorship)
    number = Certificate.objects.filter(journey__mentorship=mentorship, person=me.person_id).values_list("number")
    certificate = number.first()
    return Stance(
        live=live, press_next=live and more, message=live or stays_open(mentorship),
        extend=can_extend(mentorship),
        close=live and rules.is_closing(material.plan, material.standing.stage, material.facts.elapsed_share),
        review=live and review_is_open(material), certificate=certificate[0] if certificate else "",
    )  # fmt: skip


def review_is_open(material: Material) -> bool:
    """Half-time has begun, and not both have chosen. Only where the plan has a review."""
    stages = (material.standing.stage, *material.standing.open_stages)
    return "review" in stages and not outcome_of(material)
