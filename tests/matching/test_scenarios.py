"""Plans that are compared and never offered, the prices of a round, and curves."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories.matching import World, a_published_round, a_round, a_world
from tests.factories.mentorships import a_pair
from tests.factories.people import PersonFactory
from trellis.kernel import clock, jobs
from trellis.kernel.errors import NotAllowed
from trellis.kernel.jobs import drain
from trellis.kernel.jobs.tables import Job, JobState
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions import scenarios
from trellis.matching.actions.rounds import RoundOpen
from trellis.matching.actions.scenarios import ScenarioRefused
from trellis.matching.choices import RoundState, ScenarioState
from trellis.matching.models import Proposal, Round, Scenario
from trellis.matching.queries.comparison import changes_between, chosen, comparison
from trellis.matching.queries.curves import AXES, curve_of, curve_row
from trellis.matching.queries.exchanges import running_here
from trellis.matching.queries.pool import engine_settings, engine_taxonomy
from trellis.matching.queries.prices import gain_words, prices_of, prices_row, rule_price
from trellis.matching.queries.rematch import load_rematch
from trellis.matching.queries.scenarios import OBJECTIVE_WORDS, RULE_LABELS, plans_of, work_of
from trellis.matching.stored import pool_from_json
from trellis.notifications.models import Notice
from trellis.people.models import Organisation
from trellis.programmes.choices import Side
from trellis.programmes.settings_model import OBJECTIVES
from trellis_engine.matching import RULES, verify
from trellis_engine.matching.whatif import AXES as ENGINE_AXES

ONLY_DISTANCE = {"weights": {"distance": 100}}


def made(world: World, name: str = "Wider network", **changes: Any) -> Scenario:
    """A solved plan with these changes; the first one brings the present settings along."""
    found = scenarios.make_scenario(
        by=world.manager, programme=world.programme, name=name, changes=changes, now=clock.now()
    )
    drain()
    found.refresh_from_db()
    return found


def both(world: World, **changes: Any) -> list[Scenario]:
    made(world, **changes)
    return chosen(world.programme, [])


# --- making and solving


def test_the_first_plan_brings_the_present_settings_along(world: World) -> None:
    made(world, **ONLY_DISTANCE)

    assert [(row.number, row.name, row.state) for row in plans_of(world.programme)] == [
        (1, "Present settings", "solved"), (2, "Wider network", "solved"),
    ]  # fmt: skip


def test_a_plan_has_its_figures_and_a_certificate_that_the_checker_accepts(world: World) -> None:
    found = made(world, **ONLY_DISTANCE)

    assert (found.figures["matched"], found.figures["of"], found.figures["pairs"]) == (3, 3, 3)
    assert (found.figures["loads"], found.figures["proven"]) == ([0, 3], True)
    pool = pool_from_json(found.inputs)
    assert found.certificate is not None
    assert verify(found.certificate, pool, engine_settings(found.settings), engine_taxonomy()) == ()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_plan_of_every_objective_is_proven(world: World, objective: str) -> None:
    world.enrol(Side.MENTEE, skills=[("negotiation", 2)])
    found = made(world, objective=objective, spread=1_000 if objective.startswith("matched") else 0)

    assert (found.state, found.figures["proven"], found.figures["matched"]) == (ScenarioState.SOLVED, True, 3)
    assert found.figures["blocking"] == 0 or objective != "stable"


def test_nobody_is_told_or_offered_anything(world: World) -> None:
    made(world, **ONLY_DISTANCE)

    assert (Notice.objects.count(), Proposal.objects.count(), Round.objects.count()) == (0, 0, 0)


def test_every_step_is_in_the_audit_log(world: World) -> None:
    found = made(world)
    scenarios.rename_scenario(by=world.manager, found=found, name="Other", now=clock.now())
    scenarios.use_scenario(by=world.manager, found=found, now=clock.now())
    scenarios.delete_scenario(by=world.manager, found=found, now=clock.now())

    said = AuditEntry.objects.filter(subject__startswith="scenario:").order_by("position")
    assert [entry.verb for entry in said] == [
        "scenario.make", "scenario.solve", "scenario.rename", "scenario.use", "scenario.delete",
    ]  # fmt: skip


def test_scenarios_are_for_those_who_run_the_programme(world: World) -> None:
    found = made(world)
    stranger = PersonFactory(organisation=world.manager.organisation)
    now = clock.now()

    for act in (
        lambda: scenarios.make_scenario(by=stranger, programme=world.programme, name="Mine", changes={}, now=now),
        lambda: scenarios.rename_scenario(by=stranger, found=found, name="Mine", now=now),
        lambda: scenarios.delete_scenario(by=stranger, found=found, now=now),
        lambda: scenarios.solve_again(by=stranger, found=found, now=now),
        lambda: scenarios.use_scenario(by=stranger, found=found, now=now),
        lambda: scenarios.make_curve(by=stranger, programme=world.programme, axis="floor", now=now),
        lambda: scenarios.make_prices(by=stranger, found=a_round(world), now=now),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_plan_without_a_fitting_name_is_refused(world: World, name: str) -> None:
    with pytest.raises(ScenarioRefused, match="at most 80") as refused:
        scenarios.make_scenario(by=world.manager, programme=world.programme, name=name, changes={}, now=clock.now())
    assert (refused.value.field, Scenario.objects.count()) == ("name", 0)


def test_two_plans_of_one_name_are_refused(world: World) -> None:
    made(world, "First", **ONLY_DISTANCE)

    with pytest.raises(ScenarioRefused, match="a plan called “first” already"):
        made(world, "first")


def test_there_is_a_limit_to_plans(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios, "MOST", 2)
    made(world, "One", **ONLY_DISTANCE)

    with pytest.raises(ScenarioRefused, match="2 plans already"):
        made(world, "Two")


def test_settings_that_cannot_be_used_are_said_in_words(world: World) -> None:
    found = made(world, weights={"distance": 99})

    assert (found.state, found.certificate) == (ScenarioState.FAILED, None)
    assert "100" in found.failure


def test_a_pin_against_a_rule_names_both(world: World) -> None:
    mentee, mentor = world.mentees[0].person, world.mentors[0].person
    mentor.manager = mentee
    mentor.save()
    found = made(world, pinned=[[mentee.external_id, mentor.external_id]])

    assert found.state == ScenarioState.FAILED
    assert (mentee.full_name in found.failure, mentor.full_name in found.failure) == (True, True)


def test_one_that_is_stopped_shows_so_and_can_be_solved_again(world: World) -> None:
    found = scenarios.make_scenario(
        by=world.manager, programme=world.programme, name="Slow", changes={}, now=clock.now()
    )
    jobs.request_cancel(job_id=found.job_id or 0, organisation_id=found.organisation_id, started_by_id=None)
    assert [row.stopped for row in plans_of(world.programme)] == [True]

    scenarios.solve_again(by=world.manager, found=found, now=clock.now())
    with pytest.raises(ScenarioRefused, match="being solved already"):
        scenarios.solve_again(by=world.manager, found=found, now=clock.now())
    drain()

    found.refresh_from_db()
    assert (found.state, work_of(found).percent) == (ScenarioState.SOLVED, 100 if work_of(found).percent else 0)


def test_the_job_of_a_deleted_plan_ends_quietly(world: World) -> None:
    found = scenarios.make_scenario(
        by=world.manager, programme=world.programme, name="Gone", changes={}, now=clock.now()
    )
    job = found.job_id
    scenarios.delete_scenario(by=world.manager, found=found, now=clock.now())
    drain()

    assert (Scenario.objects.count(), Job.objects.get(pk=job).state) == (0, JobState.CANCELLED)


# --- comparing


def test_plans_side_by_side_count_matches_alike(world: World) -> None:
    plans = both(world, more_places=1)

    found = comparison(world.programme, plans)

    assert [(column.letter, column.name, column.usable) for column in found.columns] == [
        ("A", "Present settings", True), ("B", "Wider network", False),
    ]  # fmt: skip
    assert found.columns[1].differs == ("1 place more for every mentor",)
    lines = {line.label: [cell.text for cell in line.cells] for line in found.lines}
    assert (lines["Matched"], lines["Proof"]) == (["3", "3"], ["Proven best", "Proven best"])
    assert (found.alike, found.same_people) == (False, True)


def test_plans_of_other_weights_are_measured_with_the_programmes_own(world: World) -> None:
    plans = both(world, **ONLY_DISTANCE)

    found = comparison(world.programme, plans)

    assert (found.alike, found.same_people) == (True, True)
    assert plans[0].figures["alike"]["total"] == plans[0].figures["total"]
    assert plans[1].figures["alike"]["total"] <= plans[0].figures["total"]


def test_who_changes_is_told_person_by_person(world: World) -> None:
    first, second = world.mentees[0].person, world.mentors[1].person
    plans = both(world, pinned=[[first.external_id, second.external_id]])

    found = changes_between(*plans)

    assert found is not None
    assert (found.total, found.better, found.page, found.pages) == (2, 0, 1, 1)
    told = {row.mentee: (row.before, row.after) for row in found.rows}
    assert told[first.full_name] == (world.mentors[0].person.full_name, second.full_name)
    assert all(row.by is not None and row.by < 0 for row in found.rows)
    assert changes_between(*plans, page=2) is None
    again = changes_between(plans[0], plans[0])
    assert again is not None
    assert again.rows == []


def test_somebody_left_out_of_one_plan_has_no_score_there(world: World) -> None:
    apart = [[e.person.external_id, o.person.external_id] for e in world.mentees[:1] for o in world.mentors]
    plans = both(world, forbidden=apart)

    found = changes_between(*plans)

    assert found is not None
    left = next(row for row in found.rows if row.mentee == world.mentees[0].person.full_name)
    assert (left.after, left.score_after, left.by) == ("nobody", None, None)


def test_at_most_four_solved_plans_are_chosen(world: World) -> None:
    for name in "abcde":
        made(world, name, spread=ord(name))
    Scenario.objects.filter(name="c").update(state=ScenarioState.FAILED)

    assert [plan.number for plan in chosen(world.programme, [])] == [1, 2, 3, 5]
    assert [plan.number for plan in chosen(world.programme, [6, 6, 4, 99, 2])] == [6, 2]


def test_another_programmes_plans_are_not_chosen(world: World, other_organisation: Organisation) -> None:
    made(world, **ONLY_DISTANCE)
    same = a_world(world.manager.organisation)
    with organisation_scope(other_organisation.pk):
        theirs = a_world(other_organisation)
        made(theirs, "Theirs", **ONLY_DISTANCE)

        assert chosen(world.programme, [1, 2]) == []
    assert chosen(same.programme, [1, 2]) == []
    assert [plan.name for plan in chosen(world.programme, [1, 2])] == ["Present settings", "Wider network"]


# --- using


def test_a_round_takes_a_plans_settings_and_finds_the_same_pairs(world: World) -> None:
    plan = made(world, **ONLY_DISTANCE, objective="matched_total")

    found = scenarios.use_scenario(by=world.manager, found=plan, now=clock.now())
    drain()

    found.refresh_from_db()
    assert (found.state, found.settings["weights"], found.salt) == (RoundState.REVIEW, {"distance": 100}, plan.salt)
    assert {"yardstick", "more_places", "released"} & found.settings.keys() == set()
    assert plan.certificate is not None
    assert found.certificate is not None
    assert found.certificate["pairs"] == plan.certificate["pairs"]


def test_a_plan_with_places_nobody_offered_is_not_used(world: World) -> None:
    plan = made(world, more_places=1)

    with pytest.raises(ScenarioRefused, match="places that no mentor has offered"):
        scenarios.use_scenario(by=world.manager, found=plan, now=clock.now())
    assert Round.objects.count() == 0


def test_a_plan_is_not_used_beside_an_open_round(world: World) -> None:
    plan = made(world)
    a_round(world)

    with pytest.raises(RoundOpen):
        scenarios.use_scenario(by=world.manager, found=plan, now=clock.now())


@pytest.mark.parametrize("model", ["peer", "mutual"])
def test_a_crowd_of_equals_is_not_compared(world: World, model: str) -> None:
    found = a_round(world)
    world.programme.model = model
    world.programme.save()
    found.refresh_from_db()
    by, now = world.manager, clock.now()

    for act in (
        lambda: scenarios.make_scenario(by=by, programme=world.programme, name="Mine", changes={}, now=now),
        lambda: scenarios.make_curve(by=by, programme=world.programme, axis="floor", now=now),
        lambda: scenarios.make_prices(by=by, found=found, now=now),
    ):
        with pytest.raises(ScenarioRefused, match="matched with mentors"):
            act()
    assert Scenario.objects.count() == 0


def test_a_rotation_has_no_prices(world: World) -> None:
    found = a_round(world)
    found.settings["weeks"] = 3

    with pytest.raises(ScenarioRefused, match="rotation over weeks"):
        scenarios.make_prices(by=world.manager, found=found, now=clock.now())


# --- prices


def test_prices_of_a_round_are_those_of_its_own_pool(world: World) -> None:
    found = a_round(world)
    world.enrol(Side.MENTEE, skills=[("negotiation", 2)])  # comes too late
    row = scenarios.make_prices(by=world.manager, found=found, now=clock.now())
    drain()
    row.refresh_from_db()

    said = prices_of(row)

    assert (row.state, said.proven, said.waiting) == (ScenarioState.SOLVED, True, 0)
    assert row.input_hash == found.input_hash
    assert {rule.label for rule in said.rules} <= {str(label) for label in RULE_LABELS.values()}
    assert str(RULE_LABELS["no_match_list"]) not in {rule.label for rule in said.rules}
    assert {weight.now for weight in said.weights} == {w for w in found.settings["weights"].values() if w}
    assert prices_row(found) == row


def test_a_rule_that_keeps_somebody_out_has_its_price(world: World) -> None:
    for enrolment, spoken in ((world.mentees[0], ["fr"]), (world.mentors[0], ["de"])):
        enrolment.person.languages = spoken
        enrolment.person.save()
    for enrolment in (*world.mentees[1:], *world.mentors[1:]):
        enrolment.person.languages = ["en"]
        enrolment.person.save()
    row = scenarios.make_prices(by=world.manager, found=a_round(world), now=clock.now())
    drain()
    row.refresh_from_db()

    prices = {rule.label: rule.price for rule in prices_of(row).rules}

    assert prices["A working language in common"].startswith("Costs 1 match")
    assert prices["Never in the same reporting chain"] == "Costs nothing"


def test_what_to_recruit_names_the_short_skill(world: World) -> None:
    for _ in range(2):
        world.enrol(Side.MENTEE, skills=[("negotiation", 2)])
    row = scenarios.make_prices(by=world.manager, found=a_round(world), now=clock.now())
    drain()
    row.refresh_from_db()

    said = prices_of(row)

    assert (said.waiting, said.wanted) == (2, [("Negotiation", 2)])
    assert len(said.mentors) == 3
    assert {mentor.gain.split(" and ")[0] for mentor in said.mentors} == {"1 more mentee matched"}
    assert said.advice[0].gain.startswith("1 more mentee matched")


def test_prices_are_replaced_when_asked_again_and_need_a_plan(world: World) -> None:
    found = a_round(world)
    for _ in range(2):
        scenarios.make_prices(by=world.manager, found=found, now=clock.now())
    assert Scenario.objects.count() == 1
    Round.objects.update(certificate=None)
    found.refresh_from_db()

    with pytest.raises(ScenarioRefused, match="has no plan yet"):
        scenarios.make_prices(by=world.manager, found=found, now=clock.now())


@pytest.mark.parametrize(
    ("matched", "total", "words"),
    [
        (0, 0, "Costs nothing"), (0, 999, "Costs nothing"), (3, 1_204_000, "Costs 3 matches and 1,204 points"),
        (1, -4_000, "Costs 1 match"), (0, 2_500, "Costs 2 points"), (-1, 0, "Brings 1 match"),
    ],
)  # fmt: skip
def test_a_price_in_words(matched: int, total: int, words: str) -> None:
    assert rule_price(matched, total) == words


@pytest.mark.parametrize(
    ("matched", "points", "words"),
    [
        (1, 61_000, "1 more mentee matched and 61 more points"), (1, -9_000, "1 more mentee matched"),
        (0, 4_400, "4 more points"), (0, 300, "less than a point"),
    ],
)  # fmt: skip
def test_a_gain_in_words(matched: int, points: int, words: str) -> None:
    assert gain_words({"matched": matched, "points": points}) == words


# --- curves


@pytest.mark.parametrize("axis", AXES)
def test_a_curve_has_proven_points_inside_its_drawing(world: World, axis: str) -> None:
    scenarios.make_curve(by=world.manager, programme=world.programme, axis=axis, now=clock.now())
    drain()

    row = curve_row(world.programme, axis)
    assert row is not None
    found = curve_of(row)

    assert found.proven
    assert found.points
    assert all(76 <= point.x <= 620 and 30 <= point.y <= 240 for point in found.points)
    assert [point.value for point in found.points] == sorted(point.value for point in found.points)


def test_a_point_opens_as_a_plan(world: World) -> None:
    scenarios.make_curve(by=world.manager, programme=world.programme, axis="spread", now=clock.now())
    drain()
    row = curve_row(world.programme, "spread")
    assert row is not None

    found = scenarios.open_point(by=world.manager, found=row, value=2_000, now=clock.now())
    drain()

    found.refresh_from_db()
    assert (found.state, found.settings["spread"], found.name) == (
        "solved", 2_000, "Even load: 2 points a further mentee",
    )  # fmt: skip
    with pytest.raises(ScenarioRefused, match="not on the curve"):
        scenarios.open_point(by=world.manager, found=row, value=1, now=clock.now())


def test_axes_and_rules_of_the_engine_all_have_words() -> None:
    assert set(AXES) == set(ENGINE_AXES)
    assert set(RULES) - {"same_person", "forbidden_pair"} <= set(RULE_LABELS)
    assert set(OBJECTIVES) == set(OBJECTIVE_WORDS)


# --- placing again


def test_places_of_running_pairs_are_free_in_a_rematch(world: World) -> None:
    pair = a_pair(world.programme, world.mentees[0].person, world.mentors[1].person)
    codes = world.mentees[0].person.external_id, world.mentors[1].person.external_id
    assert set(running_here(world.programme)) == {codes}

    pool, kept, out = load_rematch(world.programme, clock.now())

    assert (kept, codes in out) == ({codes}, False)
    assert (pool.mentee_by_id[codes[0]].places, pool.mentor_by_id[codes[1]].places) == (1, 1)
    pair.state = "ended"
    pair.save()
    pool, kept, out = load_rematch(world.programme, clock.now())
    assert (kept, codes in out) == (frozenset(), True)


def test_the_churn_curve_says_how_many_running_pairs_would_change(world: World) -> None:
    for mentee, mentor in zip(world.mentees, [*world.mentors[1:], world.mentors[0]], strict=True):
        a_pair(world.programme, mentee.person, mentor.person)
    scenarios.make_curve(by=world.manager, programme=world.programme, axis="keep_bonus", now=clock.now())
    drain()
    row = curve_row(world.programme, "keep_bonus")
    assert row is not None

    found = curve_of(row)

    assert found.kept == 3
    assert found.points[0].broken == 3
    assert [point.broken for point in found.points] == sorted((p.broken for p in found.points), reverse=True)


def test_a_plan_that_takes_pairs_apart_is_never_used(world: World) -> None:
    a_pair(world.programme, world.mentees[0].person, world.mentors[1].person)
    plan = made(world, released=True, keep_bonus=0)

    assert plan.figures["matched"] == 3
    with pytest.raises(ScenarioRefused, match="Prepare a rematch on the Matching page"):
        scenarios.use_scenario(by=world.manager, found=plan, now=clock.now())


def test_running_pairs_and_open_offers_stay_out_of_ordinary_plans(world: World) -> None:
    a_published_round(world)
    clock.shift_by(timedelta(minutes=1))

    assert made(world).figures["of"] == 0
