"""Tenancy holds from the first table on."""

import pytest
from django.apps import apps
from django_scopes.exceptions import ScopeError

from tests.factories.people import PersonFactory
from trellis.kernel.tenancy import TenantManager, organisation_scope
from trellis.people.models import Organisation, Person

WITHOUT_TENANT = {"Organisation", "Account", "ScheduleTick", "Job"}


def test_every_table_carries_its_organisation() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith("trellis.")]

    bare = {
        model.__name__
        for model in ours
        if not any(field.attname == "organisation_id" for field in model._meta.concrete_fields)
        or not isinstance(model._default_manager, TenantManager)
    }

    assert bare == WITHOUT_TENANT


@pytest.mark.django_db
def test_reading_outside_a_scope_is_refused() -> None:
    with pytest.raises(ScopeError):
        Person.objects.count()


def test_rows_of_another_organisation_do_not_exist(
    organisation: Organisation, other_organisation: Organisation
) -> None:
    PersonFactory(organisation=organisation)
    with organisation_scope(other_organisation.pk):
        PersonFactory(organisation=other_organisation)
        theirs = Person.objects.count()

    assert theirs == 1
    assert Person.objects.count() == 1
