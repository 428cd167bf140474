"""Every page that lists something asks the database the same number of questions for 3 rows and for 50."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.trust.crawl import signed_in
from tests.trust.lists import FIXED, LISTS, Scene, a_scene, address
from tests.trust.routes import addresses, fill
from tests.trust.test_matrix import may_enter
from tests.trust.world import PRINCIPALS, build_world
from trellis.people.models import Organisation

pytestmark = pytest.mark.django_db


def test_every_page_is_a_list_here_or_has_a_fixed_number_of_parts() -> None:
    """A new page must be put into one of the two tables."""
    world = build_world("A")
    visitors = {name: signed_in(world, name) for name in PRINCIPALS}
    pages = set()
    for each in addresses():
        reader = next((name for name in PRINCIPALS if may_enter(each, name, own=True)), None)
        path = fill(each, world)
        if reader and path and visitors[reader].get(path).status_code != 405:  # 405: a button's address
            pages.add(each.name)

    assert pages == LISTS.keys() | FIXED
    assert LISTS.keys() & FIXED == set()


@pytest.mark.parametrize("name", LISTS)
def test_a_page_takes_the_same_queries_for_3_rows_and_for_50(
    client: Client, organisation: Organisation, name: str, record_property: Callable[[str, object], None]
) -> None:
    scene = a_scene(organisation)
    assert scene.reader.account is not None
    client.force_login(scene.reader.account)

    few = _asked(client, name, scene, rows=3)
    many = _asked(client, name, scene, rows=47)

    record_property("queries", few[0])
    assert few[0] == many[0]
    assert few[1] < many[1], "the page shows no more than before: nothing was measured"


def _asked(client: Client, name: str, scene: Scene, *, rows: int) -> tuple[int, int]:
    """Queries and characters of the page with `rows` more rows; the first look may mark things as seen."""
    LISTS[name](scene, rows)
    path = address(name, scene)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path)
    assert page.status_code == 200
    return len(queries), len(page.content)
