"""`trellis programme create | list | export | import`."""

import argparse
import sys
from datetime import timedelta
from pathlib import Path

from trellis.cli.files import day
from trellis.cli.output import OK, REFUSED, complain, note, say, say_json, say_table
from trellis.cli.scope import add_organisation, organisation_of, person_by_email
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.people.choices import OrganisationRole
from trellis.people.models import Person
from trellis.programmes import templates
from trellis.programmes.actions.portable import export_programme, import_programme
from trellis.programmes.actions.programmes import create_programme
from trellis.programmes.models import Programme
from trellis.programmes.yaml_reader import MOST_BYTES, FileRefused


class NotFound(Refusal):
    """A template, a programme or a file that does not exist."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    top = subparsers.add_parser("programme", help="start, list, export and import programmes")
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)

    create = verbs.add_parser("create", help="a draft from a template, with its defaults")
    create.add_argument("--template", metavar="ID", required=True, help="one of the shipped templates")
    create.add_argument("--name", required=True, help="the name people will see")
    create.add_argument("--starts-on", metavar="DATE", type=day, help="2027-01-11; else in four weeks")
    _owner(create)
    _ending(create, _create)

    listing = verbs.add_parser("list", help="the organisation's programmes")
    _ending(listing, _list)

    export = verbs.add_parser("export", help="all settings of a programme as YAML, without people")
    export.add_argument("slug", metavar="PROGRAMME", help="its slug, as in `trellis programme list`")
    export.add_argument("--output", metavar="FILE", type=Path, help="where to write it; else on stdout")
    add_organisation(export)
    export.set_defaults(run=_export)

    importing = verbs.add_parser("import", help="a draft from an exported file")
    importing.add_argument("file", metavar="FILE", type=Path)
    _owner(importing)
    _ending(importing, _import)


def _owner(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--owner", metavar="EMAIL", help="who will own it; else the organisation's first admin")


def _ending(parser: argparse.ArgumentParser, run: object) -> None:
    add_organisation(parser)
    parser.add_argument("--json", action="store_true", help="write the result as JSON")
    parser.set_defaults(run=run)


def _create(arguments: argparse.Namespace) -> int:
    now = clock.now()
    with organisation_of(arguments):
        if arguments.template not in {each.id for each in templates.all_templates()}:
            known = ", ".join(each.id for each in templates.all_templates())
            raise NotFound(f"No template is called {arguments.template}. There are: {known}")
        programme = create_programme(
            by=None,
            owner=_owner_of(arguments),
            template=arguments.template,
            name=arguments.name,
            starts_on=arguments.starts_on or now.date() + timedelta(weeks=4),
            now=now,
        )
        return _told(programme, arguments)


def _import(arguments: argparse.Namespace) -> int:
    try:
        with arguments.file.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotFound(f"{arguments.file} cannot be read: {error.strerror}.") from None
    with organisation_of(arguments):
        try:
            programme = import_programme(by=None, owner=_owner_of(arguments), data=data, now=clock.now())
        except FileRefused as refusal:
            for fault in refusal.faults:
                complain(f"{arguments.file}: {fault}")
            return REFUSED
        return _told(programme, arguments)


def _export(arguments: argparse.Namespace) -> int:
    with organisation_of(arguments):
        programme = Programme.objects.filter(slug=arguments.slug).first()
        if programme is None:
            raise NotFound(f"No programme is called {arguments.slug}. Look in `trellis programme list`.")
        data = export_programme(by=None, programme=programme, now=clock.now())
    if arguments.output is None:
        sys.stdout.write(data.decode())
        return OK
    try:
        arguments.output.write_bytes(data)
    except OSError as error:
        raise NotFound(f"{arguments.output} cannot be written: {error.strerror}.") from None
    note(f"Written: {arguments.output}")
    return OK


def _list(arguments: argparse.Namespace) -> int:
    with organisation_of(arguments):
        rows = [_row(programme) for programme in Programme.objects.order_by("slug")]
    if arguments.json:
        say_json(rows)
    else:
        say_table(("slug", "status", "template", "starts", "name"), [tuple(row.values()) for row in rows])
    return OK


def _row(programme: Programme) -> dict[str, str]:
    return {
        "slug": programme.slug,
        "status": programme.status,
        "template": programme.template_id,
        "starts_on": programme.starts_on.isoformat(),
        "name": programme.name,
    }


def _told(programme: Programme, arguments: argparse.Namespace) -> int:
    if arguments.json:
        say_json(_row(programme))
    else:
        say(f"{programme.slug}: “{programme.name}” is a draft from the template {programme.template_id}.")
    return OK


def _owner_of(arguments: argparse.Namespace) -> Person:
    if arguments.owner:
        return person_by_email(arguments.owner)
    admins = Person.objects.active().filter(role_grants__role=OrganisationRole.ADMIN)
    admin = admins.order_by("pk").first()
    if admin is None:
        raise NotFound("The organisation has no admin who could own it. Add --owner with somebody's e-mail address.")
    return admin
