"""`trellis import people FILE` and `trellis people list`."""

import argparse
from pathlib import Path
from typing import Any

from trellis.cli.files import table_of, writable, write_text
from trellis.cli.import_group import import_group
from trellis.cli.output import OK, REFUSED, Progress, complain, note, say, say_json, say_table
from trellis.cli.scope import add_organisation, organisation_of
from trellis.integrations.tables import Encoding
from trellis.integrations.tables.csv_text import csv_text
from trellis.kernel import clock
from trellis.kernel.errors import Refusal
from trellis.people.actions.directory import (
    check_import,
    choose_columns,
    confirm_apply,
    receive_file,
    stop_import,
)
from trellis.people.actions.directory_apply import apply_import
from trellis.people.directory.dates import Order
from trellis.people.directory.fields import Field, guess_all
from trellis.people.models import DirectoryImport, Organisation
from trellis.people.queries.directory import people_page, refused_rows, remembered_columns

SHOWN = 20
FIGURES = ("created", "updated", "unchanged", "left", "conflicts", "errors")


def register(subparsers: Any) -> None:  # Any: argparse keeps its own type of this private
    """Add `import people` and `people list`."""
    imports = import_group(subparsers)
    importing = imports.add_parser(
        "people", help="the directory, from an export of the HR system (CSV, TSV or XLSX)",
        description="Take over the directory. Every good row is applied; the others are listed on stderr with line, "
        "column, value and cure, and the exit code stays 0: look at `errors` in --json, or at --errors FILE.",
    )  # fmt: skip
    importing.add_argument("file", metavar="FILE", type=Path)
    importing.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
    importing.add_argument("--map", action="append", default=[], metavar="HEADER=FIELD", help=_fields_help())
    importing.add_argument("--encoding", choices=[choice.value for choice in Encoding], default=Encoding.AUTO.value)
    importing.add_argument(
        "--date-order", choices=[order.value for order in Order], default="", help="how to read 03/04"
    )
    importing.add_argument("--missing-means-left", action="store_true", help="who is not in the file has left")
    importing.add_argument("--allow-leavers", action="store_true", help="even if more than 5 %% of the people leave")
    importing.add_argument("--errors", metavar="FILE", type=Path, help="write the refused rows here, as CSV")
    importing.add_argument("--json", action="store_true", help="answer as JSON")
    add_organisation(importing)
    importing.set_defaults(run=import_people)
    people = subparsers.add_parser("people", help="the directory").add_subparsers(required=True, metavar="WHAT")
    listing = people.add_parser("list", help=f"the first people by name, at most {SHOWN}")
    listing.add_argument("text", metavar="BEGINNING", nargs="?", default="", help="of a name, e-mail or employee ID")
    add_organisation(listing)
    listing.set_defaults(run=list_people)


def _fields_help() -> str:
    return "which column is which field; FIELD empty leaves the column out. Fields: " + ", ".join(Field)


def import_people(arguments: argparse.Namespace) -> int:
    """Dry run or import in this process. 0 also when rows were refused: they are listed, and the good ones are in."""
    with organisation_of(arguments) as organisation:
        run = _checked(arguments, organisation)
        try:
            _write_refused(arguments, run)
            if not arguments.dry_run:
                confirm_apply(by=None, run=run, allow_leavers=arguments.allow_leavers, now=clock.now())
                apply_import(by=None, run=run, now=clock.now(), progress=Progress("Importing"))
        except Refusal as refusal:
            stop_import(by=None, run=run, now=clock.now())
            complain(str(refusal), "Add --allow-leavers to confirm it." if refusal.field == "allow_leavers" else "")
            return REFUSED
        (_say_json if arguments.json else _say_words)(run, dry_run=arguments.dry_run)
        if arguments.dry_run:
            stop_import(by=None, run=run, now=clock.now())
    return OK


def _checked(arguments: argparse.Namespace, organisation: Organisation) -> DirectoryImport:
    """The import up to its preview; a refusal on the way leaves no waiting import behind."""
    table = table_of(arguments.file, Encoding(arguments.encoding))
    if arguments.errors:
        writable(arguments.errors)
    run = receive_file(
        by=None, organisation=organisation, file_name=arguments.file.name, header=table.header, rows=table.rows,
        read_as=table.read_as, now=clock.now(),
    )  # fmt: skip
    try:
        choose_columns(
            by=None, run=run, columns=_columns(arguments, run, table.header), date_order=arguments.date_order,
            missing_means_left=arguments.missing_means_left, now=clock.now(),
        )  # fmt: skip
        return check_import(by=None, run=run, now=clock.now(), progress=Progress("Comparing"))
    except Refusal:
        stop_import(by=None, run=run, now=clock.now())
        raise


def _columns(arguments: argparse.Namespace, run: DirectoryImport, header: tuple[str, ...]) -> dict[str, str]:
    """The guesses, the organisation's remembered columns over them, and --map over both."""
    refused = run.options["refused_columns"]
    kept = [name for name in header if name not in refused]
    columns = {name: str(guess.field or "") for name, guess in guess_all(kept, remembered_columns()).items()}
    for pair in arguments.map:
        name, equals, field = pair.rpartition("=")
        if not equals:
            raise Refusal(f"--map {pair} has no “=”. Write --map HEADER=FIELD, for example --map “Work e-mail=email”.")
        if field and field not in set(Field):
            raise Refusal(f"There is no field {field}. The fields are: {', '.join(Field)}")
        if name not in columns:
            raise Refusal(f"There is no column “{name}” to map. The file has: {', '.join(kept)}")
        columns = {key: "" if value == field else value for key, value in columns.items()} | {name: field}
    return columns


def _write_refused(arguments: argparse.Namespace, run: DirectoryImport) -> None:
    if arguments.errors:
        write_text(arguments.errors, csv_text(*refused_rows(run)))


def _answer(run: DirectoryImport, *, dry_run: bool) -> dict[str, Any]:
    """Figures of what was written, or in a dry run would be."""
    figures = {name: run.report[name] for name in FIGURES}
    return figures if dry_run else figures | run.report["written"]


def _say_json(run: DirectoryImport, *, dry_run: bool) -> None:
    say_json(
        _answer(run, dry_run=dry_run)
        | {"rows": run.report["rows"], "dry_run": dry_run, "refused_columns": run.options["refused_columns"]}
        | {"faults": run.faults, "changes": run.report["sample_updated"]}
    )


def _say_words(run: DirectoryImport, *, dry_run: bool) -> None:
    say(f"{run.report['rows']} rows, read as {run.options['read_as']}.")
    say("Dry run, nothing was written:" if dry_run else "Imported:")
    say_table(("", ""), [(name, count) for name, count in _answer(run, dry_run=dry_run).items()])
    for name, why in run.options["refused_columns"].items():
        say(f"Column {name} was not imported. {why}")
    for fault in run.faults[:SHOWN]:
        without = " (imported without it)" if fault["applied"] else ""
        note(
            f"{run.file_name} line {fault['line']}, {fault['column']} “{fault['value']}”: "
            f"{fault['what']} {fault['cure']}{without}"
        )
    if len(run.faults) > SHOWN:
        note(f"... and {len(run.faults) - SHOWN} more. See all with --json, or the rows with --errors FILE.")


def list_people(arguments: argparse.Namespace) -> int:
    """The first people whose name, e-mail or employee ID begins with a text."""
    with organisation_of(arguments):
        rows = people_page(text=arguments.text).rows[:SHOWN]
    say_table(
        ("ID", "NAME", "E-MAIL", "UNIT", "STATUS"),
        [(row.number, row.name, row.email, row.unit, row.status.value) for row in rows],
    )
    return OK
