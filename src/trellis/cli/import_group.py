"""`trellis import ...`: one group that several modules add their kind of file to."""

from typing import Any

_GROUP = "trellis_import_group"
Subparsers = Any  # argparse keeps the class of add_subparsers' answer private


def import_group(subparsers: Subparsers) -> Subparsers:
    """The subcommands of `trellis import`; made by whoever asks first."""
    parser = subparsers.choices.get("import")
    if parser is None:
        parser = subparsers.add_parser("import", help="take over people or sign-ups from a file")
        setattr(parser, _GROUP, parser.add_subparsers(title="what to import", metavar="WHAT", required=True))
    return getattr(parser, _GROUP)
