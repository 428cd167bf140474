"""Every page of the product: axe finds nothing, nothing overflows at 320 px, the console stays silent."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from django.test import Client

from tests.browser.conftest import Visitor, Visitors
from tests.trust.crawl import signed_in
from tests.trust.routes import addresses, fill
from tests.trust.test_matrix import may_enter
from tests.trust.world import World, build_world

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
        if reader and path:
            visits[reader].append(path)
    visits["mentor"] += [
        path for path in visits["mentee"] if path.startswith(("/mentorships/", "/meetings/", "/goals/"))
    ]
    for name in visits:
        visits[name] = ["/" if name != "nobody" else "/sign-in/", *visits[name], "/no-such-page/"]
    return visits


def _is_page(client: Client, path: str) -> bool:
    """An address that answers a look with a page of ours: not a file, not a button's address, not a way elsewhere."""
    answer = client.get(path)
    return answer.status_code in {200, 404} and answer.headers["Content-Type"].startswith("text/html")


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
    faults = []
    for scheme in SCHEMES:
        visitor.page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{path} {scheme} {width}: {fault}" for fault in _violations(visitor, axe)]
    visitor.page.set_viewport_size({"width": 320, "height": 800})
    over = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return faults + ([f"{path}: {over} px too wide at 320"] if over > 0 else [])


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
