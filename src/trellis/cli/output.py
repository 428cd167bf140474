"""What the command line writes: results on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

OK, REFUSED, USAGE = 0, 1, 2


def say(line: str = "") -> None:
    print(line, flush=True)


def note(line: str) -> None:
    """A word to whoever watches; never part of the result."""
    print(line, file=sys.stderr, flush=True)


def complain(what: str, cure: str = "") -> None:
    """Say what is wrong and how to cure it."""
    note(f"trellis: {what}")
    if cure:
        note(f"  {cure}")


def say_json(value: object) -> None:
    say(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def say_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns aligned with spaces, heads first."""
    lines = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


class Progress:
    """A bar on stderr, drawn only on a terminal. Call it with `(done, total)`, as jobs do."""

    WIDTH = 30

    def __init__(self, what: str, stream: TextIO | None = None) -> None:
        self.what = what
        self.stream = stream or sys.stderr
        self.shown = -1

    def __call__(self, done: int, total: int) -> None:
        if not self.stream.isatty():
            return
        part = min(done / total, 1.0) if total else 0.0
        percent = int(part * 100)
        if percent == self.shown:
            return
        self.shown = percent
        bar = ("#" * int(part * self.WIDTH)).ljust(self.WIDTH, ".")
        self.stream.write(f"\r{self.what} [{bar}] {percent:3d} %" + ("\n" if done >= total else ""))
        self.stream.flush()
