"""The training modules as they are shipped: chapters to read, each with one question that explains itself."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).resolve().parents[1] / "content" / "training.yaml"


@dataclass(frozen=True)
class Option:
    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Chapter:
    id: str
    title: str
    minutes: int
    text: tuple[str, ...]
    exercise: str
    question: str
    options: tuple[Option, ...]

    @property
    def right(self) -> int:
        """The index of the right option."""
        return next(index for index, option in enumerate(self.options) if option.right)


@dataclass(frozen=True)
class Module:
    id: str
    side: str  # "mentee" or "mentor"
    name: str
    minutes: int
    summary: str
    chapters: tuple[Chapter, ...]


def _chapter(row: dict[str, Any]) -> Chapter:  # Any: as YAML gives it; the shape is checked by the tests
    options = tuple(Option(**option) for option in row["check"]["options"])
    return Chapter(
        id=row["id"], title=row["title"], minutes=row["minutes"], text=tuple(row["text"]),
        exercise=row["exercise"], question=row["check"]["question"], options=options,
    )  # fmt: skip


@cache
def all_modules() -> tuple[Module, ...]:
    rows = yaml.safe_load(CONTENT.read_text(encoding="utf-8"))["modules"]
    return tuple(
        Module(
            id=row["id"], side=row["side"], name=row["name"], minutes=row["minutes"], summary=row["summary"],
            chapters=tuple(_chapter(chapter) for chapter in row["chapters"]),
        )
        for row in rows
    )  # fmt: skip


def module(module_id: str) -> Module | None:
    return next((one for one in all_modules() if one.id == module_id), None)


def module_for(side: str) -> Module:
    """The module that opens the gate for one side."""
    return next(one for one in all_modules() if one.side == side)
