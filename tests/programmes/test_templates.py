from decimal import Decimal

import pytest

from trellis.programmes import content, templates
from trellis.programmes.choices import MentoringModel, PairVisibility, SignUp
from trellis.programmes.plan import Cadence, Window, plain_tasks, tasks_of


def test_all_templates_are_the_shipped_ones() -> None:
    assert len(templates.all_templates()) == 23
    assert templates.all_templates()[0].id == "career_formal"


def test_template_by_id() -> None:
    found = templates.template("career_formal")

    assert found.model == MentoringModel.FORMAL
    assert found.cadence == Cadence(14, 28, 50, 12)
    assert found.ideal_level_gap == (1, 3)
    assert found.stage_plan[0] == Window("orientation", -3, 0)
    assert found.hard_rules == ("reporting_line", "no_match_list", "common_language")


def test_template_unknown_is_an_error() -> None:
    with pytest.raises(KeyError):
        templates.template("nonsense")


@pytest.mark.parametrize("template", templates.all_templates(), ids=lambda template: template.id)
def test_every_template_is_whole(template: templates.Template) -> None:
    assert sum(template.weights.values()) == 100
    assert list(template.weights) == list(templates.factors())
    assert {window.stage for window in template.stage_plan} == set(template.tasks) <= set(content.stages())
    assert set(template.surveys) <= set(content.survey_packs())
    assert set(template.kpis) <= set(content.kpis())
    assert set(template.prompt_packs) <= content.prompt_packs()
    assert template.mentor_capacity >= 1
    assert template.mentors_per_mentee >= 1
    assert template.cadence.minutes_a_month > 0


def test_pair_is_hidden_where_the_template_promises_a_safe_space() -> None:
    hidden = {each.id for each in templates.all_templates() if each.pair_visibility == PairVisibility.HIDDEN}

    assert hidden == {"inclusion_erg", "career_change", "return_to_work", "informal_open"}


def test_sign_up_is_by_invitation_only_where_the_template_says_so() -> None:
    invited = {each.id for each in templates.all_templates() if each.sign_up == SignUp.INVITATION}

    assert invited == {"succession_transfer"}


def test_informal_and_flash_ask_for_no_approval_and_no_training() -> None:
    free = {each.id for each in templates.all_templates() if not each.mentors_need_approval}
    untrained = {each.id for each in templates.all_templates() if not each.training_gate}

    assert free == untrained == {"flash", "informal_open"}


def test_always_on_templates_have_no_cohort() -> None:
    always_on = {each.id for each in templates.all_templates() if each.always_on}

    assert always_on == {"onboarding_buddy", "flash", "return_to_work", "informal_open"}


@pytest.mark.parametrize(
    ("ratio", "mentees", "mentors"), [("1:1", 1, 1), ("2-3 mentors : 1", 1, 2), ("1:5-7", 7, 1), ("1-2:6-10", 10, 1)]
)
def test_ratio_in_numbers(ratio: str, mentees: int, mentors: int) -> None:
    assert templates.mentees_a_mentor(ratio) == mentees
    assert templates.mentors_a_mentee(ratio) == mentors


def test_rules_that_people_keep_are_words_and_rules_that_the_matcher_keeps_are_names() -> None:
    peer, succession = templates.template("peer_pair"), templates.template("succession_transfer")

    assert (peer.level_gap, peer.ground_rules) == ((-1, 1), ())
    assert succession.hard_rules == ("no_match_list", "common_language")
    assert succession.ground_rules[1] == "selection is decided elsewhere; mentor gives no rating"


def test_find_templates_by_words_model_and_group() -> None:
    assert [each.id for each in templates.find_templates(words="LAW associates")] == ["law_associate_partner"]
    assert [each.id for each in templates.find_templates(model="group")] == ["writing_circle", "group_circle"]
    assert [each.id for each in templates.find_templates(model="group", group=["flash", "group_circle"])] == [
        "group_circle"
    ]
    assert templates.find_templates(words="quantum unicorn") == []


def test_stages_bring_their_tasks_and_agenda() -> None:
    growth = content.stages()["growth"]

    assert list(content.stages())[:2] == ["orientation", "connection"]
    assert growth.tasks["mentee"][0].recurring == "per_meeting"
    assert growth.agenda.minutes == 50


def test_tasks_survive_storing() -> None:
    tasks = templates.template("career_formal").tasks

    assert tasks_of(plain_tasks(tasks)) == tasks


def test_kpis_have_default_targets_where_there_is_one() -> None:
    assert content.kpis()["participation_rate"].default_target == Decimal(70)
    assert content.kpis()["retention_difference"].default_target is None


def test_survey_packs_are_named() -> None:
    assert content.survey_packs()["pulse_30"].name == "Short pulse at day 30"


def test_twenty_values_to_choose_from() -> None:
    assert len(content.shared_values()) == 20
