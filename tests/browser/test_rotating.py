"""A manager rotates a flash programme in a browser, without JavaScript; its pages are looked at in every light."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from tests.browser.conftest import Visitor, Visitors
from tests.browser.test_every_page import LOOKS, _look
from tests.factories.matching import a_world
from tests.factories.people import OrganisationFactory
from trellis.kernel.jobs import drain
from trellis.kernel.tenancy import organisation_scope

pytestmark = pytest.mark.django_db(transaction=True)


def _press(visitor: Visitor, words: str) -> None:
    visitor.page.get_by_role("button", name=words).first.click()
    visitor.page.wait_for_load_state()


def _shot(visitor: Visitor, name: str) -> None:
    """Pictures of every look, when asked for."""
    folder = os.environ.get("TRELLIS_LOOKS")
    for scheme, width in LOOKS if folder else ():
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.page.screenshot(path=Path(str(folder)) / f"{name}-{scheme}-{width}.png", full_page=True)


def test_a_manager_rotates_for_three_weeks(visitors: Visitors, axe: str) -> None:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        world = a_world(organisation, mentees=4, mentors=4, model="flash", template_id="flash")
        visitor = visitors.new(world.manager, script=False)
        page = visitor.go(reverse("rounds", args=[world.programme.slug]))
        page.get_by_label("Weeks", exact=True).fill("3")
        _press(visitor, "Plan a rotation")
        drain()
        page.reload()
        assert page.locator("li.week").all_inner_texts() == ["Week 1", "Week 2", "Week 3"]
        page.get_by_role("link", name="Check it yourself").click()
        page.get_by_text("Yes. Checked just now").wait_for()
        page.go_back()
        _press(visitor, "Approve all 12 shown")
        page.get_by_role("link", name="Publish 12 approved").click()
        _press(visitor, "Publish 12 matches")
        page.get_by_role("heading", name="Week 1 of 3").wait_for()
        assert visitor.complaints == []

        looker = visitors.new(world.manager)
        for name, path in (("rotating", page.url), ("proof", f"{page.url}proof/")):
            assert _look(looker, path, axe) == []
            _shot(looker, name)
