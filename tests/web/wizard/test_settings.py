from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from tests.factories.programmes import EnrolmentFactory, ProgrammeRoleFactory
from trellis.kernel.models import AuditEntry
from trellis.matching.choices import Approval
from trellis.matching.rules import Agreeing
from trellis.people.models import Person
from trellis.programmes.actions.settings import changes_so_far
from trellis.programmes.choices import EnrolmentState, PairVisibility, ProgrammeRoleKind, ProgrammeStatus
from trellis.programmes.models import EligibilityRule, KpiTarget, Objective, Programme, ProgrammeRole, Question
from trellis.web.wizard.forms.rows import TasksForm
from trellis.web.wizard.forms.sections import SectionForm
from trellis.web.wizard.sections import section_called


def address(programme: Programme, key: str) -> str:
    return reverse("programme_section", args=[programme.slug, key])


def as_shown(programme: Programme, key: str, **changes: Any) -> dict[str, Any]:
    """What the browser sends for a section, with some fields changed; a field set to None is not sent."""
    section = section_called(key)
    assert section
    assert section.form
    stage = {"stage": "growth"} if issubclass(section.form, TasksForm) else {}
    form: SectionForm = section.form(programme=programme, **stage)
    values = {name: form[name].field.prepare_value(form[name].value()) for name in form.fields} | changes
    values = {"seen": changes_so_far(programme)} | values
    return {name: value for name, value in values.items() if value is not None and value is not False}


FORMS = [
    "basics",
    "rhythm",
    "joining",
    "matching",
    "agreeing",
    "stages",
    "agendas",
    "surveys",
    "targets",
    "terms",
    "visibility",
]


@pytest.mark.parametrize("key", FORMS)
def test_a_section_saved_as_it_is_changes_nothing(browser: Client, programme: Programme, key: str) -> None:
    answer = browser.post(address(programme, key), as_shown(programme, key), follow=True)

    assert "Nothing was different, so nothing was changed." in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="programme.changed").exists()


@pytest.mark.parametrize(
    ("key", "changes", "field", "value"),
    [
        ("basics", {"name": "New name"}, "name", "New name"),
        ("rhythm", {"meeting_minutes": "45"}, "meeting_minutes", 45),
        ("joining", {"places_for_mentees": "9"}, "places_for_mentees", 9),
        ("surveys", {"surveys": ["end_pack"]}, "surveys", ["end_pack"]),
        ("terms", {"terms": "Be kind."}, "terms_version", 2),
        ("visibility", {"pair_visibility": "hidden"}, "pair_visibility", PairVisibility.HIDDEN),
    ],
)
def test_a_section_is_saved(
    browser: Client, programme: Programme, key: str, changes: dict[str, Any], field: str, value: object
) -> None:
    answer = browser.post(address(programme, key), as_shown(programme, key, **changes))

    assert answer.status_code == 302
    assert getattr(Programme.objects.get(), field) == value


@pytest.mark.parametrize(
    ("asked", "order", "approval"),
    [
        ("both", "both", "both"), ("both", "mentor_first", "mentor_first"),
        ("mentor", "mentee_first", "mentor"), ("manager", "both", "manager"),
    ],
)  # fmt: skip
def test_an_order_counts_only_where_both_are_asked(
    browser: Client, programme: Programme, asked: str, order: str, approval: str
) -> None:
    changes = {"asked": asked, "order": order, "open_requests": "2", "first_meeting": "on"}
    browser.post(address(programme, "agreeing"), as_shown(programme, "agreeing", **changes))

    assert Agreeing.of(Programme.objects.get()) == Agreeing(Approval(approval), 2, True)
    again = as_shown(Programme.objects.get(), "agreeing")
    assert again["asked"] == asked


def test_other_matching_settings_leave_the_way_of_agreeing_alone(browser: Client, programme: Programme) -> None:
    browser.post(address(programme, "agreeing"), as_shown(programme, "agreeing", asked="mentor"))
    browser.post(address(programme, "matching"), as_shown(Programme.objects.get(), "matching", suggestions="7"))

    found = Programme.objects.get()
    assert (Agreeing.of(found).approval, found.matching["suggestions"]) == (Approval.MENTOR, 7)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"open_requests": "0"}, "greater than or equal to 1"), ({"open_requests": "many"}, "Use digits only"),
        ({"asked": "everybody"}, "Select a valid choice"),
    ],
)  # fmt: skip
def test_a_way_of_agreeing_that_is_none_is_refused(
    browser: Client, programme: Programme, changes: dict[str, str], why: str
) -> None:
    answer = browser.post(address(programme, "agreeing"), as_shown(programme, "agreeing", **changes))

    assert (answer.status_code, why in answer.content.decode()) == (422, True)


def test_a_section_without_a_form_does_not_exist(browser: Client, programme: Programme) -> None:
    assert browser.get(address(programme, "nonsense")).status_code == 404


# --- matching


def test_weights_are_saved(browser: Client, programme: Programme) -> None:
    browser.post(
        address(programme, "matching"),
        as_shown(
            programme, "matching", weight_skill_coverage="20", weight_balance="4", time_zone_hours="3", gap_from="1"
        ),
    )

    matching = Programme.objects.get().matching
    assert (matching["weights"]["skill_coverage"], matching["weights"]["balance"]) == (20, 4)
    assert (matching["time_zone"], matching["level_gap"]) == ({"maximum": 3}, {"minimum": 1, "maximum": None})


def test_weights_that_miss_100_are_explained_with_their_sum(browser: Client, programme: Programme) -> None:
    answer = browser.post(address(programme, "matching"), as_shown(programme, "matching", weight_skill_coverage="30"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The weights sum to 108, which is 8 too many." in page
    assert "<b data-sum>108</b>" in page
    assert Programme.objects.get().matching["weights"]["skill_coverage"] == 22


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weight_skill_coverage": "x"}, "This is not a whole number. Use digits only."),
        ({"ideal_to": None}, "Write both ends of the ideal gap, or leave both empty."),
        ({"ideal_from": "3", "ideal_to": "1"}, "Swap them."),
        ({"suggestions": "99"}, "Ensure this value is less than or equal to 10."),
    ],
)
def test_matching_that_cannot_be_is_explained(
    browser: Client, programme: Programme, changes: dict[str, Any], words: str
) -> None:
    answer = browser.post(address(programme, "matching"), as_shown(programme, "matching", **changes))

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_promised_rules_stay_whatever_is_sent(browser: Client, programme: Programme) -> None:
    browser.post(
        address(programme, "matching"),
        as_shown(programme, "matching", reporting_line=None, no_match_list=None, common_language=None),
    )

    assert Programme.objects.get().matching["hard_constraints"] == ["reporting_line", "no_match_list"]


# --- rows


def test_stages_and_milestones_are_saved(browser: Client, programme: Programme) -> None:
    sent = as_shown(
        programme,
        "stages",
        **{
            "stage-review-on": None,
            "stage-growth-to": "30",
            "milestones-0-remove": "on",
            "milestones-7-week": "2",
            "milestones-7-title": "Coffee",
        },
    )

    browser.post(address(programme, "stages"), sent)

    saved = Programme.objects.get()
    assert [row["stage"] for row in saved.stage_plan if row["stage"] in ("review", "growth")] == ["growth"]
    assert saved.milestones[0] == {"week": 2, "title": "Coffee"}
    assert "First meeting" not in [row["title"] for row in saved.milestones]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stage-growth-to": ""}, "Write a week here, or take the stage out of the plan."),
        ({"stage-growth-to": "5"}, "before it starts in week 11."),
        ({"milestones-7-title": "Coffee"}, "Write a number here."),
    ],
)
def test_stages_that_cannot_be_are_explained(
    browser: Client, programme: Programme, changes: dict[str, Any], words: str
) -> None:
    answer = browser.post(address(programme, "stages"), as_shown(programme, "stages", **changes))

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_tasks_of_a_stage_are_changed_added_and_removed(browser: Client, programme: Programme) -> None:
    sent = as_shown(
        programme, "tasks",
        **{
            "mentee-0-title": "Send the agenda", "mentee-1-remove": "on",
            "mentee-3-title": "Send the agenda", "mentee-3-due_days": "4", "mentee-3-required": "on",
        },
    )  # fmt: skip

    browser.post(address(programme, "tasks") + "?stage=growth", sent)

    tasks = Programme.objects.get().tasks["growth"]["mentee"]
    assert [(row["id"], row["title"], row["due_days"]) for row in tasks] == [
        ("gr_me_agenda", "Send the agenda", 0),
        ("gr_me_practice", "Try one new behaviour and note what happened", 14),
        ("growth-mentee-send-the-agenda", "Send the agenda", 4),
    ]
    assert tasks[0]["recurring"] == "per_meeting"


def test_tasks_of_a_stage_that_is_not_planned_do_not_exist(browser: Client, programme: Programme) -> None:
    assert browser.get(address(programme, "tasks") + "?stage=holiday").status_code == 404


def test_agendas_are_saved(browser: Client, programme: Programme) -> None:
    sent = as_shown(
        programme,
        "agendas",
        **{"agendas-3-week": "1", "agendas-3-title": "Start", "agendas-3-items": "5 Hello\n10 Plans"},
    )

    browser.post(address(programme, "agendas"), sent)

    assert Programme.objects.get().agendas[0] == {
        "week": 1, "title": "Start", "items": [{"minutes": 5, "topic": "Hello"}, {"minutes": 10, "topic": "Plans"}],
    }  # fmt: skip


def test_agenda_items_without_minutes_are_explained(browser: Client, programme: Programme) -> None:
    answer = browser.post(address(programme, "agendas"), as_shown(programme, "agendas", **{"agendas-0-items": "Hello"}))

    assert answer.status_code == 422
    assert "“Hello” does not start with minutes. Write it as “10 Hello”." in answer.content.decode()


def test_a_thousand_rows_are_not_read(browser: Client, programme: Programme) -> None:
    sent = {f"milestones-{number}-title": "x" for number in range(999)}

    assert browser.post(address(programme, "stages"), sent).status_code == 422


def test_targets_and_objective_are_saved(browser: Client, programme: Programme) -> None:
    objective = Objective.objects.create(organisation=programme.organisation, title="Keep talent")
    sent = as_shown(
        programme, "targets", objective=str(objective.pk), on_participation_rate=None, on_mentor_supply_ratio="on",
        to_completion_rate="90",
    )  # fmt: skip

    browser.post(address(programme, "targets"), sent)

    targets = dict(KpiTarget.objects.values_list("kpi", "target"))
    assert Programme.objects.get().objective == objective
    assert "participation_rate" not in targets
    assert (float(targets["mentor_supply_ratio"] or 0), targets["completion_rate"]) == (1.1, 90)


# --- the impact notice


def inside(programme: Programme) -> None:
    a_pair(programme)
    for _ in range(2):
        EnrolmentFactory(programme=programme, state=EnrolmentState.APPLIED)


def test_a_change_that_reaches_people_asks_first(browser: Client, programme: Programme) -> None:
    inside(programme)
    sent = as_shown(programme, "stages", **{"stage-growth-to": "30"})

    asked = browser.post(address(programme, "stages"), sent)

    page = asked.content.decode()
    assert asked.status_code == 200
    assert "This touches 1 pair and 2 people in sign-up." in page
    assert "Dates move for “Growth and practice”: weeks 11 to 33 become 11 to 30." in page
    assert '<input type="hidden" name="stage-growth-to" value="30">' in page
    assert Programme.objects.get().stage_plan == programme.stage_plan
    assert not AuditEntry.objects.filter(verb="programme.changed").exists()


def test_a_change_that_was_confirmed_is_made_and_records_its_reach(browser: Client, programme: Programme) -> None:
    inside(programme)
    sent = as_shown(programme, "stages", **{"stage-growth-to": "30"})

    browser.post(address(programme, "stages"), sent | {"confirm": "1"})

    assert Programme.objects.get().stage_plan[4]["to_week"] == 30
    facts = AuditEntry.objects.get(verb="programme.changed").facts
    assert facts == {"fields": "stage_plan", "pairs": 1, "people": 2}


def test_going_back_from_the_notice_keeps_what_was_typed(browser: Client, programme: Programme) -> None:
    inside(programme)
    sent = as_shown(programme, "basics", name="Half-typed name")

    page = browser.post(address(programme, "basics"), sent | {"change": "1"})

    assert 'value="Half-typed name"' in page.content.decode()
    assert Programme.objects.get().name == "Career Growth"


def test_what_would_be_refused_is_never_asked_to_be_confirmed(browser: Client, programme: Programme) -> None:
    inside(programme)

    answer = browser.post(address(programme, "matching"), as_shown(programme, "matching", weight_skill_coverage="30"))

    assert answer.status_code == 422
    assert "which is 8 too many" in answer.content.decode()


@pytest.mark.parametrize(
    ("key", "changes", "words"),
    [
        ("basics", {"starts_on": "2027-02-01"}, "Running pairs keep theirs"),
        ("basics", {"name": "Other"}, "This touches 1 pair"),
        ("rhythm", {"duration_weeks": "40"}, "new pairs get the new length"),
        ("joining", {"mentor_capacity": "3"}, "Places a mentor offers"),
        ("matching", {"suggestions": "3"}, "The next round uses the new settings."),
        ("stages", {"stage-review-on": None}, "“Review and recalibrate” leaves the plan, with its tasks."),
        ("terms", {"terms": "Be kind."}, "asked to accept the new terms"),
        ("visibility", {"pair_visibility": "hidden"}, "no longer see that pairs of this programme exist"),
        ("tasks", {"mentee-0-title": "Other"}, "What they have ticked off stays done."),
    ],
)
def test_the_notice_says_what_it_means(
    browser: Client, programme: Programme, key: str, changes: dict[str, Any], words: str
) -> None:
    inside(programme)
    query = "?stage=growth" if key == "tasks" else ""

    answer = browser.post(address(programme, key) + query, as_shown(programme, key, **changes))

    assert words in answer.content.decode()
    assert "Save for everybody" in answer.content.decode()


def test_a_stage_that_comes_in_and_pairs_that_come_to_light_are_told(browser: Client, programme: Programme) -> None:
    programme.stage_plan = [row for row in programme.stage_plan if row["stage"] != "review"]
    programme.pair_visibility = PairVisibility.HIDDEN
    programme.save()
    inside(programme)
    review = {"stage-review-on": "on", "stage-review-from": "18", "stage-review-to": "21"}

    stages = browser.post(address(programme, "stages"), as_shown(programme, "stages", **review))
    seen = browser.post(
        address(programme, "visibility"), as_shown(programme, "visibility", pair_visibility="existence")
    )

    assert "“Review and recalibrate” comes in, in weeks 18 to 21." in stages.content.decode()
    assert "Tell people before you do this." in seen.content.decode()


# --- conditions and questions


def test_conditions_on_pages(browser: Client, programme: Programme) -> None:
    new = reverse("condition_new", args=[programme.slug])
    browser.post(new, {"side": "mentor", "kind": "unit_in", "values": "Legal, Finance"})
    row = EligibilityRule.objects.get(kind="unit_in")
    assert row.words == "works in Legal or Finance"

    change = reverse("condition", args=[programme.slug, row.pk])
    assert "Legal, Finance" in browser.get(change).content.decode()
    browser.post(change, {"seen": 1, "side": "mentor", "kind": "statement", "words": "has led a team"})
    row.refresh_from_db()
    assert row.words == "has led a team"
    assert "has led a team" in browser.get(change).content.decode()

    browser.post(reverse("condition_remove", args=[programme.slug, row.pk]))
    assert not EligibilityRule.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"side": "mentee", "kind": "level_at_least"}, "number"),
        ({"side": "mentee", "kind": "level_at_least", "number": "200"}, "number"),
        ({"side": "mentee", "kind": "unit_in", "values": " , "}, "values"),
        ({"side": "mentee", "kind": "statement", "words": ""}, "words"),
        ({"side": "mentee", "kind": "tall"}, "kind"),
    ],
)
def test_conditions_that_say_nothing_are_explained(
    browser: Client, programme: Programme, sent: dict[str, str], field: str
) -> None:
    answer = browser.post(reverse("condition_new", args=[programme.slug]), sent)

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert EligibilityRule.objects.count() == 4


def test_conditions_ask_first_when_people_are_inside(browser: Client, programme: Programme) -> None:
    inside(programme)
    row = EligibilityRule.objects.filter(programme=programme).first()
    assert row
    sent = {"side": "mentor", "kind": "full_time"}

    asked = browser.post(reverse("condition_new", args=[programme.slug]), sent)
    removing = browser.post(reverse("condition_remove", args=[programme.slug, row.pk]))

    assert "Who has signed up already stays in." in asked.content.decode()
    assert row.words in removing.content.decode()
    assert EligibilityRule.objects.count() == 4
    browser.post(reverse("condition_new", args=[programme.slug]), sent | {"confirm": "1"})
    assert EligibilityRule.objects.count() == 5


def test_questions_on_pages(browser: Client, programme: Programme) -> None:
    browser.post(
        reverse("question_new", args=[programme.slug]),
        {"side": "mentee", "kind": "choice", "text": "Tea or coffee?", "options": "Tea\nCoffee", "required": "on"},
    )
    row = Question.objects.get(key="tea-or-coffee")
    assert (row.options, row.required, row.side) == (["Tea", "Coffee"], True, "mentee")

    change = reverse("question", args=[programme.slug, row.pk])
    browser.post(
        change, {"seen": 1, "side": "mentor", "kind": "text", "text": "Which drink?", "options": "Tea\nCoffee"}
    )
    row.refresh_from_db()
    assert (row.kind, row.options, row.side) == ("text", [], "mentee")

    browser.post(reverse("question_move", args=[programme.slug, row.pk]), {"to": "up"})
    assert Question.objects.get(pk=row.pk).position == 0

    browser.post(reverse("question_remove", args=[programme.slug, row.pk]))
    assert not Question.objects.filter(pk=row.pk).exists()


def test_questions_without_options_are_explained(browser: Client, programme: Programme) -> None:
    answer = browser.post(
        reverse("question_new", args=[programme.slug]),
        {"side": "mentee", "kind": "rank", "text": "Order these", "options": "One"},
    )

    assert answer.status_code == 422
    assert "Write two or more, one a line." in answer.content.decode()


def test_questions_with_an_option_twice_are_explained_by_the_action(browser: Client, programme: Programme) -> None:
    answer = browser.post(
        reverse("question_new", args=[programme.slug]),
        {"side": "mentee", "kind": "choice", "text": "Which?", "options": "A\nA"},
    )

    assert answer.status_code == 422
    assert "An option stands there twice. Remove one of them." in answer.content.decode()


def test_questions_ask_first_when_people_are_inside(browser: Client, programme: Programme) -> None:
    inside(programme)
    row = Question.objects.filter(kind="choice").first()
    assert row
    change = reverse("question", args=[programme.slug, row.pk])

    other_kind = browser.post(change, {"kind": "text", "text": row.text}).content.decode()
    same_kind = browser.post(change, {"kind": "choice", "text": "Where?", "options": "A\nB"}).content.decode()
    new = browser.post(
        reverse("question_new", args=[programme.slug]), {"side": "mentee", "kind": "text", "text": "Why?"}
    )
    removing = browser.post(reverse("question_remove", args=[programme.slug, row.pk])).content.decode()

    assert "0 answers given so far are deleted." in other_kind
    assert "are deleted" not in same_kind
    assert "are not asked again" in new.content.decode()
    assert "0 answers given so far are deleted." in removing
    assert Question.objects.count() == 3


# --- status, roles, objectives


def test_status_moves_on_the_settings_page(browser: Client, programme: Programme) -> None:
    move = reverse("programme_move", args=[programme.slug])

    answer = browser.post(move, {"to": "enrolling"}, follow=True)
    refused = browser.post(move, {"to": "archived"}, follow=True)

    assert "Sign-up is open." in answer.content.decode()
    assert "cannot become “Archived” from there" in refused.content.decode()
    assert browser.post(move, {"to": "nonsense"}).status_code == 404
    assert browser.post(move, {"to": "draft"}).status_code == 404
    assert Programme.objects.get().status == ProgrammeStatus.ENROLLING


def test_closing_with_pairs_inside_asks_first(browser: Client, programme: Programme) -> None:
    programme.status = ProgrammeStatus.RUNNING
    programme.save()
    inside(programme)
    move = reverse("programme_move", args=[programme.slug])

    asked = browser.post(move, {"to": "closed"})
    assert "Pairs that run go on to the end they planned." in asked.content.decode()
    assert Programme.objects.get().status == ProgrammeStatus.RUNNING

    browser.post(move, {"to": "closed", "confirm": "1"})
    assert Programme.objects.get().status == ProgrammeStatus.CLOSED


def test_roles_on_pages(browser: Client, programme: Programme, admin: Person) -> None:
    person = PersonFactory(organisation=programme.organisation, given_name="Tendai", family_name="Moyo")
    page = browser.get(reverse("programme_roles", args=[programme.slug]), {"q": "moyo"}).content.decode()
    assert "Tendai Moyo" in page

    give = reverse("role_give", args=[programme.slug])
    given = browser.post(give, {"person": person.pk, "kind": "coordinator"}, follow=True)
    assert "Tendai Moyo now has the role “Coordinator” and has been told." in given.content.decode()

    assert "Choose a person" in browser.post(give, {"person": "x", "kind": "king"}, follow=True).content.decode()
    last = browser.post(reverse("role_take", args=[programme.slug, admin.pk]), follow=True)
    assert "is the only owner" in last.content.decode()

    browser.post(reverse("role_take", args=[programme.slug, person.pk]))
    assert list(ProgrammeRole.objects.values_list("person", flat=True)) == [admin.pk]


def test_an_owner_who_steps_down_leaves_the_page(browser: Client, programme: Programme, admin: Person) -> None:
    ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.OWNER)

    answer = browser.post(reverse("role_take", args=[programme.slug, admin.pk]))

    assert answer.headers["Location"] == reverse("manage")


def test_a_role_for_the_last_owner_is_explained(browser: Client, programme: Programme, admin: Person) -> None:
    answer = browser.post(
        reverse("role_give", args=[programme.slug]), {"person": admin.pk, "kind": "analyst"}, follow=True
    )  # fmt: skip

    assert "is the only owner" in answer.content.decode()


def test_objectives_on_pages(browser: Client, programme: Programme) -> None:
    browser.post(reverse("objectives"), {"title": "Keep talent", "description": ""})
    row = Objective.objects.get()
    twin = browser.post(reverse("objectives"), {"title": "keep talent"})
    assert twin.status_code == 422
    assert "There is an objective with this title." in twin.content.decode()

    browser.post(reverse("objective", args=[row.pk]), {"title": "Keep and grow talent"})
    assert Objective.objects.get().title == "Keep and grow talent"
    assert browser.post(reverse("objective", args=[row.pk]), {"title": "…"}).status_code == 422

    programme.objective = row
    programme.save()
    used = browser.post(reverse("objective_remove", args=[row.pk]), follow=True)
    assert "serves this objective" in used.content.decode()

    programme.objective = None
    programme.save()
    browser.post(reverse("objective_remove", args=[row.pk]))
    assert not Objective.objects.exists()


# --- reads


def test_settings_take_the_same_queries_whatever_is_inside(browser: Client, programme: Programme) -> None:
    def counted() -> list[int]:
        found = []
        for name in ("programme_settings", "programme_summary"):
            with CaptureQueriesContext(connection) as queries:
                browser.get(reverse(name, args=[programme.slug]))
            found.append(len(queries))
        return found

    def fill(count: int) -> None:
        for _ in range(count):
            ProgrammeRoleFactory(programme=programme, kind=ProgrammeRoleKind.ANALYST)
            EnrolmentFactory(programme=programme)

    fill(3)
    few = counted()
    fill(47)

    assert counted() == few


def test_the_summary_holds_goals_roles_stages_tools_and_evaluation(browser: Client, programme: Programme) -> None:
    page = browser.get(reverse("programme_summary", args=[programme.slug])).content.decode()

    for words in (
        "Goals",
        "Roles",
        "Stages",
        "Tools",
        "Evaluation",
        "Ada Admin",
        "6 months or more in the organisation",
    ):
        assert words in page
