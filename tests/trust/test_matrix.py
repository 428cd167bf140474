"""Every address x every person of two organisations x every method: who gets in, and nothing else happens."""

from collections.abc import Callable, Sequence

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from tests.trust.crawl import signed_in
from tests.trust.routes import ENTER, OBJECTS, Address, addresses, fill
from tests.trust.world import PRINCIPALS, World, build_world
from trellis.web.access import Audience

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
REFUSED = {403, 404, 405, 410}


@pytest.fixture
def worlds(db: None) -> tuple[World, World]:
    return build_world("A"), build_world("B")


def _unruled(patterns: Sequence[URLPattern | URLResolver] | None = None) -> list[str]:
    return [f"{each.pattern} ({each.view})" for each in addresses(patterns) if each.audience is None]


def test_every_address_names_its_audience() -> None:
    assert _unruled() == []


def test_every_address_with_arguments_says_whose_object_it_names() -> None:
    missing = {address.name for address in addresses() if address.arguments and address.name not in OBJECTS}

    assert missing == set()


def test_a_planted_address_without_a_rule_is_caught() -> None:
    """A test of the test."""

    def planted(request: object) -> HttpResponse:
        return HttpResponse("everybody's secrets")

    assert len(_unruled([*get_resolver().url_patterns, path("planted/", planted, name="planted")])) == 1


class Writes:
    """Which tables of ours were written to while it watched."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Callable[..., object], sql: str, *rest: object) -> object:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and "session" not in sql:
            self.statements.append(sql[:60])
        return execute(sql, *rest)


def may_enter(address: Address, name: str, *, own: bool) -> bool:
    assert address.audience is not None
    if name not in ENTER[address.audience]:
        return False
    if not address.arguments or address.name not in OBJECTS:
        return True
    seen_by = OBJECTS[address.name].seen_by
    return "anyone" in seen_by or (own and name in seen_by)


@pytest.mark.parametrize("name", ["nobody", *PRINCIPALS])
def test_nobody_enters_where_they_may_not(
    worlds: tuple[World, World], name: str, record_property: Callable[[str, object], None]
) -> None:
    """Own organisation's objects and the other's, with every method. Another tenant's object is 404, never 403."""
    home, away = worlds
    unexpected: list[str] = []
    cells = 0
    visitor = signed_in(home, None if name == "nobody" else name)
    for address in addresses():
        for world in (home, away) if address.arguments else (home,):
            target = fill(address, world)
            assert target is not None, address
            allowed = may_enter(address, name, own=world is home)
            for method in METHODS:
                cells += 1
                found = _cell(visitor, method, target, allowed=allowed, anonymous=name in {"nobody", "left"})
                unexpected += [f"{name} {method.upper()} {target} {found}"] if found else []

    record_property("figure", f"{name}: {cells} cells, {len(unexpected)} unexpected")
    assert unexpected == []


def _cell(client: Client, method: str, target: str, *, allowed: bool, anonymous: bool) -> str:
    """What is wrong with one request, or nothing. Whatever it does to the database is undone."""
    writes = Writes()
    with transaction.atomic(), connection.execute_wrapper(writes):
        kept = client.cookies.copy()
        status = int(getattr(client, method)(target).status_code)
        client.cookies = kept  # a sign-out or a new session must not change who asks next
        transaction.set_rollback(True)
    if status >= 500:
        return f"-> {status}: broken"
    if allowed:
        return f"-> {status}: should enter" if method == "get" and status in {403, 404} else ""
    if status == 302 and anonymous:
        return ""  # sent to the sign-in page
    if status not in REFUSED:
        return f"-> {status}: should not enter"
    return f"-> {status}: yet wrote {writes.statements}" if writes.statements else ""


def test_another_organisation_s_object_does_not_exist(worlds: tuple[World, World]) -> None:
    """404 and not 403, so that nobody learns whether it is there."""
    home, away = worlds
    wrong: list[str] = []
    for name in PRINCIPALS[:-1]:
        client = signed_in(home, name)
        for address in addresses():
            target = fill(address, away) if address.arguments else None
            if target is None or name not in ENTER[address.audience or Audience.ANYONE] or _open_to_all(address):
                continue
            status = client.get(target).status_code
            wrong += [f"{name} {target} -> {status}"] if status not in {404, 405, 410} else []

    assert wrong == []


def _open_to_all(address: Address) -> bool:
    return "anyone" in OBJECTS[address.name].seen_by
