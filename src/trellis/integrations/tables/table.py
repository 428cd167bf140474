from dataclasses import dataclass
from enum import StrEnum

from trellis.kernel.errors import Refusal

MEGABYTE = 1_000_000
MAX_BYTES = 50 * MEGABYTE
MAX_UNPACKED_BYTES = 100 * MEGABYTE
MAX_ROWS = 200_000
MAX_COLUMNS = 100


class Unreadable(Refusal):
    """The file is no table that can be read; the message says what, where, and how to cure it."""


class Encoding(StrEnum):
    """What a text file may be written in; AUTO finds out."""

    AUTO = "auto"
    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1252 = "windows-1252"
    WINDOWS_1250 = "windows-1250"
    WINDOWS_1251 = "windows-1251"
    SHIFT_JIS = "shift_jis"


@dataclass(frozen=True)
class Table:
    """A header and its rows; each row with the line of the file (or row of the sheet) where it begins."""

    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    read_as: str  # for people: "CSV, UTF-8, separated by commas"
