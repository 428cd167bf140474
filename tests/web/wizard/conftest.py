from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.factories.people import PersonFactory, RoleGrantFactory
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.programmes.actions.programmes import create_programme
from trellis.programmes.models import Programme

Send = Callable[..., HttpResponse]


@pytest.fixture
def admin(organisation: Organisation) -> Person:
    person = PersonFactory(organisation=organisation, given_name="Ada", family_name="Admin")
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    return person


@pytest.fixture
def browser(client: Client, admin: Person) -> Client:
    """Signed in as the organisation's admin, who owns `programme`."""
    client.force_login(admin.account)  # type: ignore[arg-type]  # the factory gave them one
    return client


@pytest.fixture
def programme(admin: Person) -> Programme:
    return create_programme(
        by=admin, template="career_formal", name="Career Growth", starts_on=date(2027, 1, 11),
        now=datetime(2026, 11, 22, 9, tzinfo=UTC),
    )  # fmt: skip
