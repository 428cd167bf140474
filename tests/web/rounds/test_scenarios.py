"""Comparing settings in pages: nothing here reaches anybody but the manager."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.matching import World, a_round, a_world
from tests.factories.mentorships import a_pair
from tests.factories.people import OrganisationFactory, PersonFactory
from trellis.kernel import clock, jobs
from trellis.kernel.jobs import drain
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions import scenarios
from trellis.matching.models import Round, Scenario
from trellis.matching.queries.curves import AXES
from trellis.programmes.choices import Side


def made(world: World, name: str = "Wider network", **changes: Any) -> Scenario:
    found = scenarios.make_scenario(
        by=world.manager, programme=world.programme, name=name, changes=changes, now=clock.now()
    )
    drain()
    found.refresh_from_db()
    return found


def at(world: World, name: str = "scenarios", *more: object) -> str:
    return reverse(name, args=[world.programme.slug, *more])


def shown(client: Client, path: str, **query: object) -> str:
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def form_of(client: Client, world: World, **given: object) -> dict[str, object]:
    """What the page to add a plan would send, filled as it is shown."""
    form = client.get(at(world, "scenario_new")).context["form"]
    said = {name: form[name].value() for name in form.fields if not form.fields[name].disabled}
    sent = {name: value for name, value in said.items() if value is not None and value is not False and value != ""}
    return {**sent, "name": "Wider network", **given}


def test_an_empty_page_offers_the_present_settings_as_a_start(manager: Client, world: World) -> None:
    assert "Solve the present settings" in shown(manager, at(world))

    manager.post(at(world, "scenario_present"))
    assert "Being solved" in shown(manager, at(world))
    drain()

    page = shown(manager, at(world))
    assert "Proven best" in page
    assert "Present settings" in page


def test_the_way_leads_from_the_rounds_to_comparing(manager: Client, world: World) -> None:
    assert f'href="{at(world)}"' in shown(manager, reverse("rounds", args=[world.programme.slug]))


def test_a_plan_is_added_by_its_form(manager: Client, world: World) -> None:
    response = manager.post(at(world, "scenario_new"), form_of(manager, world, more_places="1"))
    assert (response.status_code, response["Location"]) == (302, at(world))
    drain()

    found = Scenario.objects.get(name="Wider network")
    assert (found.state, found.settings["more_places"], found.figures["places"]) == ("solved", 1, 6)
    page = shown(manager, at(world))
    assert "1 place more for every mentor" in page
    assert "To look at only" in page


def test_a_pair_is_kept_together_by_name(manager: Client, world: World) -> None:
    mentee, mentor = world.mentees[0].person, world.mentors[1].person
    manager.post(at(world, "scenario_new"), form_of(manager, world, mentee=mentee.full_name, mentor=mentor.external_id))

    found = Scenario.objects.get(name="Wider network")
    assert found.settings["pinned"] == [[mentee.external_id, mentor.external_id]]
    assert "pinned" not in world.programme.matching


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 81}, "name"), ({"name": "\0"}, "name"),
        ({"more_places": "9"}, "more_places"),
        ({"mentee": "Nobody At All", "mentor": "Nobody"}, "mentee mentor"), ({"mentor": "Somebody"}, "mentee"),
        ({"minimum_percent": "101"}, "minimum_percent"), ({"objective": "best"}, "objective"),
        ({"weight_distance": "many"}, "weight_distance"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_beside_its_field_and_kept(
    manager: Client, world: World, given: dict[str, str], field: str
) -> None:
    response = manager.post(at(world, "scenario_new"), form_of(manager, world, **given))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == field.split()
    assert Scenario.objects.count() == 0


def test_weights_that_do_not_sum_to_100_are_refused(manager: Client, world: World) -> None:
    given = form_of(manager, world)
    given["weight_distance"] = int(str(given.get("weight_distance", 0))) + 1

    response = manager.post(at(world, "scenario_new"), given)

    assert response.status_code == 422
    assert "100" in str(response.context["form"].errors)
    assert Scenario.objects.count() == 0


def test_a_second_plan_starts_from_another(manager: Client, world: World) -> None:
    found = made(world, spread=2_000)

    page = manager.get(at(world, "scenario_new"), {"from": found.number})

    assert page.context["form"]["spread"].value() == 2_000
    assert "each further mentee of a mentor costs 2 points" in page.content.decode()
    assert manager.get(at(world, "scenario_new"), {"from": "99"}).status_code == 404


def test_a_plan_is_renamed_used_and_deleted(manager: Client, world: World) -> None:
    found = made(world, objective="matched_total")
    manager.post(at(world, "scenario_rename", found.number), {"name": "Better"})
    assert "Better" in shown(manager, at(world, "scenario", found.number))
    taken = manager.post(at(world, "scenario_rename", found.number), {"name": "Present settings"})
    assert (taken.status_code, "already" in taken.content.decode()) == (422, True)

    response = manager.post(at(world, "scenario_use", found.number))
    assert response["Location"] == at(world, "round", 1)
    assert Round.objects.get().settings["objective"] == "matched_total"
    again = manager.post(at(world, "scenario_use", found.number), follow=True)
    assert "A round is still open" in again.content.decode()

    manager.post(at(world, "scenario_delete", found.number))
    assert manager.get(at(world, "scenario", found.number)).status_code == 404


def test_a_plan_that_is_not_possible_says_why(manager: Client, world: World) -> None:
    found = made(world, pinned=[["no-such", world.mentors[0].person.external_id]])

    page = shown(manager, at(world, "scenario", found.number))

    assert "This plan is not possible" in page
    assert found.failure in page.replace("&quot;", '"')


def test_progress_is_asked_again_until_it_is_done(manager: Client, world: World) -> None:
    manager.post(at(world, "scenario_present"))
    found = Scenario.objects.get()
    path = at(world, "scenario", found.number)
    assert 'hx-trigger="every 2s"' in shown(manager, path)
    assert "<html" not in manager.get(path, headers={"HX-Request": "true"}).content.decode()

    drain()

    assert manager.get(path, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert manager.get(at(world), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_one_that_was_stopped_can_be_solved_again(manager: Client, world: World) -> None:
    manager.post(at(world, "scenario_present"))
    found = Scenario.objects.get()
    jobs.request_cancel(job_id=found.job_id or 0, organisation_id=found.organisation_id, started_by_id=None)
    assert "Solving did not come to an end" in shown(manager, at(world, "scenario", found.number))
    assert "Stopped" in shown(manager, at(world))

    manager.post(at(world, "scenario_again", found.number))
    drain()

    assert "Proven best" in shown(manager, at(world, "scenario", found.number))


def test_who_changes_is_listed_by_name(manager: Client, world: World) -> None:
    first, second = world.mentees[0].person, world.mentors[1].person
    made(world, pinned=[[first.external_id, second.external_id]])

    page = shown(manager, at(world, "scenario_changes", 1, 2))

    assert first.full_name in page
    assert second.full_name in page
    assert "Nobody: both plans" in shown(manager, at(world, "scenario_changes", 1, 1))
    for first_number, page_asked in ((1, "2"), (1, "x"), (9, "1")):
        path = at(world, "scenario_changes", first_number, 2)
        assert manager.get(path, {"page": page_asked}).status_code == 404


def test_who_changes_takes_the_same_queries_for_few_and_for_many(manager: Client, world: World) -> None:
    first, second = made(world), made(world, "Another")
    path = at(world, "scenario_changes", first.number, second.number)
    people = [PersonFactory(organisation=world.programme.organisation).external_id for _ in range(60)]
    counts = []
    for count in (3, 50):
        for plan, mentors in ((first, people[:count]), (second, people[count::-1][:count])):
            pairs = [
                {"mentee": mentee, "mentor": mentor, "score": 50_000}
                for mentee, mentor in zip(people[:count], mentors, strict=True)
            ]
            Scenario.objects.filter(pk=plan.pk).update(certificate={"pairs": pairs})
        with CaptureQueriesContext(
            connection,
        ) as asked:
            shown(manager, path)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- prices and curves


def test_prices_are_worked_out_when_asked(manager: Client, world: World) -> None:
    world.enrol(Side.MENTEE, skills=[("negotiation", 2)])
    found = a_round(world)
    path = at(world, "round_prices", found.number)
    assert "Work out the prices" in shown(manager, path)

    manager.post(path)
    assert "Being worked out" in shown(manager, path)
    drain()

    page = shown(manager, path)
    assert "Recruit mentors here" in page
    assert "1 mentee has no mentor." in page
    assert "Costs nothing" in page
    assert "it could point at a person" in page


def test_a_round_without_a_plan_has_no_prices(manager: Client, world: World) -> None:
    found = a_round(world)
    Round.objects.update(certificate=None)

    assert manager.get(at(world, "round_prices", found.number)).status_code == 404
    assert manager.post(at(world, "round_prices", found.number)).status_code == 302
    assert Scenario.objects.count() == 0


@pytest.mark.parametrize("axis", AXES)
def test_a_curve_is_drawn_when_asked_and_its_points_open(manager: Client, world: World, axis: str) -> None:
    a_pair(world.programme, world.mentees[2].person, world.mentors[2].person)
    path = at(world, "curve", axis)
    assert "Draw the curve" in shown(manager, path)
    manager.post(path)
    drain()

    page = manager.get(path)
    assert "<svg" in page.content.decode()
    value = page.context["curve"].points[-1].value
    manager.post(at(world, "curve_open", axis), {"value": value})
    drain()

    assert Scenario.objects.filter(figures__kind="plan", state="solved").count() == 2


def test_a_point_that_is_not_there_opens_nothing(manager: Client, world: World) -> None:
    assert manager.post(at(world, "curve_open", "spread"), {"value": 1}).status_code == 404
    manager.post(at(world, "curve", "spread"))
    drain()

    for value in ("", "x", "1", "-1"):
        page = manager.post(at(world, "curve_open", "spread"), {"value": value}, follow=True)
        assert "not on the curve" in page.content.decode()
    assert Scenario.objects.count() == 1


def test_an_axis_that_does_not_exist_is_not_found(manager: Client, world: World) -> None:
    assert manager.get(at(world, "curve", "depth")).status_code == 404
    assert manager.post(at(world, "curve", "depth")).status_code == 404


def test_placing_again_names_whoever_has_nobody_now(manager: Client, world: World) -> None:
    pair = a_pair(world.programme, world.mentees[0].person, world.mentors[0].person)
    a_pair(world.programme, world.mentees[1].person, world.mentors[1].person)
    pair.state = "ended"
    pair.save()

    page = shown(manager, at(world, "curve", "keep_bonus"))

    assert world.mentees[0].person.full_name in page
    assert world.mentees[1].person.full_name not in page
    assert "the 1 pair that runs now stays together" in page


def test_peers_and_circles_are_told_that_they_are_matched_by_other_means(manager: Client, world: World) -> None:
    found = a_round(world)
    world.programme.model = "peer"
    world.programme.save()

    for path in (at(world), at(world, "curve", "floor"), at(world, "round_prices", found.number)):
        assert "matched by other means" in shown(manager, path)
    refused = manager.post(at(world, "scenario_new"), form_of(manager, world))
    assert (refused.status_code, Scenario.objects.count()) == (422, 0)


# --- others


def test_what_belongs_to_others_does_not_exist(manager: Client, world: World) -> None:
    mine = made(world)
    other = OrganisationFactory()
    with organisation_scope(other.pk):
        theirs = a_world(other)
        found = made(theirs, "Theirs")
        second = made(theirs, "Theirs too")
    beside = a_world(world.programme.organisation)
    kept = made(beside, "Beside")
    kept_second = made(beside, "Beside too")
    for there, number in ((theirs, found.number), (beside, kept.number)):
        for name in ("scenarios", "scenario_new"):
            assert manager.get(at(there, name)).status_code == 404
        assert manager.get(at(there, "scenario", number)).status_code == 404
        for name in ("scenario_rename", "scenario_delete", "scenario_again", "scenario_use"):
            assert manager.post(at(there, name, number), {"name": "Mine"}).status_code == 404
        assert manager.post(at(there, "scenario_present")).status_code == 404
        assert manager.post(at(there, "curve", "floor")).status_code == 404
    for number in (second.number, kept_second.number):
        assert manager.get(at(world, "scenario", number)).status_code == 404
    page = shown(manager, at(world), s=[mine.number, kept_second.number])
    assert "Theirs" not in page
    assert "Beside" not in page
    kept.refresh_from_db()
    assert kept.name == "Beside"


# --- nobody is scored


@pytest.fixture
def unscored(world: World) -> World:
    world.programme.matching["scoring"] = False
    world.programme.save()
    return world


NOBODY = "Nobody is scored here."


def test_without_scores_plans_are_compared_by_whom_they_match(manager: Client, unscored: World) -> None:
    assert "Nobody is scored here." in shown(manager, at(unscored))
    given = form_of(manager, unscored, more_places="1")
    assert {name for name in given if name.startswith("weight_") or name in ("objective", "minimum_percent")} == set()
    assert manager.post(at(unscored, "scenario_new"), given).status_code == 302
    drain()

    page = shown(manager, at(unscored))

    assert [line.label for line in manager.get(at(unscored)).context["compared"].lines] == [
        "Matched", "Heaviest load", "Mentors without a mentee", "Who changes", "Proof",
    ]  # fmt: skip
    assert "Weakest match" not in page
    assert "points" not in page
    assert reverse("curve", args=[unscored.programme.slug, "floor"]) not in page


def test_without_scores_nobody_is_better_or_worse_off(manager: Client, unscored: World) -> None:
    first = unscored.mentees[0].person
    for name, mentor in zip("AB", unscored.mentors, strict=False):
        made(unscored, name, pinned=[[first.external_id, mentor.person.external_id]])

    page = shown(manager, at(unscored, "scenario_changes", 2, 3))

    assert first.full_name in page
    assert "Nobody is scored, so none is called better or worse." in page
    assert "Change of score" not in page


def test_a_plan_without_scores_beside_one_with_them_has_no_figure(manager: Client, world: World) -> None:
    made(world)
    found = made(world, "Without")
    found.settings |= {"scoring": False, "yardstick": {**found.settings["yardstick"], "scoring": False}}
    found.save()

    lines = {line.label: line for line in manager.get(at(world)).context["compared"].lines}

    assert [cell.text == "–" for cell in lines["Weakest match"].cells] == [False, True]
    assert lines["Total score"].cells[1].small == "nobody is scored"


def test_without_scores_there_are_no_curves(manager: Client, unscored: World) -> None:
    for axis in AXES:
        page = shown(manager, at(unscored, "curve", axis))
        assert NOBODY in page
        assert "Draw the curve" not in page
        refused = manager.post(at(unscored, "curve", axis), follow=True)
        assert "no curve to draw" in refused.content.decode()
    assert "Start a round for whoever is free" in shown(manager, at(unscored, "curve", "keep_bonus"))
    assert Scenario.objects.count() == 0


def test_without_scores_prices_count_matches_alone(manager: Client, unscored: World) -> None:
    unscored.enrol(Side.MENTEE, skills=[("negotiation", 2)])
    found = a_round(unscored)
    path = at(unscored, "round_prices", found.number)
    assert NOBODY in shown(manager, path)
    manager.post(path)
    drain()

    page = shown(manager, path)

    assert "What rules and places cost" in page
    assert "1 mentee has no mentor." in page
    assert "1 more mentee matched" in page
    for word in ("Weights", "less than a point", "points", "more point"):
        assert word not in page


def test_without_scores_the_proof_speaks_of_no_points(manager: Client, unscored: World) -> None:
    found = a_round(unscored)

    page = shown(manager, at(unscored, "round_proof", found.number))

    assert "Matched 3 of 3 people. Nobody is scored." in page
    assert "All 9 possible pairs were looked at anew, by the rules alone." in page
    assert "points in total" not in page


# --- tabs that would lead to nothing


def test_a_tab_to_prices_stands_only_where_there_are_some(manager: Client, world: World) -> None:
    found = a_round(world)
    board, prices = at(world, "round", 1), f'href="{at(world, "round_prices", 1)}"'
    assert prices in shown(manager, board)

    for settings in ({"weeks": 3}, {"smallest_circle": 4}):
        Round.objects.update(settings={**found.settings, **settings})
        assert prices not in shown(manager, at(world, "round_unmatched", 1))
    Round.objects.update(settings=found.settings)
    world.programme.model = "peer"
    world.programme.save()
    assert prices not in shown(manager, at(world, "round_unmatched", 1))
    assert f'href="{at(world)}"' not in shown(manager, at(world, "rounds"))


def test_flash_matches_are_not_placed_again(manager: Client, world: World) -> None:
    again = f'href="{at(world, "curve", "keep_bonus")}"'
    assert again in shown(manager, at(world))
    world.programme.model = "flash"
    world.programme.save()

    assert again not in shown(manager, at(world))
