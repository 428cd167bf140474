"""The refusal: how an action says no in words that a person can act on. And an error as a log may keep it."""

import traceback
from pathlib import Path

from django.utils.functional import Promise


class Refusal(Exception):
    """An action will not do what was asked.

    `message` is shown to the person as it stands: what is wrong, where, and how to cure it.
    Subclasses live beside the action that raises them and name the refusal itself.
    """

    def __init__(self, message: str | Promise, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Refusal):
    """The acting person has no right to do this. Pages answer with the no-permission page."""


def without_content(error: BaseException) -> str:
    """The traceback as places and kinds of error. Messages are left out: they can quote what a person wrote."""
    lines = []
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        lines += [f"  {_place(frame)}" for frame in traceback.extract_tb(seen.__traceback__)]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\n".join(lines)


def _place(frame: traceback.FrameSummary) -> str:
    """File from its package on, without the folders of this machine."""
    return f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} in {frame.name}"
