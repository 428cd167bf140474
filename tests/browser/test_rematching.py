"""A manager prepares a rematch with the slider, publishes it and takes it back, with and without JavaScript."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visitor
from tests.factories.matching import World, a_crossed_world
from trellis.kernel import clock
from trellis.kernel.jobs import drain
from trellis.matching.actions.publishing import ask_to_publish
from trellis.matching.models import Round
from trellis.mentorships.models import Mentorship
from trellis.people.models import Organisation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(organisation: Organisation) -> World:
    return a_crossed_world(organisation)


@pytest.mark.parametrize("script", [True, False])
def test_a_rematch_and_its_undo(
    browser: Browser, live_server: LiveServer, world: World, axe: str, script: bool
) -> None:
    visitor = Visitor(browser, live_server, script=script).sign_in(world.manager)
    page = visitor.page
    base = f"/manage/{world.programme.slug}/rounds/"
    page.goto(f"{base}rematch/")
    slider = page.get_by_label("How much better must a new pair be")
    assert slider.input_value() == "10"
    if script:
        for _ in range(2):
            slider.press("ArrowLeft")
        assert slider.get_attribute("aria-valuetext") == "0: 0 points: any plan that is better in sum"
        assert page.evaluate(f"{axe}; axe.run().then((said) => said.violations.map((each) => each.id))") == []
    else:
        slider.evaluate("(each) => { each.value = 0 }")
    page.get_by_role("button", name="Start the rematch").click()
    page.wait_for_url(f"**{base}1/")
    drain()
    page.goto(f"{base}1/")
    assert page.get_by_text("0 running pairs stay, 2 change").is_visible()
    page.get_by_role("button", name="Approve all 3 shown").click()
    page.get_by_role("link", name="Publish 3 approved").click()
    page.get_by_role("button", name="Publish 3 matches").click()
    page.get_by_text("Published: 3 pairs.").wait_for()
    drain()
    page.goto(f"{base}1/")
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("Taken back: 3 pairs").wait_for()
    assert Mentorship.objects.live().count() == 2

    ask_to_publish(by=world.manager, found=Round.objects.get(), now=clock.now())
    page.goto(f"{base}1/")
    assert page.get_by_text("0 out, 3 to go").is_visible()
    if script:
        assert page.evaluate(f"{axe}; axe.run().then((said) => said.violations.map((each) => each.id))") == []
    drain()
    if not script:
        page.get_by_role("link", name="Look again").click()
    page.get_by_role("heading", name="Published matches").wait_for()
    assert Mentorship.objects.live().count() == 3
    assert visitor.complaints == []
