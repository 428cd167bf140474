"""`trellis backup FILE`: the whole installation but its keys, as of one moment."""

import argparse
from pathlib import Path

from django.conf import settings

from trellis.cli.output import OK, REFUSED, Progress, complain, note, say
from trellis.kernel import clock
from trellis.kernel.backup import write_archive


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "backup",
        help="write the database and the uploads, never the keys, into one file",
        description="Write the database and the uploaded files into one archive, while Trellis runs. The keys are "
        "never in it: keep a copy of the *.key files somewhere else, for nothing else opens what is encrypted.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    file: Path = arguments.file
    if file.exists() and not arguments.overwrite:
        complain(f"{file} exists.", "Choose another name, or add --overwrite.")
        return REFUSED
    if not file.parent.is_dir():
        complain(f"{file.parent} is not a folder.", "Make it first, or choose another place.")
        return REFUSED
    manifest = write_archive(file, uploads=Path(settings.MEDIA_ROOT), now=clock.now(), watch=Progress("Backup"))
    say(f"{file}: {manifest.rows()} rows in {len(manifest.parts)} parts, {file.stat().st_size} bytes.")
    note("The keys are not in it. Keep field.keys and secret.key apart from your backups, and keep them well.")
    return OK
