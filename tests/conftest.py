"""Every test runs inside one organisation's scope; a leak test opens the second one itself."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.factories.people import OrganisationFactory, PersonFactory
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation, Person


@pytest.fixture(autouse=True)
def still_clock() -> Iterator[None]:
    yield
    clock.shift_by(timedelta())


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
