"""The methods that no page sends: every person, every address of their own organisation.

Which methods a view takes hangs neither on the object nor on the database: whoever comes with another one stands before
the same door as with the two that tests/trust/test_matrix.py tries on both. Behind it HEAD does what GET does, and the
rest is refused before anything is asked.
"""

from collections.abc import Callable

import pytest

from tests.trust.test_matrix import NEVER_USED, try_every_address
from tests.trust.world import PRINCIPALS, build_world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["nobody", *PRINCIPALS])
def test_nobody_gets_further_with_another_method(name: str, record_property: Callable[[str, object], None]) -> None:
    found = try_every_address(name, build_world("A"), methods=(*NEVER_USED, "head", "options"))

    record_property("cells", len(found))
    record_property("unexpected", len(found) - found.count(""))
    assert list(filter(None, found)) == []
