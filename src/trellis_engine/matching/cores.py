"""Blocks of rows shared out over the cores. The compiled loops hold no lock, so threads are enough."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from trellis_engine.matching.kernels import COMPILED

Found = TypeVar("Found")

ROWS_AT_A_TIME = 256


def over_cores(one: Callable[[slice], Found], blocks: Sequence[slice]) -> list[Found]:
    """One call a block, answers in the order of the blocks, whichever core is faster."""
    if len(blocks) < 2 or not COMPILED:
        return [one(block) for block in blocks]
    with ThreadPoolExecutor(os.cpu_count() or 1) as cores:
        return list(cores.map(one, blocks))
