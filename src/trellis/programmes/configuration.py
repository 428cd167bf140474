"""Everything about a programme that can be copied, and no people: one shape for template, copy, file and table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from trellis.programmes import content, defaults
from trellis.programmes.choices import USUAL_IMPORTANCE, AnswerMode, Side
from trellis.programmes.eligibility import Condition, read_words
from trellis.programmes.models import EligibilityRule, KpiTarget, Programme, Question
from trellis.programmes.plan import (
    Agenda,
    Cadence,
    Milestone,
    Tasks,
    Window,
    agendas_of,
    milestones_of,
    plain_tasks,
    tasks_of,
    windows_of,
)
from trellis.programmes.questions import options_of
from trellis.programmes.settings_model import MatchingSettings
from trellis.programmes.templates import Template

SIGN_UP_ENDS_BEFORE_START = timedelta(days=7)  # the last week before the start is for matching


@dataclass(frozen=True)
class ObjectiveText:
    title: str
    description: str = ""


@dataclass(frozen=True)
class QuestionText:
    """One question of the sign-up form."""

    side: str
    key: str
    kind: str
    text: str
    help: str = ""
    options: tuple[str, ...] = ()
    required: bool = False
    mode: str = AnswerMode.IGNORE.value
    importance: int = USUAL_IMPORTANCE


@dataclass(frozen=True)
class Target:
    kpi: str
    target: Decimal | None


@dataclass(frozen=True)
class Configuration:
    name: str
    slug: str  # wished for; a taken one gets a number
    template: str
    model: str
    audience: str
    summary: str
    objective: ObjectiveText | None
    enrolment_opens_on: date
    enrolment_closes_on: date | None
    starts_on: date
    ends_on: date | None
    duration_weeks: int
    cadence: Cadence
    sign_up: str
    mentors_need_approval: bool
    training_gate: bool
    mentor_capacity: int
    mentors_per_mentee: int
    places_for_mentees: int | None
    pair_visibility: str
    terms: str
    matching: MatchingSettings
    stage_plan: tuple[Window, ...]
    tasks: Tasks
    agendas: tuple[Agenda, ...]
    milestones: tuple[Milestone, ...]
    surveys: tuple[str, ...]
    prompt_packs: tuple[str, ...]
    eligibility: tuple[Condition, ...]
    questions: tuple[QuestionText, ...]
    targets: tuple[Target, ...]


def from_template(template: Template, *, name: str, starts_on: date, opens_on: date) -> Configuration:
    """A new programme as the template proposes it. A cohort's sign-up closes a week before it starts."""
    cohort = not template.always_on
    closes_on = max(opens_on, starts_on - SIGN_UP_ENDS_BEFORE_START)
    return Configuration(
        name=name,
        slug="",
        template=template.id,
        model=template.model,
        audience=template.audience,
        summary=template.summary,
        objective=None,
        enrolment_opens_on=opens_on,
        enrolment_closes_on=closes_on if cohort else None,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(weeks=template.duration_weeks) if cohort else None,
        duration_weeks=template.duration_weeks,
        cadence=template.cadence,
        sign_up=template.sign_up,
        mentors_need_approval=template.mentors_need_approval,
        training_gate=template.training_gate,
        mentor_capacity=template.mentor_capacity,
        mentors_per_mentee=template.mentors_per_mentee,
        places_for_mentees=None,
        pair_visibility=template.pair_visibility,
        terms=defaults.terms(template),
        matching=template.matching,
        stage_plan=template.stage_plan,
        tasks=template.tasks,
        agendas=template.agendas,
        milestones=template.milestones,
        surveys=template.surveys,
        prompt_packs=template.prompt_packs,
        eligibility=_conditions(template),
        questions=tuple(QuestionText(*row) for row in defaults.QUESTIONS),
        targets=tuple(Target(kpi, content.kpis()[kpi].default_target) for kpi in template.kpis),
    )


def _conditions(template: Template) -> tuple[Condition, ...]:
    mentee = template.eligibility[Side.MENTEE]
    mentor = template.eligibility[Side.MENTOR]
    by_side = {Side.MENTEE: mentee, Side.MENTOR: mentee if mentor == ("the same",) else mentor}
    return tuple(rule for side, rows in by_side.items() for words in rows for rule in read_words(side, words))


def configuration_of(programme: Programme) -> Configuration:
    """A programme as it stands. Four queries."""
    objective = programme.objective
    return Configuration(
        name=programme.name,
        slug=programme.slug,
        template=programme.template_id,
        model=programme.model,
        audience=programme.audience,
        summary=programme.summary,
        objective=ObjectiveText(objective.title, objective.description) if objective else None,
        enrolment_opens_on=programme.enrolment_opens_on,
        enrolment_closes_on=programme.enrolment_closes_on,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
        duration_weeks=programme.duration_weeks,
        cadence=cadence_of(programme),
        sign_up=programme.sign_up,
        mentors_need_approval=programme.mentors_need_approval,
        training_gate=programme.training_gate,
        mentor_capacity=programme.mentor_capacity_default,
        mentors_per_mentee=programme.mentors_per_mentee,
        places_for_mentees=programme.places_for_mentees,
        pair_visibility=programme.pair_visibility,
        terms=programme.terms,
        matching=MatchingSettings.of(programme.matching),
        stage_plan=windows_of(programme.stage_plan),
        tasks=tasks_of(programme.tasks),
        agendas=agendas_of(programme.agendas),
        milestones=milestones_of(programme.milestones),
        surveys=tuple(programme.surveys),
        prompt_packs=tuple(programme.prompt_packs),
        eligibility=conditions_of(programme),
        questions=questions_of(programme),
        targets=targets_of(programme),
    )


def cadence_of(programme: Programme) -> Cadence:
    return Cadence(
        programme.interval_early_days, programme.interval_later_days,
        programme.meeting_minutes, programme.planned_meetings,
    )  # fmt: skip


def conditions_of(programme: Programme) -> tuple[Condition, ...]:
    rows = EligibilityRule.objects.filter(programme=programme).order_by("side", "position", "id")
    return tuple(Condition(row.side, row.kind, row.value, row.words) for row in rows)


def questions_of(programme: Programme) -> tuple[QuestionText, ...]:
    rows = Question.objects.filter(programme=programme).order_by("side", "position", "id")
    return tuple(
        QuestionText(
            row.side, row.key, row.kind, row.text, row.help, _labels(row.options), row.required, row.mode,
            row.importance,
        )
        for row in rows
    )  # fmt: skip


def _labels(stored: Iterable[Any]) -> tuple[str, ...]:
    return tuple(option.label for option in options_of(stored))


def targets_of(programme: Programme) -> tuple[Target, ...]:
    rows = KpiTarget.objects.filter(programme=programme).order_by("id")
    return tuple(Target(row.kpi, row.target) for row in rows)


def columns(configuration: Configuration) -> dict[str, Any]:  # Any: each column has its own type
    """The programme's own columns: everything but slug, status, objective and rows of other tables."""
    return {
        "name": configuration.name,
        "template_id": configuration.template,
        "model": configuration.model,
        "audience": configuration.audience,
        "summary": configuration.summary,
        "enrolment_opens_on": configuration.enrolment_opens_on,
        "enrolment_closes_on": configuration.enrolment_closes_on,
        "starts_on": configuration.starts_on,
        "ends_on": configuration.ends_on,
        "duration_weeks": configuration.duration_weeks,
        **cadence_columns(configuration.cadence),
        "sign_up": configuration.sign_up,
        "mentors_need_approval": configuration.mentors_need_approval,
        "training_gate": configuration.training_gate,
        "mentor_capacity_default": configuration.mentor_capacity,
        "mentors_per_mentee": configuration.mentors_per_mentee,
        "places_for_mentees": configuration.places_for_mentees,
        "pair_visibility": configuration.pair_visibility,
        "terms": configuration.terms,
        "matching": configuration.matching.plain(),
        "stage_plan": [window.plain() for window in configuration.stage_plan],
        "tasks": plain_tasks(configuration.tasks),
        "agendas": [agenda.plain() for agenda in configuration.agendas],
        "milestones": [milestone.plain() for milestone in configuration.milestones],
        "surveys": list(configuration.surveys),
        "prompt_packs": list(configuration.prompt_packs),
    }


def cadence_columns(cadence: Cadence) -> Mapping[str, int]:
    return {
        "interval_early_days": cadence.interval_early_days,
        "interval_later_days": cadence.interval_later_days,
        "meeting_minutes": cadence.meeting_minutes,
        "planned_meetings": cadence.planned_meetings,
    }
