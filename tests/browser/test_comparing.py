"""A manager compares settings in a browser, with and without JavaScript; pages that need solved plans are looked at."""

import os
from itertools import cycle
from pathlib import Path

import pytest
from django.urls import reverse

from tests.browser.conftest import Visitor, Visitors
from tests.browser.test_every_page import LOOKS, _look
from tests.factories.matching import SKILLS, World, a_round, a_world
from tests.factories.mentorships import a_pair
from tests.factories.people import OrganisationFactory
from tests.matching.test_fairness import say
from trellis.kernel import clock
from trellis.kernel.jobs import drain
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.actions import scenarios
from trellis.matching.models import Proposal, Round, Scenario
from trellis.matching.queries.curves import AXES
from trellis.people.choices import AttributeKind
from trellis.people.models import Organisation
from trellis.programmes.choices import Side

pytestmark = pytest.mark.django_db(transaction=True)
GOALS = ("", "Better at negotiation", "Speaking in public", "Agile delivery and internal control")
UNITS, PLACES = ("Finance", "Sales", "People", "Legal"), ("Berlin", "London", "Oslo")


def _crowd(organisation: Organisation) -> World:
    """More mentees than places, of several units, some with wishes of their own, and two pairs that run."""
    world = a_world(organisation, mentees=2, mentors=2)
    for number in range(22):
        skills = [(SKILLS[number % 3], 1 + number % 3), (SKILLS[number * number % 5], 2)]
        enrolment = world.enrol(Side.MENTEE, skills=dict(skills).items(), goal=GOALS[number % 4])
        enrolment.person.unit, enrolment.person.location = UNITS[number % 4], PLACES[number % 3]
        enrolment.person.languages = [["en"], ["en", "de"], ["de"]][number % 3]
        enrolment.person.save()
    for number in range(10):
        enrolment = world.enrol(Side.MENTOR, skills=[(SKILLS[number % 5], 4), (SKILLS[(number + 1) % 5], 5)])
        enrolment.person.unit, enrolment.person.location = UNITS[(number + 1) % 4], PLACES[number % 3]
        enrolment.person.languages = [["en"], ["de"]][number % 2]
        enrolment.person.level = 4 + number % 4
        enrolment.person.save()
        enrolment.places = 1 + number % 3
        enrolment.save()
    for mentee, mentor in zip(world.mentees, world.mentors[::-1], strict=True):
        a_pair(world.programme, mentee.person, mentor.person)
    return world


def _press(visitor: Visitor, words: str) -> None:
    visitor.page.get_by_role("button", name=words, exact=True).first.click()
    visitor.page.wait_for_load_state()


def _shot(visitor: Visitor, name: str) -> None:
    """Pictures of every look, when asked for."""
    folder = os.environ.get("TRELLIS_LOOKS")
    for scheme, width in LOOKS if folder else ():
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.page.screenshot(path=Path(str(folder)) / f"{name}-{scheme}-{width}.png", full_page=True)


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_manager_compares_three_plans_and_uses_one(visitors: Visitors, script: bool) -> None:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        world = _crowd(organisation)
        slug = world.programme.slug
        visitor = visitors.new(world.manager, script=script)
        page = visitor.go(reverse("rounds", args=[slug]))
        page.get_by_role("link", name="Compare settings").click()
        _press(visitor, "Solve the present settings")
        for name, choice in (("Total first", "The highest total score"), ("One place more", None)):
            page.get_by_role("link", name="Add a plan").click()
            page.get_by_label("Name of the plan").fill(name)
            if choice:
                page.get_by_label(choice).check()
            else:
                page.get_by_label("Places for every mentor").select_option("1")
            _press(visitor, "Solve this plan")
        drain()
        page = visitor.go(reverse("scenarios", args=[slug]))

        heads = page.locator(".cmp thead th").all_inner_texts()
        assert [head.split("\n")[0] for head in heads] == [
            "A · Present settings", "B · Total first", "C · One place more",
        ]  # fmt: skip
        assert page.locator(".cmp tbody tr", has_text="Proof").locator("b").all_inner_texts() == ["Proven best"] * 3
        _press(visitor, "Use B for a round")
        drain()

        found = Round.objects.get(programme=world.programme)
        assert (found.settings["objective"], found.state) == ("total", "review")
        assert not Proposal.objects.filter(state="offered").exists()
        assert visitor.complaints == []


def test_pages_with_solved_plans_are_accessible_narrow_and_quiet(visitors: Visitors, axe: str) -> None:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        world = _crowd(organisation)
        by, programme, now = world.manager, world.programme, clock.now()
        for name, changes in (
            ("Total first", {"objective": "total"}), ("Wider network", {"weights": {"distance": 100}}),
            ("One place more", {"more_places": 1}),
        ):  # fmt: skip
            scenarios.make_scenario(by=by, programme=programme, name=name, changes=changes, now=now)
        for axis in AXES:
            scenarios.make_curve(by=by, programme=programme, axis=axis, now=now)
        found = a_round(world)
        scenarios.make_prices(by=by, found=found, now=now)
        drain()
        assert not Scenario.objects.exclude(state="solved").exists()

        pages = {
            "compare": reverse("scenarios", args=[programme.slug]),
            "new": reverse("scenario_new", args=[programme.slug]),
            "plan": reverse("scenario", args=[programme.slug, 2]),
            "changes": reverse("scenario_changes", args=[programme.slug, 1, 3]),
            "prices": reverse("round_prices", args=[programme.slug, found.number]),
            **{f"curve-{axis}": reverse("curve", args=[programme.slug, axis]) for axis in AXES},
        }
        visitor = visitors.new(by)
        faults = []
        for name, path in pages.items():
            faults += _look(visitor, path, axe)
            _shot(visitor, name)

        assert faults + visitor.complaints == []


def test_groups_under_plans_are_accessible_narrow_and_quiet(visitors: Visitors, axe: str) -> None:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        world = a_world(organisation, mentees=80, mentors=40)
        say([each.person for each in world.mentees], AttributeKind.GENDER, cycle(["woman", "woman", "man"]))
        for name, changes in (
            ("As it is", {}),
            ("Two each", {"more_places": 1}),
            ("Total first", {"objective": "total"}),
        ):
            scenarios.make_scenario(
                by=world.manager, programme=world.programme, name=name, changes=changes, now=clock.now()
            )
        drain()
        visitor, path = visitors.new(world.manager), reverse("scenarios", args=[world.programme.slug])
        visitor.go(path)
        _press(visitor, "Count the groups under these plans")
        drain()

        faults = _look(visitor, path, axe)
        _shot(visitor, "groups")

        assert visitor.page.locator("table.groups th", has_text="Women").count() == 1
        assert faults + visitor.complaints == []
