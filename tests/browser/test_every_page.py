"""Every page of the product: axe finds nothing, nothing overflows at 320 px, the console stays silent.

Forms are sent empty as well, so that a refused form is looked at like any page.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, Literal

import pytest
from django.test import Client
from django.urls import reverse

from tests.browser.conftest import Visitor, Visitors
from tests.trust.crawl import signed_in
from tests.trust.routes import addresses, fill
from tests.trust.test_matrix import may_enter
from tests.trust.world import World, build_world
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.matching.choices import RoundState
from trellis.matching.models import Round
from trellis.web.access import Audience

pytestmark = pytest.mark.django_db(transaction=True)

# who looks at most pages first; a page is looked at once by the first of these who may
READERS = (
    "mentee", "mentor", "bystander", "programme_manager", "admin", "people_manager", "executive", "analyst", "nobody",
)  # fmt: skip
SHARES = (
    ("mentee", "mentor", "bystander", "nobody"),
    ("programme_manager", "admin", "people_manager", "executive", "analyst"),
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LOOKS = tuple(product(SCHEMES, (1366, 390)))
# axe need not describe what is right
ASKED = {"runOnly": RULES, "resultTypes": ["violations"]}


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


def _violations(visitor: Visitor, scheme: Literal["light", "dark"], width: int) -> list[str]:
    visitor.page.emulate_media(color_scheme=scheme)
    visitor.page.set_viewport_size({"width": width, "height": 900})
    found: dict[str, Any] = visitor.page.evaluate("rules => axe.run(document, rules)", ASKED)
    return [
        f"{scheme} {width}: {violation['id']}: {node['target']} {node['html'][:140]}"
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]


def _look(visitor: Visitor, path: str, axe: str) -> list[str]:
    visitor.go(path)
    return [f"{path} {fault}" for fault in _looked_at(visitor, axe)]


def _looked_at(visitor: Visitor, axe: str) -> list[str]:
    """The page that is open: light and dark, wide and on a phone, then whether it fits on the narrowest phone."""
    visitor.page.evaluate(axe)
    faults = [fault for scheme, width in LOOKS for fault in _violations(visitor, scheme, width)]
    visitor.page.set_viewport_size({"width": 320, "height": 800})
    over = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return faults + ([f"{over} px too wide at 320"] if over > 0 else [])


@pytest.mark.parametrize("readers", SHARES, ids=lambda readers: f"{readers[0]} and others")
def test_pages_are_accessible_narrow_and_quiet(
    visitors: Visitors, axe: str, readers: tuple[str, ...], record_property: Callable[[str, object], None]
) -> None:
    world = build_world("A")
    faults, number = [], 0
    for reader in readers:
        known = signed_in(world, None if reader == "nobody" else reader)
        pages = [path for path in dict.fromkeys(_pages_of(world)[reader]) if _is_page(known, path)]
        visitor = visitors.new(world.people.get(reader))
        faults += [f"{reader}: {fault}" for path in pages for fault in _look(visitor, path, axe)]
        faults += visitor.complaints
        number += len(pages)

    record_property("pages", number)
    record_property("faults", len(faults))
    assert faults == []


def _forms(world: World) -> Iterator[tuple[str, str, str]]:
    """Who sends which form empty, and where it is."""
    ids = world.ids
    for name in ("meeting_plan", "meeting_log", "goal_new", "mentorship_pause", "mentorship_extend"):
        yield "mentee", reverse(name, args=[ids["mentorship"]]), "main form:has(.field, fieldset)"
    yield "mentee", reverse("conversation", args=[ids["mentorship"]]), ".conv form"
    yield "mentee", reverse("meeting_move", args=[ids["meeting_planned"]]), "main form.form"
    for name in ("programme_duplicate", "question_new", "condition_new"):
        yield "programme_manager", reverse(name, args=[ids["slug"]]), "main form"
    for key in ("basics", "rhythm", "joining", "matching", "stages"):
        yield "programme_manager", reverse("programme_section", args=[ids["slug"], key]), "main form:has(.field)"
    yield "programme_manager", reverse("programme_new", args=["career_formal"]), "main form:has([name=name])"
    yield "programme_manager", reverse("programme_import"), "main form"
    yield "admin", reverse("directory_imports"), "main form"
    yield "admin", reverse("organisation_settings"), "main form:has([name=name])"


EMPTY_AND_SEND = """form => {
    form.noValidate = true;
    for (const input of form.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), textarea"))
        input.value = "";
    form.querySelectorAll("[type=radio]").forEach(input => { input.checked = false; });
    form.requestSubmit(form.querySelector("button.pri"));
}"""


def test_refused_forms_are_accessible_and_say_what_is_wrong(visitors: Visitors, axe: str) -> None:
    world = build_world("A")
    senders = {name: visitors.new(world.people[name]) for name in ("mentee", "programme_manager", "admin")}
    faults = []
    for reader, path, form in _forms(world):
        visitor = senders[reader]
        page = visitor.go(path)
        with page.expect_navigation():
            page.locator(form).first.evaluate(EMPTY_AND_SEND)
        if not page.locator(".error").count():
            faults.append(f"{path} says nothing about what is wrong")
        faults += [f"{path} {fault}" for fault in _looked_at(visitor, axe)]

    assert faults == []
    assert [line for visitor in senders.values() for line in visitor.complaints if "status of 422" not in line] == []


def test_rounds_without_a_plan_are_accessible(visitors: Visitors, axe: str) -> None:
    """One that is being solved, one whose solving broke off, one that could not be solved."""
    world = build_world("A")
    with organisation_scope(world.organisation.pk):
        for number, state, failure in (
            (71, RoundState.SOLVING, ""), (72, RoundState.FAILED, "There is nobody to match: no mentee is ready."),
        ):  # fmt: skip
            Round.objects.create(
                organisation=world.organisation, programme=world.programme, number=number, state=state,
                failure=failure, created_at=clock.now(),
            )  # fmt: skip
    visitor = visitors.new(world.people["programme_manager"])

    faults = [
        fault
        for number in (71, 72)
        for fault in _look(visitor, reverse("round", args=[world.programme.slug, number]), axe)
    ]

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
