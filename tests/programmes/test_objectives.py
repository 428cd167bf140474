from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.people import PersonFactory, RoleGrantFactory
from tests.factories.programmes import ProgrammeFactory
from trellis.kernel.errors import NotAllowed
from trellis.kernel.models import AuditEntry
from trellis.kernel.tenancy import organisation_scope
from trellis.people.choices import OrganisationRole
from trellis.people.models import Organisation, Person
from trellis.programmes.actions.objectives import (
    ObjectiveRefused,
    change_objective,
    create_objective,
    remove_objective,
)
from trellis.programmes.models import Objective
from trellis.programmes.queries.settings import objective_rows

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def admin(person: Person) -> Person:
    RoleGrantFactory(person=person, role=OrganisationRole.ADMIN)
    return person


def make(by: Person, title: str = "Keep talent") -> Objective:
    return create_objective(by=by, title=title, description="", now=NOW)


def test_create_objective(admin: Person) -> None:
    objective = make(admin, "  Keep   talent ")

    assert (objective.title, objective.organisation) == ("Keep talent", admin.organisation)
    assert AuditEntry.objects.get().subject == f"objective:{objective.pk}"


def test_create_objective_by_a_member_is_not_allowed(organisation: Organisation) -> None:
    with pytest.raises(NotAllowed):
        make(PersonFactory(organisation=organisation))


@pytest.mark.parametrize("title", ["", "  ", "x" * 201, "keep TALENT"])
def test_create_objective_refuses_no_words_too_many_and_twins(admin: Person, title: str) -> None:
    make(admin)

    with pytest.raises(ObjectiveRefused) as refused:
        make(admin, title)

    assert refused.value.field == "title"
    assert Objective.objects.count() == 1


def test_create_objective_with_the_title_of_another_organisation(
    admin: Person, other_organisation: Organisation
) -> None:
    with organisation_scope(other_organisation.pk):
        Objective.objects.create(organisation=other_organisation, title="Keep talent")

    assert make(admin).title == "Keep talent"


def test_change_objective_keeps_its_own_title(admin: Person) -> None:
    objective = make(admin)

    change_objective(by=admin, objective=objective, title="Keep talent", description="And grow it", now=NOW)

    assert Objective.objects.get().description == "And grow it"


def test_remove_objective(admin: Person) -> None:
    remove_objective(by=admin, objective=make(admin), now=NOW)

    assert not Objective.objects.exists()


def test_remove_objective_in_use_is_refused(admin: Person) -> None:
    objective = make(admin)
    ProgrammeFactory(organisation=admin.organisation, name="Career Growth", objective=objective)

    with pytest.raises(ObjectiveRefused, match="“Career Growth” serves this objective"):
        remove_objective(by=admin, objective=objective, now=NOW)


def test_remove_objective_by_a_member_is_not_allowed(admin: Person, organisation: Organisation) -> None:
    with pytest.raises(NotAllowed):
        remove_objective(by=PersonFactory(organisation=organisation), objective=make(admin), now=NOW)


@pytest.mark.parametrize("count", [3, 50])
def test_objective_rows_take_one_query(admin: Person, count: int) -> None:
    for number in range(count):
        ProgrammeFactory(organisation=admin.organisation, objective=make(admin, f"Aim {number:02}"))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = objective_rows()

    assert len(queries) == 1
    assert [(row.title, row.programmes) for row in rows] == [(f"Aim {n:02}", 1) for n in range(count)]
