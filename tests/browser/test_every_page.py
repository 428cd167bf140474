"""Every page of the product: axe finds nothing, nothing overflows at 320 px, the console stays silent."""

from typing import Any

import pytest

from tests.browser.conftest import Visitor, Visitors
from tests.trust.routes import addresses, fill
from tests.trust.test_matrix import may_enter
from tests.trust.world import World, build_world

pytestmark = pytest.mark.django_db(transaction=True)

# who looks at most pages first; a page is looked at once by the first of these who may
READERS = (
    "mentee", "mentor", "bystander", "programme_manager", "admin", "people_manager", "executive", "analyst", "nobody",
)  # fmt: skip
WIDTHS = (1366, 390)
SCHEMES = ("light", "dark")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def _pages_of(world: World) -> dict[str, list[str]]:
    """Who visits which addresses: each page once per kind of reader that sees it differently."""
    visits: dict[str, list[str]] = {name: [] for name in READERS}
    for address in addresses():
        path = fill(address, world)
        if path is None or address.name in NOT_PAGES:
            continue
        reader = next((name for name in READERS if may_enter(address, name, own=True)), None)
        if reader:
            visits[reader].append(path)
    visits["mentor"] += [
        path for path in visits["mentee"] if path.startswith(("/mentorships/", "/meetings/", "/goals/"))
    ]
    visits["mentor"] += ["/"]
    visits["programme_manager"] += ["/"]
    visits["bystander"] += ["/"]
    return visits


NOT_PAGES = {"health", "manifest", "sign_out"}


def _violations(visitor: Visitor, axe: str) -> list[str]:
    visitor.page.evaluate(axe)
    found: dict[str, Any] = visitor.page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{violation['id']}: {node['target']} {node['html'][:140]}"
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]


def _look(visitor: Visitor, path: str, axe: str) -> list[str]:
    answer = visitor.page.goto(path)
    assert answer is not None
    if not (answer.header_value("content-type") or "").startswith("text/html"):
        return []
    faults = [f"{path}: status {answer.status}"] if answer.status >= 400 else []
    for scheme in SCHEMES:
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{path} {scheme} {width}: {fault}" for fault in _violations(visitor, axe)]
    visitor.page.set_viewport_size({"width": 320, "height": 800})
    over = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return faults + ([f"{path}: {over} px too wide at 320"] if over > 0 else [])


@pytest.mark.parametrize("reader", READERS)
def test_pages_are_accessible_narrow_and_quiet(visitors: Visitors, axe: str, reader: str) -> None:
    world = build_world("A")
    visitor = visitors.new(world.people.get(reader))

    faults = [fault for path in dict.fromkeys(_pages_of(world)[reader]) for fault in _safe_look(visitor, path, axe)]

    assert faults == []
    assert visitor.complaints == []


def _safe_look(visitor: Visitor, path: str, axe: str) -> list[str]:
    """A file that downloads is no page."""
    try:
        return _look(visitor, path, axe)
    except Exception as error:  # Playwright raises its own Error for a download
        if "Download is starting" in str(error):
            return []
        raise
