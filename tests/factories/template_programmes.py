"""Fixtures: a programme as its template makes it, and who owns it. A test module imports those it wants."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories.people import RoleGrantFactory
from trellis.people.choices import OrganisationRole
from trellis.people.models import Person
from trellis.programmes.actions.programmes import create_programme
from trellis.programmes.actions.settings import Basics
from trellis.programmes.models import Programme

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def owner(person: Person) -> Person:
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    return person


@pytest.fixture
def programme(owner: Person) -> Programme:
    return create_programme(
        by=owner, template="career_formal", name="Career Growth", starts_on=date(2027, 1, 11), now=NOW
    )  # fmt: skip


def basics(programme: Programme, **other: Any) -> Basics:
    names = ("name", "summary", "audience", "objective", "enrolment_opens_on", "enrolment_closes_on")
    found = {name: getattr(programme, name) for name in (*names, "starts_on", "ends_on")}
    return Basics(**(found | other))
