"""One organisation never sees another's rows.

The scope is django-scopes' own; it holds the organisation's id. Managers refuse to run outside a
scope, so that a forgotten filter is an error and not a leak.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import models
from django_scopes import get_scope, scope, scopes_disabled
from django_scopes.exceptions import ScopeError

M = TypeVar("M", bound=models.Model)


class TenantManager(models.Manager[M]):
    """Rows of the organisation in scope; raises `ScopeError` where no organisation is in scope."""

    def get_queryset(self) -> models.QuerySet[M]:
        state = get_scope()
        rows = super().get_queryset()
        if not state.get("_enabled", True):
            return rows
        if "organisation" not in state:
            raise ScopeError(f"{self.model.__name__} was read outside an organisation's scope.")
        return rows.filter(organisation_id=state["organisation"])


class TenantModel(models.Model):
    """A row that belongs to one organisation.

    The tenant is named by string because it lives one floor up; every table that inherits this
    lives above it, so the foreign key still points down.
    """

    organisation = models.ForeignKey("people.Organisation", on_delete=models.CASCADE, related_name="+")

    objects = TenantManager()

    class Meta:
        abstract = True


@contextmanager
def organisation_scope(organisation_id: int) -> Iterator[None]:
    """Work inside one organisation."""
    with scope(organisation=organisation_id):
        yield


@contextmanager
def every_organisation(reason: str) -> Iterator[None]:
    """Work across organisations. Only for signing in, jobs that fan out, the demo and maintenance.

    `reason` is for the reader: say why this place may look across tenants.
    """
    assert reason
    with scopes_disabled():
        yield


def organisation_in_scope() -> int:
    """The id of the organisation in scope; raises `ScopeError` outside one."""
    state = get_scope()
    if "organisation" not in state:
        raise ScopeError("No organisation is in scope.")
    return int(state["organisation"])
