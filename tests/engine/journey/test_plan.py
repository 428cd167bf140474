from fractions import Fraction

import pytest

from tests.engine.journey.plans import shipped_plan
from trellis_engine.journey import Requirement, Stage, StagePlan, requirement


def test_requirement_splits_numbers_names_and_roles() -> None:
    assert requirement("goals_active_between", [1, 3]) == Requirement("goals_active_between", numbers=(1.0, 3.0))
    assert requirement("goal_has", ["outcome", "why"]) == Requirement("goal_has", names=("outcome", "why"))
    assert requirement("training_done", ["mentee", "mentor"]).roles == ("mentee", "mentor")
    assert requirement("closure_recorded", True) == Requirement("closure_recorded")


def test_requirement_any_of_holds_its_options() -> None:
    either = requirement("any_of", [{"survey_done": "end_pack"}, {"closure_recorded": True}])

    assert [option.key for option in either.options] == ["survey_done", "closure_recorded"]


def test_requirement_with_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="moon_is_full is not a condition"):
        requirement("moon_is_full", True)


def test_requirement_of_roles_narrows_whom_it_asks() -> None:
    assert requirement("survey_done", "mid_pack").of(("mentor",)).roles == ("mentor",)


def test_plan_without_stages_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one stage"):
        StagePlan(())


def test_after_gives_the_next_stage_and_none_at_the_end() -> None:
    plan = shipped_plan()

    following = plan.after("growth")
    assert following is not None
    assert following.id == "review"
    assert plan.after("closure") is None


def test_index_of_a_stage_the_plan_lost_stands_where_the_cycle_goes_on() -> None:
    buddy = shipped_plan("orientation", "connection", "action_planning", "growth")

    assert buddy.stages[buddy.index("goal_setting")].id == "action_planning"
    assert buddy.stages[buddy.index("closure")].id == "growth"


def test_quorum_of_a_circle_is_two_thirds_rounded_up() -> None:
    circle = StagePlan((Stage("growth", 0, 1),), quorum_share=Fraction(2, 3))

    assert [circle.quorum(people) for people in (3, 4, 7)] == [2, 3, 5]
    assert shipped_plan().quorum(2) == 2
