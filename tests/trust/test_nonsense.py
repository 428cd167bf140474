"""No page and no form breaks, whatever stands in its address or in its fields."""

import re
from html import unescape

import pytest
from django.db import transaction
from django.test import Client

from tests.trust.crawl import crawl, signed_in
from tests.trust.routes import addresses, fill
from tests.trust.world import World, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return build_world("A")


NONSENSE = ("-1", "9" * 40, "\x00", "²", "password", "'\"<")
READ = {  # who -> page -> what it reads from its address
    "mentee": {
        "/meetings/": "page", "/messages/{mentorship}/": "page", "/notices/": "before show",
    },
    "bystander": {"/programmes/{slug}/mentors/": "page name skill unit location language"},
    "programme_manager": {
        "/manage/{slug}/people/": "tab side q after before", "/manage/{slug}/people/queue/": "view",
        "/manage/{slug}/pairs/": "show", "/manage/{slug}/at-risk/": "show",
        "/manage/{slug}/rounds/2/": "show name page", "/manage/{slug}/rounds/2/swap/{proposal_review}/": "with name",
        "/manage/{slug}/settings/stages/": "stage", "/manage/{slug}/settings/roles/": "q",
        "/manage/new/": "q audience time model wish",
    },
    "admin": {
        "/organisation/people/": "q status unit after before", "/organisation/roles/": "search",
        "/organisation/audit/": "person verb since until before search", "/organisation/jobs/": "show before",
        "/organisation/import/{import}/": "show",
    },
    "people_manager": {"/team/": "page"},
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_no_page_breaks_on_nonsense_in_its_address(world: World, name: str) -> None:
    client = signed_in(world, name)

    broken = [
        f"{path}?{asked}={value!r}"
        for path, reads in READ[name].items()
        for asked in reads.split()
        for value in NONSENSE
        if client.get(path.format(**world.ids), {asked: value}).status_code not in {200, 400, 404}
    ]

    assert broken == []


@pytest.mark.parametrize("name", ["mentee", "programme_manager", "admin"])
def test_no_address_breaks_on_a_number_that_no_table_can_hold(world: World, name: str) -> None:
    client = signed_in(world, name)
    found = set()
    for each in addresses():
        path = fill(each, world)
        if path and re.search(r"/\d+(/|$)", path):
            huge = re.sub(r"/\d+(?=/|$)", f"/{10**30}", path)
            found |= {client.get(huge).status_code, client.post(huge).status_code}

    assert found <= {403, 404, 405}


FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
NAME = re.compile(r'<(?:input|select|textarea|button)\b[^>]*?\bname="([^"]+)"')
ACTION = re.compile(r'\baction="([^"]*)"')
KEPT = {"csrfmiddlewaretoken"}
HIDDEN = {"search", "name", "q"}  # what forms carry along only after somebody has searched


@pytest.mark.parametrize("name", ["mentee", "bystander", "programme_manager", "admin"])
def test_no_form_breaks_on_nonsense_in_its_fields(world: World, name: str) -> None:
    """Every form that a person is shown, with nonsense in all its fields at once, and with none of them."""
    client = signed_in(world, name)
    forms: dict[str, set[str]] = {}
    for seen in crawl(client, ["/"]):
        for head, body in FORM.findall(seen.text):
            action = ACTION.search(head)
            path = unescape(action[1]) if action and action[1] else seen.path
            if 'method="post"' in head and not path.startswith("/sign-out"):
                forms.setdefault(path, set()).update(set(NAME.findall(body)) - KEPT)

    broken = []
    for path, fields in forms.items():
        for value in ("9" * 40, "\x00", "x" * 30_000, None):
            data = {} if value is None else dict.fromkeys(fields | HIDDEN, value) | {"show": "all"}
            broken += [f"{path} {value!r:.20}"] if _breaks(client, path, data) else []

    assert len(forms) > 5
    assert broken == []


def _breaks(client: Client, path: str, data: dict[str, str]) -> bool:
    """Whatever the form does is undone, and the visitor stays who they are."""
    kept = client.cookies.copy()
    try:
        with transaction.atomic():
            status = client.post(path, data).status_code
            transaction.set_rollback(True)
    except Exception:  # the point is that there is none, of whatever kind
        return True
    finally:
        client.cookies = kept
    return status >= 500
