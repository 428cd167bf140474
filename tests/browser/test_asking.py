"""A mentee lets mentors find them, a mentor finds and asks them, the mentee accepts; also without script."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.conftest import Visitors
from tests.browser.test_every_page import _look
from tests.factories.matching import World, a_world
from tests.factories.people import OrganisationFactory
from trellis.kernel.tenancy import organisation_scope

pytestmark = pytest.mark.django_db(transaction=True)

SELF = {"weights": {"skill_coverage": 60, "goal_fit": 40}, "suggestions": 2, "method": "self_chosen"}


@pytest.fixture
def world(db: None) -> World:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        return a_world(organisation, mentees=2, mentors=1, matching=SELF, training_gate=False)


def press(page: Page, role: str, name: str) -> None:
    with page.expect_navigation():
        (page.get_by_role("button", name=name) if role == "button" else page.get_by_role("link", name=name)).click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_from_the_choice_to_the_first_yes(visitors: Visitors, world: World, script: bool) -> None:
    mentee, mentor = world.mentees[0].person, world.mentors[0].person
    asked, asker = visitors.new(mentee, script=script), visitors.new(mentor, script=script)
    join = reverse("programme_join", args=[world.programme.slug])

    press(asked.go(join), "button", "Let mentors find me")
    found = asker.go(join)
    press(found, "link", "Find a mentee")
    assert world.mentees[1].person.full_name not in found.inner_text("main")
    with found.expect_navigation():
        found.get_by_role("button", name=f"Ask {mentee.first_name}").first.click()
    answer = asked.go("/")
    press(answer, "link", "See the offer")
    assert f"{mentor.first_name} would like to be your mentor" in answer.inner_text("h1")
    press(answer, "button", "Accept")

    assert "You both said yes. Your mentoring begins now." in answer.inner_text("main")
    assert asked.complaints + asker.complaints == []


def test_the_page_of_mentees_is_accessible_with_somebody_on_it(visitors: Visitors, axe: str, world: World) -> None:
    with organisation_scope(world.programme.organisation_id):
        for mentee in world.mentees:
            mentee.findable = True
            mentee.save()
    asker, asked = visitors.new(world.mentors[0].person), visitors.new(world.mentees[0].person)

    assert _look(asker, reverse("find_mentee", args=[world.programme.slug]), axe) == []
    assert _look(asked, reverse("programme_join", args=[world.programme.slug]), axe) == []
    assert asker.complaints + asked.complaints == []
