"""Matching two files without any database: people and sign-ups in, pairs and a certificate out.

The same readers, settings, engine, reasons and checker as in the product, so that a result can be compared or
checked anywhere.
"""

from trellis.integrations.match_files.certificate import (
    NotACertificate,
    Sealed,
    UnknownTemplate,
    open_certificate,
    sealed,
    verify_files,
)
from trellis.integrations.match_files.pairs import check_pairs, pairs_as_csv
from trellis.integrations.match_files.pool import FileFault, Files, FilesRefused, Loaded, load
from trellis.integrations.match_files.run import Outcome, match_files

__all__ = [
    "FileFault",
    "Files",
    "FilesRefused",
    "Loaded",
    "NotACertificate",
    "Outcome",
    "Sealed",
    "UnknownTemplate",
    "check_pairs",
    "load",
    "match_files",
    "open_certificate",
    "pairs_as_csv",
    "sealed",
    "verify_files",
]
