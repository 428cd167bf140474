"""The inner loops. Plain Python over whole-number arrays, compiled where numba is installed and the very same
functions, only slower, where it is not: so both give the same bytes.

The compiled code is kept on disk (``warm`` makes it at set-up), because compiling takes many seconds and nobody
should wait for it in front of a page.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

try:
    import numba
except ImportError:  # the compiler is missing: everything still works, small pools at a bearable speed
    numba = None

Loop = TypeVar("Loop", bound=Callable[..., Any])
COMPILED = numba is not None


def compiled(loop: Loop) -> Loop:
    """The loop as machine code that holds no lock, so that threads share the cores; or the loop itself."""
    if numba is None:
        return loop
    return cast(Loop, numba.njit(cache=True, nogil=True)(loop))
