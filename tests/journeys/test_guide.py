from fractions import Fraction

import pytest

from tests.factories.programmes import ProgrammeFactory
from trellis.journeys.guide import (
    SETTLED_BY,
    agendas_for,
    conditions,
    plan_of,
    prompts_for,
    stage_name,
    stage_prompts,
    stage_purpose,
    tasks_for,
)
from trellis.people.models import Organisation
from trellis.programmes import content
from trellis.programmes.choices import MentoringModel, Side
from trellis.programmes.models import Programme
from trellis.programmes.templates import all_templates
from trellis_engine.journey import CYCLE


def test_plan_follows_the_programmes_own_windows(programme: Programme) -> None:
    plan = plan_of(programme)

    assert tuple(stage.id for stage in plan.stages) == CYCLE
    assert (plan.stages[2].from_week, plan.stages[2].to_week) == (4, 9)
    assert plan.quorum_share == 1


def test_plan_of_a_programme_without_windows_uses_contents_shares(organisation: Organisation) -> None:
    plan = plan_of(ProgrammeFactory(organisation=organisation, stage_plan=[], duration_weeks=40))

    assert [(stage.id, stage.from_week) for stage in plan.stages][-1] == ("closure", 37)


def test_plan_does_not_ask_for_what_the_programme_does_not_have(organisation: Organisation) -> None:
    bare = ProgrammeFactory(organisation=organisation, surveys=[], training_gate=False)

    asked = {requirement.key for stage in plan_of(bare).stages for requirement in stage.exit}

    assert not asked & {"survey_done", "training_done"}


def test_a_circle_counts_its_members_at_two_thirds(organisation: Organisation) -> None:
    assert plan_of(ProgrammeFactory(organisation=organisation, model=MentoringModel.GROUP)).quorum_share == Fraction(
        2, 3
    )


@pytest.mark.parametrize("template", all_templates(), ids=lambda template: template.id)
def test_every_shipped_template_makes_a_plan(organisation: Organisation, template: object) -> None:
    programme = ProgrammeFactory(
        organisation=organisation, model=template.model, surveys=list(template.surveys),
        stage_plan=[window.plain() for window in template.stage_plan],
    )  # fmt: skip

    plan = plan_of(programme)

    assert [stage.id for stage in plan.stages] == [window.stage for window in template.stage_plan]
    for stage in plan.stages:
        assert prompts_for(programme, stage.id, "mentee", meetings_held=0)


def test_every_self_ticking_task_exists_and_asks_something_known() -> None:
    ids = {task.id for stage in content.stages().values() for side in Side.values for task in stage.tasks[side]}

    assert set(SETTLED_BY) <= ids


def test_tasks_are_contents_unless_the_programme_has_its_own(programme: Programme) -> None:
    assert tasks_for(programme, "connection", "mentor")[0].id == "co_mr_hello"
    assert tasks_for(programme, "growth", "mentee")[0].recurring == "per_meeting"

    programme.tasks = {"connection": {"mentor": [{"id": "own", "title": "Call", "due_days": 1, "required": True}]}}
    assert [task.id for task in tasks_for(programme, "connection", "mentor")] == ["own"]
    assert tasks_for(programme, "connection", "mentee") == ()


def test_a_peer_has_the_mentees_tasks(programme: Programme) -> None:
    assert tasks_for(programme, "connection", "peer") == tasks_for(programme, "connection", "mentee")


def test_three_questions_change_with_each_meeting(programme: Programme) -> None:
    first = prompts_for(programme, "connection", "mentee", meetings_held=0)
    second = prompts_for(programme, "connection", "mentee", meetings_held=1)

    assert len(first) == len(second) == 3
    assert not set(first) & set(second)
    assert all(prompt.asker in ("mentee", "both") for prompt in first)


def test_a_models_pack_gives_one_of_the_three(programme: Programme) -> None:
    programme.prompt_packs = ["law"]

    chosen = prompts_for(programme, "growth", "mentor", meetings_held=0)

    assert len(chosen) == 3
    assert chosen[-1].id.startswith("p_la_")


def test_peers_may_ask_everything() -> None:
    assert len(stage_prompts("growth", "peer")) == 8


def test_agendas_offer_the_templates_own_in_its_weeks(programme: Programme) -> None:
    programme.agendas = [
        {"week": week, "title": f"Week {week}", "items": [{"minutes": 5, "topic": "x"}]} for week in (8, 6, 20)
    ]

    assert [agenda.title for agenda in agendas_for(programme, "goal_setting", 6)] == [
        "Week 6",
        "Week 8",
        "Goal meeting (60 min)",
    ]
    assert [agenda.title for agenda in agendas_for(programme, "goal_setting", 12)] == ["Goal meeting (60 min)"]


def test_stages_have_names_and_purposes() -> None:
    assert stage_name("growth") == "Growth"
    assert all(stage_purpose(stage_id) for stage_id in conditions())


def test_what_a_stage_has_lost_is_decided_by_its_weeks(organisation: Organisation) -> None:
    windows = [
        {"stage": "connection", "from_week": 0, "to_week": 2},
        {"stage": "action_planning", "from_week": 2, "to_week": 4},
    ]
    plan = plan_of(ProgrammeFactory(organisation=organisation, stage_plan=windows, duration_weeks=8))

    asked = plan.stages[1]
    assert [(each.key, each.numbers) for each in (*asked.entry, *asked.exit)] == [
        ("elapsed_share_gte", (0.25,)),
        ("elapsed_share_gte", (0.5,)),
    ]


def test_tasks_that_could_never_tick_themselves_are_left_out(organisation: Organisation) -> None:
    windows = [{"stage": stage, "from_week": 0, "to_week": 3} for stage in ("orientation", "action_planning")]
    bare = ProgrammeFactory(organisation=organisation, surveys=[], training_gate=False, stage_plan=windows)

    ids = {task.id for stage in ("orientation", "action_planning") for task in tasks_for(bare, stage, "mentee")}

    assert ids == {"or_me_profile", "or_me_style", "or_me_rank", "ac_me_path"}
