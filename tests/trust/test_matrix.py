"""Every address x every person of two organisations x every method: who gets in, and nothing else happens."""

from collections import Counter

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from tests.trust.crawl import signed_in
from tests.trust.routes import ENTER, OBJECTS, Address, addresses, fill
from tests.trust.world import PRINCIPALS, World, build_world
from trellis.kernel.tenancy import every_organisation
from trellis.web import urls as web_urls
from trellis.web.access import Audience

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
REFUSED = {403, 404, 405}


@pytest.fixture
def worlds(db: None) -> tuple[World, World]:
    return build_world("A"), build_world("B")


def _unruled() -> list[str]:
    return [f"{address.pattern} ({address.view})" for address in addresses() if address.audience is None]


def test_every_address_names_its_audience() -> None:
    assert _unruled() == []


def test_every_address_with_arguments_says_whose_object_it_names() -> None:
    missing = {address.name for address in addresses() if address.arguments and address.name not in OBJECTS}

    assert missing == set()


def test_a_planted_address_without_a_rule_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test of the test."""

    def planted(request: object) -> HttpResponse:
        return HttpResponse("everybody's secrets")

    monkeypatch.setattr(web_urls, "urlpatterns", [*web_urls.urlpatterns, path("planted/", planted, name="planted")])

    assert [line for line in _unruled() if line.startswith("planted/")] != []


def _rows() -> Counter[str]:
    """How many rows every table has: what a refused request must not change."""
    with every_organisation("the test counts every row"):
        return Counter(
            {
                model.__name__: model._base_manager.count()
                for model in apps.get_models()
                if model.__module__.startswith("trellis.") and model.__name__ not in {"Job", "ScheduleTick"}
            }
        )


def may_enter(address: Address, name: str, *, own: bool) -> bool:
    assert address.audience is not None
    if name not in ENTER[address.audience]:
        return False
    if not address.arguments or address.name not in OBJECTS:
        return True
    seen_by = OBJECTS[address.name].seen_by
    return "anyone" in seen_by or (own and name in seen_by)


@pytest.mark.parametrize("name", ["nobody", *PRINCIPALS])
def test_nobody_enters_where_they_may_not(worlds: tuple[World, World], name: str) -> None:
    """Own organisation's objects and the other's, with every method. Another tenant's object is 404, never 403."""
    home, away = worlds
    unexpected: list[str] = []
    cells = 0
    for address in addresses():
        for world in (home, away) if address.arguments else (home,):
            target = fill(address, world)
            if target is None:
                continue
            allowed = may_enter(address, name, own=world is home)
            for method in METHODS:
                cells += 1
                unexpected += _cell(home, name, address, target, method, allowed=allowed, own=world is home)

    assert unexpected == []
    assert cells > 300


def _cell(home: World, name: str, address: Address, target: str, method: str, *, allowed: bool, own: bool) -> list[str]:
    client = signed_in(home, None if name == "nobody" else name)
    before = _rows() if not allowed and method not in {"get", "head", "options"} else None
    status = _status(client, method, target)
    line = f"{name} {method.upper()} {target} -> {status}"
    if status >= 500:
        return [f"{line}: broken"]
    if allowed:
        return [f"{line}: should enter"] if method == "get" and status in {403, 404} else []
    if name in {"nobody", "left"} and status == 302:
        status = 404  # sent to the sign-in page (or out): not in
    found = [] if status in REFUSED else [f"{line}: should not enter"]
    if status == 403 and not own and name in ENTER[address.audience or Audience.ANYONE]:
        found.append(f"{line}: another organisation's object must be 404")
    if before is not None and before != _rows():
        found.append(f"{line}: changed {_rows() - before} {before - _rows()}")
    return found


def _status(client: Client, method: str, target: str) -> int:
    client.raise_request_exception = False
    return int(getattr(client, method)(target).status_code)
