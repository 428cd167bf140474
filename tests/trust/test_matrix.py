"""Every address x every person of two organisations x every method: who gets in, and nothing else happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from tests.trust.crawl import signed_in
from tests.trust.routes import ENTER, OBJECTS, Address, addresses, fill
from tests.trust.world import PRINCIPALS, World, build_world

pytestmark = pytest.mark.django_db

IN_USE = ("get", "post")
NEVER_USED = ("put", "patch", "delete")
REFUSED = {403, 404, 405, 410}


@pytest.fixture
def worlds(db: None) -> tuple[World, World]:
    return build_world("A"), build_world("B")


def _unruled(patterns: Sequence[URLPattern | URLResolver] | None = None) -> list[str]:
    return [f"{each.pattern} ({each.view})" for each in addresses(patterns) if each.audience is None]


def test_every_address_names_its_audience() -> None:
    assert _unruled() == []


def test_every_address_with_arguments_says_whose_object_it_names() -> None:
    assert {address.name for address in addresses() if address.arguments} == set(OBJECTS)


def test_a_planted_address_without_a_rule_is_caught() -> None:
    """A test of the test."""

    def planted(request: object) -> HttpResponse:
        return HttpResponse("everybody's secrets")

    assert len(_unruled([*get_resolver().url_patterns, path("planted/", planted, name="planted")])) == 1


class Writes:
    """Which rows of ours were written to while it watched; a statement that touches no row writes nothing."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Callable[..., object], sql: str, params: object, many: bool, context: Any) -> object:
        answer = execute(sql, params, many, context)
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and "session" not in sql and context["cursor"].rowcount:
            self.statements.append(sql[:60])
        return answer


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
    """Reading and writing, on one's own organisation's objects and on the other's.

    The other's are 404 and not 403, so that nobody learns whether they are there.
    """
    found = try_every_address(name, *worlds, methods=IN_USE)

    record_property("cells", len(found))
    record_property("unexpected", len(found) - found.count(""))
    assert list(filter(None, found)) == []


def try_every_address(name: str, home: World, *others: World, methods: Sequence[str]) -> list[str]:
    """What is wrong with each request of one person of the world `home`: nothing, where all is well."""
    found = []
    visitor = signed_in(home, None if name == "nobody" else name)
    for address in addresses():
        for world in (home, *others) if address.arguments else (home,):
            target = fill(address, world)
            assert target is not None, address
            expected = Expected(
                allowed=may_enter(address, name, own=world is home), signed_in=name not in {"nobody", "left"},
                hidden=world is not home and _passes_the_door(address, name),
            )  # fmt: skip
            for method in methods:
                wrong = _cell(visitor, method, target, expected)
                found += [wrong and f"{name} {method.upper()} {target} {wrong}"]
    return found


@dataclass(frozen=True)
class Expected:
    """`hidden`: the audience fits, the object is another organisation's."""

    allowed: bool
    signed_in: bool
    hidden: bool


def _passes_the_door(address: Address, name: str) -> bool:
    return address.audience is not None and name in ENTER[address.audience]


def _cell(client: Client, method: str, target: str, expected: Expected) -> str:
    """What is wrong with one request, or nothing. Whatever it does to the database is undone."""
    writes = Writes()
    with transaction.atomic(), connection.execute_wrapper(writes):
        kept = client.cookies.copy()
        status = int(getattr(client, method)(target).status_code)
        client.cookies = kept  # a sign-out or a new session must not change who asks next
        transaction.set_rollback(True)
    if status >= 500:
        return f"-> {status}: broken"
    if expected.allowed:
        return _wrong_inside(method, status)
    if status == 302 and not expected.signed_in:
        return ""  # sent to the sign-in page
    if status not in REFUSED or (expected.hidden and status == 403):
        return f"-> {status}: should not enter"
    return f"-> {status}: yet wrote {writes.statements}" if writes.statements else ""


def _wrong_inside(method: str, status: int) -> str:
    if method == "get" and status in {403, 404}:
        return f"-> {status}: should enter"
    if method in NEVER_USED and status not in {302, 405}:  # 302: the sign-in page, or a step that comes first
        return f"-> {status}: a method that nothing here takes"
    return ""
