"""The page on which the next round is set up: sliders as numbers, rules tried live, saving, starting, running again."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.factories.matching import World, a_round
from trellis.matching.models import Round
from trellis.programmes.actions.settings import changes_so_far
from trellis.programmes.models import Programme
from trellis.programmes.settings_model import MatchingSettings
from trellis.web.rounds.settings_views import ONE_GOAL
from trellis.web.wizard.forms.matching import MatchingForm

HTMX = {"HX-Request": "true"}


def address(world: World) -> str:
    return reverse("round_settings", args=[world.programme.slug])


def as_shown(programme: Programme, **changes: Any) -> dict[str, Any]:
    """What a browser would send after these fields were changed."""
    form = MatchingForm(programme=programme)
    values = {name: form[name].field.prepare_value(form[name].value()) for name in form.fields} | changes
    values = {"seen": changes_so_far(programme)} | values
    return {name: value for name, value in values.items() if value is not None and value is not False}


def send(client: Client, world: World, does: str, **changes: Any) -> HttpResponse:
    return client.post(address(world), as_shown(world.programme, does=does, **changes))


def settings_of(world: World) -> MatchingSettings:
    return MatchingSettings.of(Programme.objects.get(pk=world.programme.pk).matching)


def test_the_page_shows_every_rule_and_no_figure_before_it_is_asked(manager: Client, world: World) -> None:
    page = manager.get(address(world)).content.decode()

    assert "Never a line manager or anybody in the same reporting chain" in page
    assert "Test these rules" in page
    assert "pairs of people who are ready" not in page


def test_saving_keeps_what_was_chosen(manager: Client, world: World) -> None:
    answer = send(
        manager, world, "save", objective="stable", spread="5000", shared_manager_levels="2", different_unit="on"
    )

    found = settings_of(world)
    assert answer.status_code == 302
    assert (found.objective, found.spread, found.shared_manager_levels) == ("stable", 5000, 2)
    assert "different_unit" in found.hard_rules
    assert not Round.objects.exists()


def test_saving_and_starting_leads_to_the_round(manager: Client, world: World) -> None:
    answer = send(manager, world, "start", objective="total")

    found = Round.objects.get()
    assert answer.headers["Location"] == reverse("round", args=[world.programme.slug, found.number])
    assert found.settings["objective"] == "total"


def test_a_refused_start_says_that_the_settings_are_saved(manager: Client, world: World) -> None:
    a_round(world)

    answer = manager.post(address(world), as_shown(world.programme, does="start", spread="1000"), follow=True)

    assert "The settings are saved. A round is still open." in answer.content.decode()
    assert settings_of(world).spread == 1000


def test_weights_are_evened_out_without_being_saved(manager: Client, world: World) -> None:
    answer = send(manager, world, "even", weight_skill_coverage="122")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<b data-sum>100</b>" in page
    assert 'name="weight_skill_coverage" value="61"' in page
    assert settings_of(world).weights["skill_coverage"] == 22


def test_weights_go_back_to_the_template(manager: Client, world: World) -> None:
    answer = send(manager, world, "template", weight_skill_coverage="99")

    assert 'name="weight_skill_coverage" value="22"' in answer.content.decode()


def test_weights_that_miss_100_are_explained_and_nothing_is_saved(manager: Client, world: World) -> None:
    answer = send(manager, world, "save", weight_skill_coverage="30", objective="total")

    assert answer.status_code == 422
    assert "The weights sum to 108, which is 8 too many." in answer.content.decode()
    assert settings_of(world).objective == "matched_floor_total"


def test_trying_tells_what_each_rule_does_and_saves_nothing(manager: Client, world: World) -> None:
    stranger = world.mentees[0].person
    stranger.languages = ["Welsh"]
    stranger.save()

    page = send(manager, world, "try", spread="1000").content.decode()

    assert f"This rule leaves 1 mentee with nobody:</b> {stranger.full_name}." in page
    assert "Takes 3 of 9 pairs." in page
    assert "Tried on all 9 pairs of people who are ready; nothing is saved." in page
    assert settings_of(world).spread == 0


def test_trying_while_typing_gives_the_parts_that_change(manager: Client, world: World) -> None:
    answer = manager.post(address(world), as_shown(world.programme, does="try"), headers=HTMX)

    page = answer.content.decode()
    assert "<html" not in page
    assert 'id="cost_common_language" hx-swap-oob="true"' in page


def test_trying_what_cannot_be_says_why_instead(manager: Client, world: World) -> None:
    answer = manager.post(
        address(world), as_shown(world.programme, does="try", weight_skill_coverage="23"), headers=HTMX
    )

    assert answer.status_code == 200
    assert "The weights sum to 101, which is 1 too many." in answer.content.decode()


def test_a_wish_not_to_be_matched_changes_no_figure(manager: Client, world: World) -> None:
    before = send(manager, world, "try").content
    world.mentees[0].no_match = f"[{', '.join(str(mentor.person_id) for mentor in world.mentors)}]"
    world.mentees[0].save()

    after = send(manager, world, "try").content

    assert without_token(before) == without_token(after)


def without_token(page: bytes) -> list[str]:
    return [line for line in page.decode().splitlines() if "csrf" not in line.lower()]


def test_a_rule_that_excludes_everybody_is_told_with_the_way_on(manager: Client, world: World) -> None:
    page = send(manager, world, "try", gap_from="15").content.decode()

    assert "These rules leave nobody with anybody." in page
    assert "Switch off the rule that takes most pairs, or widen its limits." in page


def test_other_settings_for_one_round_leave_the_programme_as_it_is(manager: Client, world: World) -> None:
    found = a_round(world)
    path = reverse("round_other_settings", args=[world.programme.slug, found.number])

    answer = manager.post(path, as_shown(world.programme, does="again", objective="total", time_zone_hours="3"))

    fresh = Round.objects.latest("number")
    assert answer.headers["Location"] == reverse("round", args=[world.programme.slug, fresh.number])
    assert (fresh.settings["objective"], fresh.settings["time_zone"]) == ("total", {"maximum": 3})
    assert settings_of(world).objective == "matched_floor_total"


def test_other_settings_start_from_those_of_the_round(manager: Client, world: World) -> None:
    found = a_round(world)
    found.settings["spread"] = 5000
    found.save()

    page = manager.get(reverse("round_other_settings", args=[world.programme.slug, found.number])).content.decode()

    assert 'value="5000" id="id_spread_2" checked' in page.replace(" required", "")
    assert found.salt in page


def test_other_settings_that_cannot_be_are_refused(manager: Client, world: World) -> None:
    found = a_round(world)
    path = reverse("round_other_settings", args=[world.programme.slug, found.number])

    answer = manager.post(path, as_shown(world.programme, does="again", weight_skill_coverage="23"))

    assert answer.status_code == 422
    assert Round.objects.count() == 1


def test_a_published_round_cannot_be_run_with_other_settings(manager: Client, world: World) -> None:
    found = a_round(world)
    Round.objects.update(state="published")

    answer = manager.get(reverse("round_other_settings", args=[world.programme.slug, found.number]))

    assert answer.headers["Location"] == reverse("round", args=[world.programme.slug, found.number])


@pytest.mark.parametrize("does", ["save", "try", "even", "template", "start"])
def test_rubbish_is_refused_in_words(manager: Client, world: World, does: str) -> None:
    answer = manager.post(address(world), {"does": does, "weight_balance": "\x00", "objective": "fame", "spread": "x"})

    assert answer.status_code == 422
    assert settings_of(world).objective == "matched_floor_total"


# --- before a round starts


def rounds_page(client: Client, world: World) -> str:
    return client.get(reverse("rounds", args=[world.programme.slug])).content.decode()


def test_without_a_mentor_the_page_leads_to_inviting_instead_of_starting(manager: Client, world: World) -> None:
    for mentor in world.mentors:
        mentor.delete()

    page = rounds_page(manager, world)

    assert "You have 3 mentees who look for a mentor, and no mentor with a free place." in page
    assert reverse("programme_invite", args=[world.programme.slug]) in page
    assert "Start a round" not in page


def test_more_mentees_than_places_are_told_before_the_round_and_it_can_start(manager: Client, world: World) -> None:
    world.mentors[0].delete()

    page = rounds_page(manager, world)

    assert "3 mentees look for a mentor and there are 2 places: at least 1 will be left without." in page
    assert "Ask mentors for one more place" in page
    assert "Start a round" in page


def test_nothing_in_the_way_says_nothing(manager: Client, world: World) -> None:
    assert "Before you start a round" not in rounds_page(manager, world)


def test_a_round_whose_rule_excludes_everybody_says_so_for_each_with_what_would_help(
    manager: Client, world: World
) -> None:
    world.programme.matching = world.programme.matching | {"level_gap": {"minimum": 15, "maximum": None}}
    world.programme.save()
    found = a_round(world)

    page = manager.get(reverse("round_unmatched", args=[world.programme.slug, found.number])).content.decode()

    assert page.count("No mentor is left after the rules: 3 because their levels are too close or too far apart.") == 3
    assert page.count("Somebody at another level, or a wider range of levels") == 6
    assert reverse("round_other_settings", args=[world.programme.slug, found.number]) in page


@pytest.mark.parametrize(("model", "template"), [("peer", "peer"), ("group", "group_circle")])
def test_peers_and_circles_are_asked_about_no_goal_and_keep_the_stored_one(
    manager: Client, world: World, model: str, template: str
) -> None:
    world.programme.model, world.programme.template_id = model, template
    world.programme.save()
    page = manager.get(address(world)).content.decode()
    assert "with this goal alone." in page
    assert 'name="objective"' not in page

    sent = as_shown(world.programme, does="save", different_unit="on")
    answer = manager.post(address(world), {name: value for name, value in sent.items() if name not in ONE_GOAL})

    found = settings_of(world)
    assert answer.status_code == 302
    assert (found.objective, found.spread) == ("matched_floor_total", 0)
    assert "different_unit" in found.hard_rules
