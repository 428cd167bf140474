"""Without a network the offline page is shown, with its looks; nothing else was kept on the device."""

import pytest

from tests.browser.conftest import Visitors
from tests.factories.people import OrganisationFactory, PersonFactory
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Person

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = """async () => {
  const paths = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname);
  return paths.sort();
}"""


@pytest.fixture
def somebody(transactional_db: None) -> Person:
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        return PersonFactory(organisation=organisation)


def test_page_without_a_network_says_so_and_comes_back(visitors: Visitors, somebody: Person) -> None:
    visitor = visitors.new(somebody)
    page = visitor.go("/notices/")
    page.evaluate("() => navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller")
    assert visitor.complaints == []

    visitor.context.set_offline(True)
    page.reload()

    assert page.inner_text("h1") == "You are offline"
    assert "Figtree" in page.evaluate("() => getComputedStyle(document.body).fontFamily")
    assert page.url.endswith("/notices/")  # so that a reload brings the page that was wanted
    kept = page.evaluate(KEPT)
    assert [path for path in kept if not path.startswith("/static/trellis/")] == ["/offline"]

    visitor.context.set_offline(False)
    page.reload()
    assert page.inner_text("h1") == "Notices"
