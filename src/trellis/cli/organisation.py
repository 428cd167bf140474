"""`trellis organisation`: make one, list them, make a sign-in link."""

import argparse

from django.conf import settings
from django.urls import reverse

from trellis.cli.output import OK, note, say, say_json, say_table
from trellis.cli.scope import add_organisation, organisation_of, person_by_email
from trellis.kernel import clock
from trellis.kernel.tenancy import organisation_scope
from trellis.people.actions.founding import entry_link_token, found_organisation
from trellis.people.models import Organisation, Person


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("organisation", help="make and list organisations; make a sign-in link")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)

    create = actions.add_parser("create", help="make an organisation with its first admin")
    create.add_argument("name")
    create.add_argument("--slug", default="", help="short name in addresses; made from the name if left out")
    create.add_argument("--admin-email", required=True, metavar="ADDRESS")
    create.add_argument("--admin-name", default="", metavar="NAME")
    create.set_defaults(run=run_create)

    listing = actions.add_parser("list", help="list the organisations")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=run_list)

    link = actions.add_parser("link", help="make a sign-in link for somebody, to hand over yourself")
    link.add_argument("email", metavar="ADDRESS")
    add_organisation(link)
    link.set_defaults(run=run_link)


def run_create(arguments: argparse.Namespace) -> int:
    admin = found_organisation(
        name=arguments.name, slug=arguments.slug, admin_email=arguments.admin_email,
        admin_name=arguments.admin_name, now=clock.now(),
    )  # fmt: skip
    say_welcome(admin)
    return OK


def run_list(arguments: argparse.Namespace) -> int:
    rows = list(Organisation.objects.order_by("slug").values("slug", "name", "created_at"))
    if arguments.json:
        say_json(rows)
    else:
        say_table(
            ("slug", "name", "since"), [(row["slug"], row["name"], f"{row['created_at']:%Y-%m-%d}") for row in rows]
        )
    return OK


def run_link(arguments: argparse.Namespace) -> int:
    with organisation_of(arguments):
        say(entry_link(person_by_email(arguments.email)))
    note("The link works once, for 14 days. Hand it over safely: whoever opens it is signed in.")
    return OK


def say_welcome(admin: Person) -> None:
    """What to do with a new organisation."""
    say(f"{admin.organisation.name} is ready ({admin.organisation.slug}).")
    say(f"{admin.full_name} signs in here, once, within 14 days:")
    say(f"  {entry_link(admin)}")


def entry_link(person: Person) -> str:
    with organisation_scope(person.organisation_id):
        token = entry_link_token(person=person, now=clock.now())
    return f"{settings.BASE_URL}{reverse('invitation', args=[token])}"
