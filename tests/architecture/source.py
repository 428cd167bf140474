"""The product's source, parsed once."""

import ast
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"


@lru_cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Every module of ours, migrations left out, by its path below src."""
    files = [file for file in sorted(SOURCE.rglob("*.py")) if "migrations" not in file.parts]
    return tuple((file.relative_to(SOURCE).as_posix(), ast.parse(file.read_text("utf-8"))) for file in files)


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in modules():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def tracked_files() -> list[Path]:
    """What git tracks; every file where this is not a checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [path for path in (ROOT / name for name in listed.split("\0") if name) if path.is_file()]
