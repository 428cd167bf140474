"""`trellis`: finds the subcommands, opens the installation, turns refusals into exit codes."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import django
from django.db.utils import OperationalError, ProgrammingError

from trellis.cli.output import OK, REFUSED, USAGE, complain
from trellis.kernel.errors import Refusal

COMMANDS = (
    "init", "serve", "worker", "check", "organisation", "backup", "restore",
    "people", "programmes", "signups", "matching", "verify",
)  # fmt: skip
MAKES_ONE = {"init"}
NEEDS_NONE = {"match-files", "verify"}  # files in, files out


def parser() -> argparse.ArgumentParser:
    """The whole command line, from the modules that exist."""
    top = argparse.ArgumentParser(
        prog="trellis",
        description="Trellis, career mentoring on your own server.",
        epilog="The installation is the folder named by TRELLIS_DATA, or ./data. Exit codes: 0 = done, 1 = refused or "
        "faults found, 2 = used wrongly. Results go to stdout, everything else to stderr.",
    )
    subparsers = top.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    for name in COMMANDS:
        if find_spec(f"trellis.cli.{name}"):
            import_module(f"trellis.cli.{name}").register(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0 = done, 1 = refused or faults found, 2 = used wrongly."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not _installed() and not MAKES_ONE.intersection(words[:1]):
        missing = _folder()
        with tempfile.TemporaryDirectory(prefix="trellis-help-") as folder:  # leaves nothing behind
            os.environ["TRELLIS_DATA"] = folder
            arguments = _parsed(words)  # asks for help, or a wrong word, end here
            if arguments.command in NEEDS_NONE and not getattr(arguments, "programme", ""):
                return _run(arguments)
        complain(
            f"there is no installation in {missing}.",
            "Run `trellis init`, or set TRELLIS_DATA to the folder of an existing one.",
        )
        return REFUSED
    return _run(_parsed(words))


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.config.settings.base")
    django.setup()
    return parser().parse_args(words)


def _run(arguments: argparse.Namespace) -> int:
    try:
        return int(arguments.run(arguments) or OK)
    except Refusal as refusal:
        complain(str(refusal))
    except (OperationalError, ProgrammingError) as error:
        complain(f"the database answered: {str(error).splitlines()[0]}", "Run `trellis check` to see what is missing.")
    except BrokenPipeError:  # whoever read us has enough, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        complain("stopped.")
    return REFUSED


def _folder() -> Path:
    return Path(os.environ.get("TRELLIS_DATA", "data")).resolve()


def _installed() -> bool:
    keys = ("secret.key", "field.keys")  # a restore begins with the field keys alone
    return any((_folder() / key).exists() for key in keys) or "TRELLIS_FIELD_KEYS" in os.environ


__all__ = ["OK", "REFUSED", "USAGE", "main", "parser"]

if __name__ == "__main__":
    sys.exit(main())
