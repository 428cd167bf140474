from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeFactory, ProgrammeRoleFactory
from tests.factories.template_programmes import NOW, basics, owner, programme
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry, EventRow
from trellis.kernel.tenancy import organisation_scope
from trellis.notifications.models import Notice
from trellis.people.models import Person
from trellis.programmes import checks
from trellis.programmes.actions import joining
from trellis.programmes.actions.programmes import SettingsRefused
from trellis.programmes.actions.settings import (
    Joining,
    Touched,
    change_agendas,
    change_basics,
    change_cadence,
    change_joining,
    change_matching,
    change_stage_plan,
    change_surveys,
    change_targets,
    change_tasks,
    change_terms,
    change_visibility,
)
from trellis.programmes.actions.terms import tell_new_terms
from trellis.programmes.choices import EnrolmentState, PairVisibility, ProgrammeRoleKind, QuestionKind, SignUp
from trellis.programmes.configuration import QuestionText, Target, cadence_of
from trellis.programmes.eligibility import condition
from trellis.programmes.models import Answer, EligibilityRule, Enrolment, KpiTarget, Objective, Programme, Question
from trellis.programmes.plan import Agenda, AgendaItem, Milestone, Task, Window, windows_of
from trellis.programmes.settings_model import MatchingSettings

__all__ = ["owner", "programme"]  # fixtures


def audit_facts() -> dict[str, Any]:
    return AuditEntry.objects.filter(verb="programme.changed").latest("position").facts


# --- basics


def test_change_basics_writes_and_records_field_names_only(owner: Person, programme: Programme) -> None:
    changed = change_basics(
        by=owner, programme=programme, basics=basics(programme, name="Secret plans", starts_on=date(2027, 2, 1)),
        now=NOW, touched=Touched(pairs=41, people=12),
    )  # fmt: skip

    programme.refresh_from_db()
    assert (programme.name, programme.starts_on) == ("Secret plans", date(2027, 2, 1))
    assert changed == ("name", "starts_on")
    assert audit_facts() == {"fields": "name,starts_on", "pairs": 41, "people": 12}
    assert EventRow.objects.latest("id").fields["fields"] == "name,starts_on"


def test_change_basics_with_nothing_different_records_nothing(owner: Person, programme: Programme) -> None:
    assert change_basics(by=owner, programme=programme, basics=basics(programme), now=NOW) == ()
    assert not AuditEntry.objects.filter(verb="programme.changed").exists()


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"enrolment_closes_on": date(2026, 1, 1)}, "enrolment_closes_on"),
        ({"starts_on": date(2026, 1, 1)}, "starts_on"),
        ({"ends_on": date(2027, 1, 1)}, "ends_on"),
        ({"enrolment_closes_on": date(2027, 6, 1), "ends_on": date(2027, 5, 1)}, "ends_on"),
    ],
)
def test_change_basics_refuses_what_cannot_be(
    owner: Person, programme: Programme, other: dict[str, Any], field: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        change_basics(by=owner, programme=programme, basics=basics(programme, **other), now=NOW)

    assert refused.value.field == field
    assert Programme.objects.get().name == "Career Growth"


def test_changes_need_somebody_who_runs_the_programme(programme: Programme) -> None:
    analyst = ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST).person
    stranger = PersonFactory(organisation=programme.organisation)

    for person in (analyst, stranger):
        with pytest.raises(NotAllowed):
            change_basics(by=person, programme=programme, basics=basics(programme, name="Mine"), now=NOW)


def test_changes_by_a_coordinator_of_another_organisation_are_not_allowed(programme: Programme) -> None:
    other = OrganisationFactory()
    with organisation_scope(other.pk):
        outsider = ProgrammeRoleFactory(programme=ProgrammeFactory(organisation=other)).person

    with pytest.raises(NotAllowed):
        change_visibility(by=outsider, programme=programme, pair_visibility=PairVisibility.HIDDEN, now=NOW)


# --- rhythm, joining, visibility


def test_change_cadence(owner: Person, programme: Programme) -> None:
    cadence = replace(cadence_of(programme), meeting_minutes=45)

    changed = change_cadence(
        by=owner, programme=programme, model="peer", duration_weeks=40, cadence=cadence, now=NOW
    )  # fmt: skip

    assert changed == ("model", "duration_weeks", "meeting_minutes")


def test_change_cadence_shorter_than_the_stage_plan_is_refused(owner: Person, programme: Programme) -> None:
    with pytest.raises(SettingsRefused, match="“Closure and next chapter” lies outside the programme's weeks"):
        change_cadence(
            by=owner, programme=programme, model="formal", duration_weeks=38, cadence=cadence_of(programme), now=NOW
        )


def test_change_joining(owner: Person, programme: Programme) -> None:
    new = Joining(SignUp.INVITATION, True, True, 3, 1, 220)

    changed = change_joining(by=owner, programme=programme, joining=new, now=NOW)

    assert sorted(changed) == ["mentor_capacity_default", "places_for_mentees", "sign_up"]


def test_change_joining_gives_new_places_to_the_waiting_list_in_turn(owner: Person, programme: Programme) -> None:
    programme.places_for_mentees = 1
    programme.save()
    EnrolmentFactory(programme=programme)
    waiting = [
        EnrolmentFactory(programme=programme, state=EnrolmentState.WAITING, applied_at=NOW + timedelta(days=day))
        for day in range(3)
    ]

    def states_with(places: int) -> list[str]:
        joining = Joining(SignUp.OPEN, True, False, 2, 1, places)
        change_joining(by=owner, programme=programme, joining=joining, now=NOW)
        return [Enrolment.objects.get(pk=each.pk).state for each in waiting]

    assert states_with(1) == ["waiting", "waiting", "waiting"]
    assert states_with(2).count("approved") == 1
    assert states_with(9) == ["approved", "approved", "approved"]


def test_change_joining_without_places_is_refused(owner: Person, programme: Programme) -> None:
    with pytest.raises(SettingsRefused):
        change_joining(by=owner, programme=programme, joining=Joining(SignUp.OPEN, True, True, 0, 1, 0), now=NOW)


def test_change_visibility(owner: Person, programme: Programme) -> None:
    change_visibility(by=owner, programme=programme, pair_visibility=PairVisibility.HIDDEN, now=NOW)

    assert Programme.objects.get().pair_visibility == PairVisibility.HIDDEN


# --- matching


def matching(programme: Programme, **other: Any) -> MatchingSettings:
    return replace(MatchingSettings.of(programme.matching), **other)


def weights(programme: Programme, **other: int) -> dict[str, int]:
    return dict(MatchingSettings.of(programme.matching).weights) | other


def test_change_matching(owner: Person, programme: Programme) -> None:
    new = matching(
        programme, weights=weights(programme, skill_coverage=20, balance=4), level_gap=(1, None), time_zone_hours=3,
        minimum_percent=40, priority_rule="first_come",
    )  # fmt: skip

    assert change_matching(by=owner, programme=programme, matching=new, now=NOW) == ("matching",)

    stored = Programme.objects.get().matching
    assert stored["level_gap"] == {"minimum": 1, "maximum": None}
    assert stored["time_zone"] == {"maximum": 3}
    assert stored["minimum_score"] == 40_000
    assert MatchingSettings.of(stored) == new


@pytest.mark.parametrize(
    ("skills", "words"),
    [
        (30, "The weights sum to 108, which is 8 too many. Make them sum to 100."),
        (20, "The weights sum to 98, which is 2 too few. Make them sum to 100."),
    ],
)
def test_change_matching_weights_must_sum_to_100(owner: Person, programme: Programme, skills: int, words: str) -> None:
    new = matching(programme, weights=weights(programme, skill_coverage=skills))

    with pytest.raises(SettingsRefused) as refused:
        change_matching(by=owner, programme=programme, matching=new, now=NOW)

    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("other", "path"),
    [
        ({"weights": {"skill_coverage": 100, "charm": 0}}, "matching.weights.charm"),
        ({"weights": {"skill_coverage": 101, "balance": -1}}, "matching.weights.skill_coverage"),
        ({"suggestions": 0}, "matching.suggestions"),
        ({"minimum_percent": 101}, "matching.minimum_percent"),
        ({"hard_rules": ("reporting_line", "no_match_list", "same_star_sign")}, "matching.hard_rules"),
        ({"hard_rules": ("no_match_list",)}, "matching.hard_rules"),
        ({"hard_rules": ("reporting_line",)}, "matching.hard_rules"),
        ({"priority_rule": "friends"}, "matching.priority_rule"),
        ({"ideal_level_gap": (3, 1)}, "matching.ideal_level_gap"),
        ({"level_gap": (None, 99)}, "matching.level_gap"),
        ({"time_zone_hours": 13}, "matching.time_zone_hours"),
    ],
)
def test_change_matching_refuses_what_cannot_be(
    owner: Person, programme: Programme, other: dict[str, Any], path: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        change_matching(by=owner, programme=programme, matching=matching(programme, **other), now=NOW)

    assert refused.value.field == path


def test_reporting_line_may_be_crossed_only_where_the_template_says_so() -> None:
    assert checks.kept_rules("career_formal") == ("reporting_line", "no_match_list")
    assert checks.kept_rules("succession_transfer") == ("no_match_list",)
    assert checks.kept_rules("unknown") == ("reporting_line", "no_match_list")


def test_matching_settings_of_an_empty_programme_take_their_defaults() -> None:
    found = MatchingSettings.of({})

    assert (found.weights, found.ideal_level_gap, found.suggestions, found.minimum_percent) == ({}, None, 4, 0)
    assert found.hard_rules == ("reporting_line", "no_match_list", "common_language")


# --- stages, tasks, agendas


def test_change_stage_plan_drops_the_tasks_of_a_stage_that_leaves(owner: Person, programme: Programme) -> None:
    plan = [window for window in windows_of(programme.stage_plan) if window.stage != "review"]

    changed = change_stage_plan(
        by=owner, programme=programme, stage_plan=plan, milestones=[Milestone(1, "Hello")], now=NOW
    )  # fmt: skip

    programme.refresh_from_db()
    assert changed == ("stage_plan", "milestones", "tasks")
    assert "review" not in programme.tasks
    assert programme.milestones == [{"week": 1, "title": "Hello"}]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ([], "There is no stage."),
        ([Window("holiday", 0, 3)], "“holiday” is not known here."),
        ([Window("growth", 0, 3), Window("growth", 3, 5)], "“growth” stands here twice."),
        ([Window("growth", 0, 3), Window("connection", 3, 5)], "The stages are out of order."),
        ([Window("growth", 9, 3)], "“Growth and practice” ends in week 3, before it starts in week 9."),
        ([Window("growth", 0, 40)], "“Growth and practice” lies outside the programme's weeks."),
        (
            [Window("connection", 5, 9), Window("growth", 4, 9)],
            "“Growth and practice” starts in week 4, before the stage that comes first.",
        ),
    ],
)
def test_change_stage_plan_refuses_what_cannot_be(
    owner: Person, programme: Programme, plan: list[Window], words: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        change_stage_plan(by=owner, programme=programme, stage_plan=plan, milestones=[], now=NOW)

    assert words in [fault.what for fault in refused.value.faults]


def test_change_tasks_of_one_stage_leaves_the_others(owner: Person, programme: Programme) -> None:
    before = programme.tasks["growth"]
    new = {"review": {"mentee": (Task("mine", "Take stock", 3, True),), "mentor": ()}}

    assert change_tasks(by=owner, programme=programme, tasks=new, now=NOW) == ("tasks",)

    programme.refresh_from_db()
    assert programme.tasks["growth"] == before
    assert programme.tasks["review"] == {
        "mentee": [{"id": "mine", "title": "Take stock", "due_days": 3, "required": True}], "mentor": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ({"holiday": {"mentee": ()}}, "There are tasks for “holiday”, which is not in the plan."),
        ({"review": {"mentee": (Task("a", "", 1, True),)}}, "There are no words here."),
        ({"review": {"mentee": (Task("a", "A", 999, True),)}}, "999 is out of range."),
        ({"review": {"mentee": (Task("a", "A", 1, True), Task("a", "B", 1, True))}}, "The id “a” is used twice."),
        (
            {"review": {"mentee": tuple(Task(str(n), "A", 1, True) for n in range(61))}},
            "There are 61 of them.",
        ),
    ],
)
def test_change_tasks_refuses_what_cannot_be(
    owner: Person, programme: Programme, tasks: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        change_tasks(by=owner, programme=programme, tasks=tasks, now=NOW)

    assert words in [fault.what for fault in refused.value.faults]


def test_change_agendas_keeps_them_in_order(owner: Person, programme: Programme) -> None:
    late, early = Agenda(9, "Late", (AgendaItem(5, "Talk"),)), Agenda(2, "Early", ())

    change_agendas(by=owner, programme=programme, agendas=[late, early], now=NOW)

    programme.refresh_from_db()
    assert [row["title"] for row in programme.agendas] == ["Early", "Late"]


def test_change_surveys(owner: Person, programme: Programme) -> None:
    changed = change_surveys(by=owner, programme=programme, surveys=["pulse_30"], packs=["law"], now=NOW)

    assert changed == ("surveys", "prompt_packs")
    with pytest.raises(SettingsRefused):
        change_surveys(by=owner, programme=programme, surveys=["horoscope"], packs=[], now=NOW)


# --- targets and objective


def test_change_targets_links_the_chain(owner: Person, programme: Programme) -> None:
    objective = Objective.objects.create(organisation=programme.organisation, title="Keep talent")

    changed = change_targets(
        by=owner, programme=programme, objective=objective, targets=[Target("completion_rate", Decimal(90))], now=NOW
    )  # fmt: skip

    programme.refresh_from_db()
    assert changed == ("objective", "kpi_targets")
    assert programme.objective == objective
    assert list(KpiTarget.objects.values_list("kpi", "target")) == [("completion_rate", Decimal(90))]


def test_change_targets_with_the_same_targets_changes_nothing(owner: Person, programme: Programme) -> None:
    same = [Target(kpi, target) for kpi, target in KpiTarget.objects.values_list("kpi", "target")]

    assert change_targets(by=owner, programme=programme, objective=None, targets=same, now=NOW) == ()


@pytest.mark.parametrize("target", [Target("charm", None), Target("completion_rate", Decimal(10**6))])
def test_change_targets_refuses_what_cannot_be(owner: Person, programme: Programme, target: Target) -> None:
    with pytest.raises(SettingsRefused):
        change_targets(by=owner, programme=programme, objective=None, targets=[target], now=NOW)
    assert KpiTarget.objects.count() == 11


# --- terms


def test_change_terms_makes_a_new_version(owner: Person, programme: Programme) -> None:
    assert change_terms(by=owner, programme=programme, terms="Be kind.\r\n", now=NOW) == ("terms", "terms_version")

    programme.refresh_from_db()
    assert (programme.terms, programme.terms_version) == ("Be kind.", 2)
    event = EventRow.objects.get(kind="programmes.TermsChanged")
    assert event.fields["version"] == 2
    assert "kind" not in str(audit_facts()).replace("kind.", "")


def test_change_terms_tells_those_who_take_part(owner: Person, programme: Programme) -> None:
    inside = EnrolmentFactory(programme=programme, state=EnrolmentState.WAITING).person

    change_terms(by=owner, programme=programme, terms="Be kind.", now=NOW)

    assert [(notice.person, notice.kind) for notice in Notice.objects.all()] == [(inside, "programmes.new_terms")]


def test_change_terms_with_the_same_words_asks_nobody_again(owner: Person, programme: Programme) -> None:
    assert change_terms(by=owner, programme=programme, terms=f" {programme.terms} ", now=NOW) == ()
    assert not EventRow.objects.filter(kind="programmes.TermsChanged").exists()


def test_tell_new_terms_reaches_those_who_take_part_and_nobody_twice(programme: Programme) -> None:
    inside = EnrolmentFactory(programme=programme, state=EnrolmentState.APPROVED).person
    EnrolmentFactory(programme=programme, state=EnrolmentState.WITHDRAWN)
    EnrolmentFactory(programme=ProgrammeFactory(organisation=programme.organisation))

    assert tell_new_terms(programme=programme, version=2, now=NOW) == 1
    assert tell_new_terms(programme=programme, version=2, now=NOW) == 0
    assert [notice.person for notice in Notice.objects.all()] == [inside]


# --- conditions and questions


def test_conditions_are_added_changed_and_removed(owner: Person, programme: Programme) -> None:
    row = joining.add_condition(
        by=owner, programme=programme, rule=condition("mentor", "level_at_least", {"level": 4}), now=NOW
    )  # fmt: skip
    assert (row.words, row.position) == ("level 4 or higher", 4)

    joining.change_condition(by=owner, row=row, rule=condition("mentor", "statement", {}, "has led a team"), now=NOW)
    row.refresh_from_db()
    assert (row.kind, row.value, row.words) == ("statement", {}, "has led a team")

    joining.remove_condition(by=owner, row=row, now=NOW)
    assert EligibilityRule.objects.count() == 4
    assert audit_facts()["fields"] == "eligibility"


@pytest.mark.parametrize(
    "rule",
    [
        condition("mentee", "statement", {}, " "),
        condition("mentee", "level_at_least", {"level": 1000}),
        condition("mentee", "unit_in", {"values": []}),
        condition("mentee", "unit_in", {"values": [" "]}),
    ],
)
def test_conditions_that_say_nothing_are_refused(owner: Person, programme: Programme, rule: Any) -> None:
    with pytest.raises(SettingsRefused):
        joining.add_condition(by=owner, programme=programme, rule=rule, now=NOW)


def test_conditions_have_a_limit(owner: Person, programme: Programme) -> None:
    EligibilityRule.objects.bulk_create(
        EligibilityRule(organisation=programme.organisation, programme=programme, side="mentee", kind="statement")
        for _ in range(60)
    )

    with pytest.raises(SettingsRefused, match="Remove one first"):
        joining.add_condition(by=owner, programme=programme, rule=condition("mentee", "full_time", {}), now=NOW)


def question(**other: Any) -> QuestionText:
    row = {
        "side": "mentee",
        "key": "",
        "kind": QuestionKind.CHOICE,
        "text": "Tea or coffee?",
        "options": ("Tea", "Coffee"),
    }
    return QuestionText(**(row | other))


def test_questions_are_added_with_a_key_of_their_own(owner: Person, programme: Programme) -> None:
    rows = [joining.add_question(by=owner, programme=programme, question=question(), now=NOW) for _ in range(2)]
    other = joining.add_question(by=owner, programme=programme, question=question(text="お茶？"), now=NOW)

    assert [row.key for row in rows] == ["tea-or-coffee", "tea-or-coffee-2"]
    assert (other.key, other.position) == ("question", 3)


def test_questions_of_a_side_that_had_none_start_at_the_top(owner: Person, programme: Programme) -> None:
    Question.objects.all().delete()

    assert joining.add_question(by=owner, programme=programme, question=question(), now=NOW).position == 0


def test_question_of_another_kind_drops_its_answers(owner: Person, programme: Programme) -> None:
    row = joining.add_question(by=owner, programme=programme, question=question(), now=NOW)
    enrolment = EnrolmentFactory(programme=programme)
    Answer.objects.create(organisation=programme.organisation, enrolment=enrolment, question=row, value='"Tea"')

    joining.change_question(by=owner, row=row, question=question(text="Tea or cocoa?"), now=NOW)
    assert Answer.objects.count() == 1

    joining.change_question(by=owner, row=row, question=question(kind=QuestionKind.TEXT, options=()), now=NOW)
    assert Answer.objects.count() == 0


def test_question_removed(owner: Person, programme: Programme) -> None:
    row = joining.add_question(by=owner, programme=programme, question=question(), now=NOW)

    joining.remove_question(by=owner, row=row, now=NOW)

    assert not Question.objects.filter(key="tea-or-coffee").exists()


@pytest.mark.parametrize(
    "other",
    [
        {"text": " "},
        {"options": ("Tea",)},
        {"options": ("Tea", "Tea")},
        {"options": ("Tea", " ")},
        {"kind": QuestionKind.TEXT},
    ],
)
def test_questions_that_cannot_be_asked_are_refused(owner: Person, programme: Programme, other: dict[str, Any]) -> None:
    with pytest.raises(SettingsRefused):
        joining.add_question(by=owner, programme=programme, question=question(**other), now=NOW)


def test_questions_move_up_and_down_and_stop_at_the_ends(owner: Person, programme: Programme) -> None:
    def keys() -> list[str]:
        return list(Question.objects.filter(side="mentor").order_by("position").values_list("key", flat=True))

    first, last = Question.objects.filter(side="mentor").order_by("position")
    joining.move_question(by=owner, row=first, up=True, now=NOW)
    assert keys() == ["meeting-mode", "limits"]

    joining.move_question(by=owner, row=last, up=True, now=NOW)
    assert keys() == ["limits", "meeting-mode"]

    joining.move_question(by=owner, row=last, up=False, now=NOW)
    assert keys() == ["meeting-mode", "limits"]


def test_a_condition_of_an_unknown_kind_is_a_fault(programme: Programme) -> None:
    unknown = replace(condition("mentee", "full_time", {}), kind="tall")

    assert [fault.path for fault in checks.check_condition(unknown)] == ["value.kind"]


def test_two_questions_with_one_key_on_a_side_are_a_fault() -> None:
    faults = list(
        checks.check_questions([question(key="tea"), question(key="tea"), question(key="tea", side="mentor")])
    )

    assert [fault.path for fault in faults] == ["questions.1.key"]


def test_touched_is_true_when_it_reaches_anybody() -> None:
    assert Touched(pairs=1)
    assert Touched(people=1)
    assert not Touched()
