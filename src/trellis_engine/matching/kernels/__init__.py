"""The inner loops. Plain Python over whole-number arrays, compiled once that has been done on this machine and the very
same functions, only slower, until then or where numba is missing: so both give the same bytes.

Compiling takes about a minute of one core, and nobody should wait for it in front of a page: ``python -m
trellis_engine.matching.warm`` does it, and whoever starts afterwards finds the code on disk. It is kept under a
fingerprint of all loops together, because one of them is built into others: a change in one file must not leave old
code of another.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar, cast

HERE = Path(__file__).parent
CHOICE = "TRELLIS_LOOPS"  # "plain" never compiles, "compile" does so now


def _kept_at() -> Path:
    """Beside the loops where that can be written, and otherwise with the person's own caches."""
    sources = (path.read_bytes() for path in sorted(HERE.parent.rglob("*.py")))
    fingerprint = hashlib.sha256(b"".join(source for source in sources if b"@compiled" in source))
    beside = HERE / "__pycache__"
    writable = os.access(beside if beside.exists() else HERE, os.W_OK)
    home = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "trellis"
    return (beside if writable else home) / f"loops-{fingerprint.hexdigest()[:16]}"


KEPT_AT = _kept_at()
READY = KEPT_AT / "ready"
COMPILED = (
    find_spec("numba") is not None
    and os.environ.get(CHOICE) != "plain"
    and (READY.exists() or os.environ.get(CHOICE) == "compile")
)
Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """The loop as machine code that holds no lock, so that threads share the cores; or the loop itself."""
    if not COMPILED:
        return loop
    import numba  # noqa: PLC0415  # a second and a hundred megabytes that plain loops do without

    numba.config.CACHE_DIR = str(KEPT_AT)
    return cast(Loop, numba.njit(cache=True, nogil=True)(loop))
