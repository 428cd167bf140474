from dataclasses import replace
from fractions import Fraction

import pytest

from tests.engine.journey.plans import ALL_FIELDS, a_member, everything_done, just_started, shipped_plan
from trellis_engine.journey import Condition, Facts, Stage, StagePlan, judge, requirement

PLAN = shipped_plan()


def judged(key: str, value: object, facts: Facts, plan: StagePlan = PLAN) -> Condition:
    return judge(plan, requirement(key, value), facts)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("person_enrolled", True), ("profile_complete", ["mentee", "mentor"]), ("training_done", ["mentee", "mentor"]),
        ("consent_recorded", ["mentee", "mentor"]), ("match_accepted_both", True), ("meetings_held_gte", 2),
        ("agreement_signed_both", True), ("goals_active_between", [1, 3]), ("goal_has", ["outcome", "if_then_step"]),
        ("action_items_open_gte", 3), ("survey_done", "end_pack"), ("review_recorded", True),
        ("elapsed_share_gte", 0.8), ("meetings_share_of_planned_gte", 0.6), ("closure_recorded", True),
        ("any_of", [{"closure_recorded": True}, {"survey_done": "end_pack"}]),
    ],
)  # fmt: skip
def test_every_condition_holds_when_everything_is_done(key: str, value: object) -> None:
    assert judged(key, value, everything_done()).met


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("profile_complete", ["mentee", "mentor"]), ("meetings_held_gte", 2), ("agreement_signed_both", True),
        ("goals_active_between", [1, 3]), ("goal_has", ["outcome"]), ("action_items_open_gte", 3),
        ("survey_done", "end_pack"), ("review_recorded", True), ("elapsed_share_gte", 0.8),
        ("meetings_share_of_planned_gte", 0.6), ("closure_recorded", True),
        ("any_of", [{"closure_recorded": True}, {"survey_done": "end_pack"}]),
    ],
)  # fmt: skip
def test_no_condition_holds_when_nothing_has_happened(key: str, value: object) -> None:
    assert not judged(key, value, just_started()).met


def test_condition_names_the_people_it_still_waits_for() -> None:
    facts = Facts(members=(a_member("mentee", 1, signed=True), a_member("mentor", 2)))

    condition = judged("agreement_signed_both", True, facts)

    assert condition == Condition("agreement_signed_both", met=False, have=1, need=2, waiting_for=(2,))


def test_condition_asks_only_the_roles_it_names() -> None:
    facts = Facts(members=(a_member("mentee", 1, profile_complete=True), a_member("mentor", 2)))

    assert judged("profile_complete", ["mentee"], facts).met


def test_condition_asks_a_peer_on_both_sides() -> None:
    facts = Facts(members=(a_member("peer", 1, training_done=True), a_member("peer", 2)))

    assert judged("training_done", ["mentor"], facts).waiting_for == (2,)


def test_condition_of_a_circle_needs_two_thirds() -> None:
    circle = StagePlan((Stage("growth", 0, 1),), quorum_share=Fraction(2, 3))
    facts = Facts(members=tuple(a_member("mentee", n, signed=n < 3) for n in (1, 2, 3)))

    assert judged("agreement_signed_both", True, facts, circle).met
    assert not judged("agreement_signed_both", True, facts).met


def test_goals_between_counts_one_reached_early_and_refuses_too_many_at_once() -> None:
    reached_early = replace(just_started(), goals_active=0, goals=(ALL_FIELDS,))
    too_many = replace(just_started(), goals_active=4, goals=(ALL_FIELDS,) * 4)

    assert judged("goals_active_between", [1, 3], reached_early).met
    assert not judged("goals_active_between", [1, 3], too_many).met


def test_goal_has_names_what_is_lacking() -> None:
    facts = replace(just_started(), goals=(ALL_FIELDS, frozenset({"outcome"})))

    condition = judged("goal_has", ["outcome", "why"], facts)

    assert (condition.met, condition.have, condition.need, condition.names) == (False, 1, 2, ("why",))


def test_final_score_of_no_goals_is_nothing_to_wait_for() -> None:
    assert judged("goal_has", ["final_attainment"], just_started()).met


def test_meetings_share_is_of_those_planned_to_date() -> None:
    facts = replace(just_started(), meetings_held=5, meetings_planned_to_date=9)

    assert not judged("meetings_share_of_planned_gte", 0.6, facts).met
    assert judged("meetings_share_of_planned_gte", 0.6, replace(facts, meetings_held=6)).met
