"""Every test runs inside one organisation's scope; a leak test opens the second one itself."""

import gc
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings

from tests.factories.people import OrganisationFactory, PersonFactory
from trellis.kernel import audit_guard, clock
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import every_organisation, organisation_scope
from trellis.people.models import Organisation, Person

# A busy machine is no fault of the product: no test fails for taking its time.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: looking through it for garbage again and again finds none."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(autouse=True)
def still_clock() -> Iterator[None]:
    yield
    clock.shift_by(timedelta())


@pytest.fixture(autouse=True)
def audit_log_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that commit are cleaned by deleting rows, which the audit log's triggers refuse on SQLite."""
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"}.intersection(request.fixturenames) or (
        marker and marker.kwargs.get("transaction")
    )
    if not commits:
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    if connection.vendor == "sqlite":
        with every_organisation("emptying the test database"), audit_guard.lifted("emptying the test database"):
            AuditEntry.objects.all().delete()


@pytest.fixture
def organisation(db: None) -> Iterator[Organisation]:
    """An organisation whose scope is open during the test."""
    organisation = OrganisationFactory()
    with organisation_scope(organisation.pk):
        yield organisation


@pytest.fixture
def other_organisation(db: None) -> Organisation:
    return OrganisationFactory()


@pytest.fixture
def person(organisation: Organisation) -> Person:
    return PersonFactory(organisation=organisation)
