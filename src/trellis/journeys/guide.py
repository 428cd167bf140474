"""The guided way as content describes it, for one programme: plan, tasks, agendas, prompts. Read once a process."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from django.utils.translation import gettext_noop

from trellis.mentorships.choices import PartyRole
from trellis.programmes import content
from trellis.programmes.choices import MentoringModel
from trellis.programmes.models import Programme
from trellis.programmes.plan import Agenda, AgendaItem, Window, agendas_of, tasks_of, windows_of
from trellis.surveys.packs import pack
from trellis_engine.journey import CYCLE, FINAL_SCORE, Requirement, Stage, StagePlan, Task, requirement

CIRCLE_SHARE = Fraction(2, 3)  # stages.yaml, model_variations: a circle counts its members at two thirds
GOAL_CONDITIONS = frozenset({"goals_active_between", "goal_has", "action_items_open_gte"})
AGENDA_WEEKS = (-1, 2)  # a template's agenda is offered from one week before its week until two weeks after


@dataclass(frozen=True)
class Prompt:
    """A question to bring to a meeting. `asker`: mentee, mentor or both. `depth` 3 needs trust."""

    id: str
    asker: str
    function: str  # career, psychosocial, role_model or process
    depth: int
    text: str

    def suits(self, role: str) -> bool:
        return role == PartyRole.PEER or self.asker in ("both", role)


@dataclass(frozen=True)
class Conditions:
    """How content says a stage begins and is finished."""

    entry: tuple[Requirement, ...]
    exit: tuple[Requirement, ...]


# ---------------------------------------------------------------- stages


@cache
def conditions() -> Mapping[str, Conditions]:
    """Entry and exit conditions of the eight stages by id."""
    rows = content.read("stages.yaml")["stages"]
    return {row["id"]: Conditions(_requirements(row["entry"]), _requirements(row["exit"])) for row in rows}


def _requirements(lines: Any) -> tuple[Requirement, ...]:  # Any: as YAML gives it
    listed = [lines] if isinstance(lines, dict) else lines
    return tuple(requirement(*next(iter(line.items()))) for line in listed)


def plan_of(programme: Programme) -> StagePlan:
    """The programme's stages with their conditions. What it does not have (a survey, a training gate, goals) is not
    asked."""
    share = CIRCLE_SHARE if programme.model == MentoringModel.GROUP else Fraction(1)
    return StagePlan(tuple(_stage(window, programme) for window in _windows(programme)), share)


def _windows(programme: Programme) -> tuple[Window, ...]:
    """The programme's own; for one without a plan the shares of the length that content proposes."""
    return windows_of(programme.stage_plan) or tuple(
        Window(stage, *(round(share * programme.duration_weeks) for share in shares)) for stage, shares in _shares()
    )


@cache
def _shares() -> tuple[tuple[str, tuple[float, float]], ...]:
    return tuple((row["id"], tuple(row["share"])) for row in content.read("stages.yaml")["stages"])


def _stage(window: Window, programme: Programme) -> Stage:
    asked = conditions()[window.stage]
    return Stage(
        window.stage, window.from_week, window.to_week,
        _what_applies(asked.entry, programme, window.from_week),
        _what_applies(asked.exit, programme, window.to_week),
    )  # fmt: skip


def _what_applies(asked: tuple[Requirement, ...], programme: Programme, week: int) -> tuple[Requirement, ...]:
    """What this programme asks of it. Where nothing is left, the stage's own weeks decide: with no condition at all
    it would begin on the first day, and be over before anybody saw it."""
    kept = tuple(_asked(each) for each in asked if _applies(each, programme))
    return kept or (requirement("elapsed_share_gte", _share(week, programme)),)


def _share(week: int, programme: Programme) -> float:
    return min(1.0, max(0.0, week / max(1, programme.duration_weeks)))


def _applies(asked: Requirement, programme: Programme) -> bool:
    """Whether the programme has what the condition is about: the survey, the training gate, a stage to set goals in.

    Final scores are asked of the goals there are, also of those that a pair wrote unasked.
    """
    if asked.key == "survey_done":
        return asked.names[0] in programme.surveys
    if asked.key == "training_done":
        return programme.training_gate
    if asked.key in GOAL_CONDITIONS and asked.names != (FINAL_SCORE,):
        return sets_goals(programme)
    return True


def sets_goals(programme: Programme) -> bool:
    """Whether goals have a stage of their own in this programme."""
    return any(window.stage == "goal_setting" for window in _windows(programme))


def _asked(asked: Requirement) -> Requirement:
    """A survey is asked of the roles that its pack names."""
    if asked.key != "survey_done":
        return asked
    found = pack(asked.names[0])
    assert found
    return asked.of(found.roles)


# ---------------------------------------------------------------- tasks and agendas

# Tasks that tick themselves, because what they ask for can be seen. The rest is ticked by hand.
SETTLED_BY: Mapping[str, Requirement] = {
    "or_me_profile": requirement("profile_complete", ["mentee"]),
    "or_me_style": requirement("profile_complete", ["mentee"]),
    "or_me_training": requirement("training_done", ["mentee"]),
    "or_me_rank": requirement("match_accepted_both", True),
    "or_me_baseline": requirement("survey_done", "baseline_pack").of(("mentee",)),
    "or_mr_capacity": requirement("profile_complete", ["mentor"]),
    "or_mr_offer": requirement("profile_complete", ["mentor"]),
    "or_mr_training": requirement("training_done", ["mentor"]),
    "or_mr_accept": requirement("match_accepted_both", True),
    "co_me_agree": requirement("agreement_signed_both", True),
    "co_mr_agree": requirement("agreement_signed_both", True),
    "co_mr_initiate": requirement("meetings_held_gte", 2),
    "go_me_goals": requirement("goals_active_between", [1, 3]),
    "ac_me_steps": requirement("action_items_open_gte", 3),
    "ac_me_ifthen": requirement("goal_has", ["if_then_step"]),
    "re_me_review": requirement("survey_done", "mid_pack").of(("mentee",)),
    "re_mr_review": requirement("survey_done", "mid_pack").of(("mentor",)),
    "ev_me_gas": requirement("goal_has", ["final_attainment"]),
    "ev_me_survey": requirement("survey_done", "end_pack").of(("mentee",)),
    "ev_mr_survey": requirement("survey_done", "end_pack").of(("mentor",)),
}


def tasks_for(programme: Programme, stage_id: str, role: str) -> tuple[Task, ...]:
    """What a stage asks of one side: the programme's own list, else content's. A peer has the mentee's.

    A task that ticks itself is left out where what it waits for is not part of the programme: it would never be done.
    """
    side = PartyRole.MENTEE if role == PartyRole.PEER else role
    own = tasks_of(programme.tasks).get(stage_id)
    rows = (own if own is not None else content.stages()[stage_id].tasks).get(side, ())
    return tuple(
        Task(row.id, row.title, row.due_days, row.required, row.recurring)
        for row in rows
        if row.id not in SETTLED_BY or _applies(SETTLED_BY[row.id], programme)
    )


def agendas_for(programme: Programme, stage_id: str, week: int) -> tuple[Agenda, ...]:
    """What the next meeting could talk about: the template's agenda for these weeks, and the stage's own."""
    early, late = AGENDA_WEEKS
    due = (each for each in agendas_of(programme.agendas) if week + early <= each.week <= week + late)
    return (*sorted(due, key=lambda each: each.week), stage_agendas()[stage_id])


@cache
def stage_agendas() -> Mapping[str, Agenda]:
    """Each stage's own agenda by id."""
    rows = content.read("stages.yaml")["stages"]
    return {
        row["id"]: Agenda(
            0,
            row["agenda"]["title"],
            tuple(AgendaItem(item["minutes"], item["topic"]) for item in row["agenda"]["items"]),
        )
        for row in rows
    }


# ---------------------------------------------------------------- prompts


@cache
def _prompts() -> Mapping[str, Mapping[str, tuple[Prompt, ...]]]:
    raw = content.read("prompts.yaml")
    return {part: {key: tuple(map(_prompt, rows)) for key, rows in raw[part].items()} for part in ("core", "packs")}


def _prompt(row: Mapping[str, Any]) -> Prompt:
    return Prompt(row["id"], row["for"], row["function"], row["depth"], row["text"])


def stage_prompts(stage_id: str, role: str) -> tuple[Prompt, ...]:
    """The stage's own questions that this side asks or brings."""
    return tuple(prompt for prompt in _prompts()["core"][stage_id] if prompt.suits(role))


def pack_prompts(packs: Iterable[str], role: str) -> tuple[Prompt, ...]:
    """Questions of the programme's model packs."""
    found = (prompt for name in packs for prompt in _prompts()["packs"].get(name, ()))
    return tuple(prompt for prompt in found if prompt.suits(role))


def prompts_for(programme: Programme, stage_id: str, role: str, *, meetings_held: int) -> tuple[Prompt, ...]:
    """Three questions for the next meeting, others after each one: two of the stage and one of the model, if any."""
    special = pack_prompts(programme.prompt_packs, role)
    own = sorted(stage_prompts(stage_id, role), key=lambda prompt: prompt.depth)
    count = 2 if special else 3
    chosen = _turn(own, meetings_held * count)[:count]
    return (*chosen, *_turn(special, meetings_held)[:1])


def _turn(prompts: Iterable[Prompt], by: int) -> tuple[Prompt, ...]:
    listed = tuple(prompts)
    at = by % len(listed) if listed else 0
    return listed[at:] + listed[:at]


SHORT_NAMES: Mapping[str, str] = {
    "growth": gettext_noop("Growth"), "review": gettext_noop("Review"), "closure": gettext_noop("Closure"),
}  # fmt: skip


def stage_name(stage_id: str) -> str:
    """The stage's name as a path shows it; content's longer ones are cut to their first word."""
    return SHORT_NAMES.get(stage_id) or content.stages()[stage_id].name


def stage_purpose(stage_id: str) -> str:
    return content.stages()[stage_id].purpose


assert set(CYCLE) == set(content.stages())
