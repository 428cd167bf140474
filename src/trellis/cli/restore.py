"""`trellis restore FILE`: put a backup in place. Everything is checked before anything is changed."""

import argparse
from pathlib import Path

from django.conf import settings

from trellis.cli.init import prepare_database
from trellis.cli.output import OK, Progress, note, say
from trellis.kernel.backup import check_archive, restore_archive


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "restore",
        help="put a backup in place",
        description="Put a backup in place: all of it, or nothing. Stop Trellis first, and copy the field.keys of the "
        "installation that wrote the backup into the data folder. Everybody signs in anew afterwards.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--replace", action="store_true", help="overwrite an installation that is not empty")
    parser.add_argument("--only-check", action="store_true", help="read and check the backup, change nothing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    prepare_database()
    if arguments.only_check:
        manifest = check_archive(arguments.file)
        say(f"{arguments.file} is whole: {manifest.rows()} rows, written {manifest.at} by Trellis {manifest.version}.")
        return OK
    manifest = restore_archive(
        arguments.file, uploads=Path(settings.MEDIA_ROOT), replace=arguments.replace, watch=Progress("Restore")
    )
    say(f"{manifest.rows()} rows are back, as of {manifest.at}.")
    note("Next: trellis init --without-organisation, trellis check, trellis serve")
    return OK
