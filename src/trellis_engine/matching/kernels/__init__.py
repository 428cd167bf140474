"""The inner loops. Plain Python over whole-number arrays, compiled where numba is installed and the very same
functions, only slower, where it is not: so both give the same bytes.

The compiled code is kept on disk (`trellis warm` makes it at set-up), because compiling takes many seconds and nobody
should wait for it in front of a page. It is kept under a fingerprint of all loops together: one of them is built into
others, so a change in one file must not leave old code of another.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

try:
    import numba
except ImportError:  # the compiler is missing: everything still works, small pools at a bearable speed
    numba = None

HERE = Path(__file__).parent


def _kept_at() -> Path:
    """Beside the loops where that can be written, and otherwise with the person's own caches."""
    sources = sorted(HERE.parent.rglob("*.py"))
    print_ = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    beside = HERE / "__pycache__"
    writable = os.access(beside if beside.exists() else HERE, os.W_OK)
    home = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "trellis"
    return (beside if writable else home) / f"loops-{print_}"


if numba is not None and not numba.config.CACHE_DIR:
    numba.config.CACHE_DIR = str(_kept_at())

Loop = TypeVar("Loop", bound=Callable[..., Any])
COMPILED = numba is not None


def compiled(loop: Loop) -> Loop:
    """The loop as machine code that holds no lock, so that threads share the cores; or the loop itself."""
    if numba is None:
        return loop
    return cast(Loop, numba.njit(cache=True, nogil=True)(loop))
