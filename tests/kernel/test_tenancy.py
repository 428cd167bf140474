"""The scope: without one nothing is read, inside one only its organisation's rows exist."""

import pytest
from django_scopes.exceptions import ScopeError

from tests.factories.people import PersonFactory
from trellis.kernel.tenancy import every_organisation, organisation_in_scope, organisation_scope
from trellis.people.models import Organisation, Person


def test_reading_without_a_scope_is_refused(db: None) -> None:
    with pytest.raises(ScopeError, match="Person was read outside"):
        Person.objects.count()


def test_only_rows_of_the_organisation_in_scope_exist(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    mine = PersonFactory(organisation=organisation)
    with organisation_scope(other_organisation.pk):
        theirs = PersonFactory(organisation=other_organisation)
        there = list(Person.objects.all())

    assert there == [theirs]
    assert list(Person.objects.all()) == [mine]
    assert Person.objects.filter(pk=theirs.pk).update(unit="x") == 0
    assert Person.objects.filter(pk=theirs.pk).delete()[0] == 0


def test_related_rows_are_scoped_too(organisation: Organisation, other_organisation: Organisation) -> None:
    manager = PersonFactory(organisation=organisation)
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation, manager=manager)

    assert list(manager.reports.all()) == []


def test_maintenance_looks_across_organisations(organisation: Organisation, other_organisation: Organisation) -> None:
    PersonFactory(organisation=organisation)
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation)

    with every_organisation("a test"):
        everybody = Person.objects.count()

    assert everybody == 2
    assert Person.objects.count() == 1


def test_looking_across_organisations_needs_a_reason() -> None:
    with pytest.raises(AssertionError), every_organisation(""):
        pass


def test_the_organisation_in_scope_is_known() -> None:
    with organisation_scope(12):
        inside = organisation_in_scope()

    assert inside == 12
    with pytest.raises(ScopeError):
        organisation_in_scope()
