"""Reading the files that are named on the command line; a refusal always names the file."""

import argparse
from datetime import date
from pathlib import Path

from trellis.integrations.tables import Encoding, Table, read_table
from trellis.integrations.tables.read import too_large
from trellis.integrations.tables.table import MAX_BYTES
from trellis.kernel.errors import Refusal


class FileRefused(Refusal):
    """A file that cannot be read, written, or used as what it was named for."""


def bytes_of(file: Path) -> bytes:
    """What is in the file. Raises FileRefused."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileRefused(f"{file} cannot be read: {error.strerror}. Check the name and its rights.") from error


def table_of(file: Path, encoding: Encoding = Encoding.AUTO) -> Table:
    """The file's header and rows, CSV, TSV or XLSX. Raises FileRefused."""
    try:
        if file.is_file() and file.stat().st_size > MAX_BYTES:
            raise too_large()
        return read_table(name=file.name, content=bytes_of(file), encoding=encoding)
    except FileRefused:
        raise
    except Refusal as refusal:
        raise FileRefused(f"{file}: {refusal}") from refusal


def write_text(file: Path, text: str) -> None:
    """Raises FileRefused."""
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise FileRefused(f"{file} cannot be written: {error.strerror}. Choose a folder you may write to.") from error


def writable(file: Path) -> None:
    """Raises FileRefused now for what could only fail after the work is done."""
    if file.is_dir() or not file.parent.is_dir():
        raise FileRefused(f"{file} cannot be written: there is no such folder. Make it first, or choose another.")


def day(text: str) -> date:
    """A day of the command line, for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is not a day; write it as 2027-01-11 (year-month-day)") from error
