"""`--organisation SLUG`: which organisation a command works in, and its scope."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from trellis.kernel.errors import Refusal
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Organisation, Person
from trellis.programmes.models import Programme


class NoSuchOrganisation(Refusal):
    """The slug names no organisation, or none was given and there are several."""


class NoSuchProgramme(Refusal):
    """The slug names no programme of the organisation."""


class NoSuchPerson(Refusal):
    """The e-mail address belongs to nobody in the organisation."""


def add_organisation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--organisation", metavar="SLUG", default="", help="which organisation; may be left out when there is only one"
    )


@contextmanager
def organisation_of(arguments: argparse.Namespace) -> Iterator[Organisation]:
    """The organisation that `--organisation` names, with its scope open."""
    organisation = _find(arguments.organisation)
    with organisation_scope(organisation.pk):
        yield organisation


def person_by_email(email: str) -> Person:
    """Somebody of the organisation in scope, by the address in its directory."""
    person = Person.objects.select_related("organisation").filter(email__iexact=email).first()
    if person is None:
        raise NoSuchPerson(f"Nobody in this organisation has the address {email}. Look in `trellis people list`.")
    return person


def programme_by_slug(slug: str) -> Programme:
    """A programme of the organisation in scope. Raises NoSuchProgramme, naming those there are."""
    programme = Programme.objects.filter(slug=slug).first()
    if programme is None:
        known = ", ".join(Programme.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise NoSuchProgramme(f"No programme is called {slug}. There are: {known}")
    return programme


def _find(slug: str) -> Organisation:
    known = list(Organisation.objects.order_by("slug")[:20])
    if not known:
        raise NoSuchOrganisation("There is no organisation yet. Create one: trellis organisation create NAME")
    names = ", ".join(organisation.slug for organisation in known)
    if not slug:
        if len(known) == 1:
            return known[0]
        raise NoSuchOrganisation(f"There are several organisations. Add --organisation with one of: {names}")
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise NoSuchOrganisation(f"No organisation is called {slug}. There are: {names}")
    return found
