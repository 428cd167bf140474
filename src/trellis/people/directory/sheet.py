"""The uploaded table between upload and application: header and rows, packed small enough for one database cell."""

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]  # the line of the file where the row begins, and its cells

    def without(self, columns: Collection[str]) -> "Sheet":
        """The same rows without some columns. Cells beyond the header stay at the end, where they are reported."""
        kept = [number for number, name in enumerate(self.header) if name not in columns]
        width = len(self.header)
        rows = [
            (line, [cells[number] if number < len(cells) else "" for number in kept] + cells[width:])
            for line, cells in self.rows
        ]
        return Sheet(tuple(self.header[number] for number in kept), rows)

    def only(self, lines: Collection[int]) -> "Sheet":
        return Sheet(self.header, [(line, cells) for line, cells in self.rows if line in lines])

    def column(self, name: str) -> list[str]:
        number = self.header.index(name)
        return [cells[number] for _line, cells in self.rows if number < len(cells)]


def pack(sheet: Sheet) -> bytes:
    content = {"header": sheet.header, "rows": [[line, *cells] for line, cells in sheet.rows]}
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), level=3)


def unpack(content: bytes) -> Sheet:
    found = json.loads(zlib.decompress(content))
    return Sheet(tuple(found["header"]), [(row[0], row[1:]) for row in found["rows"]])


def sample(cells: Sequence[str], *, limit: int = 40) -> str:
    """The first filled cell, cut: what a column looks like."""
    text = next((" ".join(cell.split()) for cell in cells if cell.strip()), "")
    return text if len(text) <= limit else text[: limit - 1] + "…"
