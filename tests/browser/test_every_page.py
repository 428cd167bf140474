"""Every page of the product: axe finds nothing, nothing overflows at 320 px, the console stays silent."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from django.test import Client
from django.urls import reverse

from tests.browser.conftest import Visitor, Visitors
from tests.trust.crawl import signed_in
from tests.trust.routes import addresses, fill
from tests.trust.test_matrix import may_enter
from tests.trust.world import World, build_world
from trellis.web.access import Audience

pytestmark = pytest.mark.django_db(transaction=True)

# who looks at most pages first; a page is looked at once by the first of these who may
READERS = (
    "mentee", "mentor", "bystander", "programme_manager", "admin", "people_manager", "executive", "analyst", "nobody",
)  # fmt: skip
WIDTHS = (1366, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def _pages_of(world: World) -> dict[str, list[str]]:
    """Who visits which addresses: each page once per kind of reader that sees it differently."""
    visits: dict[str, list[str]] = {name: [] for name in READERS}
    for address in addresses():
        reader = next((name for name in READERS if may_enter(address, name, own=True)), None)
        path = fill(address, world)
        if path and reader:
            visits[reader].append(path)
        if path and address.audience is Audience.ANYONE:
            visits["nobody"].append(path)  # a page of the way in sends on whoever is inside already
    visits["mentor"] += [
        path for path in visits["mentee"] if path.startswith(("/mentorships/", "/meetings/", "/goals/"))
    ]
    visits["programme_manager"] += [reverse("round", args=[world.programme.slug, world.ids["round"]])]
    for name in visits:
        visits[name] = ["/", *visits[name], "/manage/", "/no-such-page/"]  # the last two: no entry, and not found
    return visits


def _is_page(client: Client, path: str) -> bool:
    """An address that answers a look with a page of ours: not a file, not a button's address, not a way elsewhere."""
    answer = client.get(path)
    return answer.status_code in {200, 403, 404} and answer.headers["Content-Type"].startswith("text/html")


def _violations(visitor: Visitor, axe: str) -> list[str]:
    visitor.page.evaluate(axe)
    found: dict[str, Any] = visitor.page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{violation['id']}: {node['target']} {node['html'][:140]}"
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]


def _look(visitor: Visitor, path: str, axe: str) -> list[str]:
    visitor.go(path)
    return [f"{path} {fault}" for fault in _looked_at(visitor, axe)]


def _looked_at(visitor: Visitor, axe: str) -> list[str]:
    """The page that is open: both schemes at both widths, then whether it fits on the narrowest phone."""
    faults = []
    for scheme in SCHEMES:
        visitor.page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{scheme} {width}: {fault}" for fault in _violations(visitor, axe)]
    visitor.page.set_viewport_size({"width": 320, "height": 800})
    over = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return faults + ([f"{over} px too wide at 320"] if over > 0 else [])


@pytest.mark.parametrize("reader", READERS)
def test_pages_are_accessible_narrow_and_quiet(
    visitors: Visitors, axe: str, reader: str, record_property: Callable[[str, object], None]
) -> None:
    world = build_world("A")
    known = signed_in(world, None if reader == "nobody" else reader)
    pages = [path for path in dict.fromkeys(_pages_of(world)[reader]) if _is_page(known, path)]
    visitor = visitors.new(world.people.get(reader))

    faults = [fault for path in pages for fault in _look(visitor, path, axe)]

    record_property("figure", f"{reader}: {len(pages)} pages, {len(faults)} faults")
    assert faults == []
    assert visitor.complaints == []


def test_the_way_in_is_accessible_at_each_step(visitors: Visitors, axe: str) -> None:
    """The pages that only follow from another: the code, a link and an invitation that are spent, the button's page."""
    visitor = visitors.new()
    page = visitor.go("/sign-in/")
    page.get_by_label("Work e-mail").first.fill("nobody@nowhere.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code/**")

    faults = _looked_at(visitor, axe)
    for path in ("/sign-in/link/no-such-token/", "/invitation/no-such-token/"):
        faults += _look(visitor, path, axe)

    assert faults == []
    assert visitor.complaints == []
