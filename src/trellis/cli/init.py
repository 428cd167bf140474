"""`trellis init`: everything an empty server needs. Running it again changes nothing that is there."""

import argparse
import sys

from django.conf import settings
from django.core.management import call_command

from trellis.cli.organisation import say_welcome
from trellis.cli.output import OK, note, say
from trellis.kernel import clock
from trellis.people.actions.founding import found_organisation
from trellis.people.models import Organisation


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "init",
        help="prepare the data folder, the database and the first organisation",
        description="Prepare the data folder with its keys, the database, the static files, and an organisation. "
        "Safe to run again: what exists is kept. What is not given as an option is asked for on a terminal.",
    )
    parser.add_argument("--organisation-name", default="", metavar="NAME")
    parser.add_argument("--slug", default="", help="short name in addresses; made from the name if left out")
    parser.add_argument("--admin-email", default="", metavar="ADDRESS")
    parser.add_argument("--admin-name", default="", metavar="NAME")
    parser.add_argument("--without-organisation", action="store_true", help="leave the first organisation for later")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    prepare()
    if arguments.without_organisation:
        say("Next: trellis organisation create NAME --admin-email ADDRESS")
        return OK
    if Organisation.objects.exists():
        say("There is an organisation already; nothing more to do.")
    else:
        _found(arguments)
    say("Next: trellis check, then trellis serve")
    return OK


def prepare() -> None:
    """Keys, tables, cache table and static files; each only where missing."""
    note(f"Data folder: {settings.TRELLIS_DATA}")
    note("Its *.key files open what is encrypted. Keep a copy of them apart from the backups.")
    prepare_database()
    call_command("collectstatic", interactive=False, verbosity=0)
    note("Database and static files are ready.")


def prepare_database() -> None:
    settings.MEDIA_ROOT.mkdir(mode=0o700, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def _found(arguments: argparse.Namespace) -> None:
    admin = found_organisation(
        name=arguments.organisation_name or _ask("Name of the organisation"),
        slug=arguments.slug,
        admin_email=arguments.admin_email or _ask("E-mail address of its first admin"),
        admin_name=arguments.admin_name,
        now=clock.now(),
    )
    say_welcome(admin)


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        return ""
    return input(f"{question}: ").strip()
