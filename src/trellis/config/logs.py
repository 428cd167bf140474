"""How a line of the log is written: nothing that a person wrote, and no address that lets somebody in."""

import logging
import re
from types import TracebackType

from trellis.kernel.errors import without_content

KEYS_IN_ADDRESSES = re.compile(r"(/invitation/|/sign-in/link/)[^/\s]+")


class Discreet(logging.Formatter):
    """Errors as places and kinds, because their messages quote rows; tokens of links left out."""

    def formatException(  # noqa: N802  # logging's own name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return without_content(ei[1]) if ei[1] is not None else ""

    def format(self, record: logging.LogRecord) -> str:
        return KEYS_IN_ADDRESSES.sub(r"\1...", super().format(record))
