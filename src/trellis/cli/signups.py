"""`trellis import signups FILE`: take over sign-ups that were collected elsewhere."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trellis.cli.files import table_of, writable, write_text
from trellis.cli.import_group import import_group
from trellis.cli.output import OK, REFUSED, complain, note, say, say_json
from trellis.cli.scope import add_organisation, organisation_of, programme_by_slug
from trellis.integrations.tables.csv_text import csv_text
from trellis.kernel import clock
from trellis.programmes.actions.signups import SignUpReport, import_signups

SHOWN = 10  # faults on the screen; all of them go to --errors


def register(subparsers: Any) -> None:  # Any: argparse keeps the class private
    parser = import_group(subparsers).add_parser(
        "signups",
        help="take over one programme's sign-ups from CSV or XLSX",
        description="Columns: employee_id, role, skills (name:level; ...), capacity, goal, working_style, values, "
        "availability. People are found by employee id. The same file again changes nothing. Rows with faults are "
        "left out and listed; nobody is mailed. Those imported count as approved: their consent is your own record.",
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--programme", metavar="SLUG", required=True)
    add_organisation(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    parser.add_argument("--training-done", action="store_true", help="these people took the training elsewhere")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.add_argument("--errors", metavar="FILE", type=Path, help="write the faults to this CSV file")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Import and report: 0 when every row was taken, 1 when some have faults."""
    table = table_of(arguments.file)
    if arguments.errors:
        writable(arguments.errors)
    with organisation_of(arguments):
        report = import_signups(
            by=None, programme=programme_by_slug(arguments.programme), header=table.header, rows=table.rows,
            now=clock.now(), training_done=arguments.training_done, dry_run=arguments.dry_run,
        )  # fmt: skip
    if arguments.errors:
        _write_faults(arguments.errors, report)
    if arguments.json:
        say_json(asdict(report) | {"dry_run": arguments.dry_run})
    else:
        _say(report, arguments.file, dry_run=arguments.dry_run)
    return REFUSED if report.faults else OK


def _write_faults(file: Path, report: SignUpReport) -> None:
    rows = [(str(fault.line), fault.column, fault.value, fault.cure) for fault in report.faults]
    write_text(file, csv_text(("line", "column", "value", "cure"), rows))


def _say(report: SignUpReport, file: Path, *, dry_run: bool) -> None:
    word = "would be " if dry_run else ""
    say(f"{report.created} {word}created, {report.updated} {word}updated, {report.unchanged} unchanged")
    if report.waiting:
        say(f"{report.waiting} of them {word}on the waiting list: all places are taken")
    if not report.faults:
        return
    complain(f"{len(report.faults)} faults; their rows were left out.", "Correct them and run the same command again.")
    for fault in report.faults[:SHOWN]:
        note(f"  {file.name} line {fault.line}, {fault.column}, “{fault.value}”: {fault.cure}")
    if len(report.faults) > SHOWN:
        note(f"  and {len(report.faults) - SHOWN} more; --errors FILE writes them all")
