"""Seconds and memory of one piece of work, from the operating system. Standard library only."""

import contextlib
import gc
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def measured(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """The answer, and wall and CPU seconds (user and system, all threads), memory before and at its peak (MB)."""
    gc.collect()
    before = resident()
    forget_peak()
    cpu, wall = cpu_seconds(), time.perf_counter()
    answer = work()
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    return answer, {"wall": wall, "cpu": cpu, "before": before, "peak": max(peak(), before)}


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def forget_peak() -> None:
    """Start the high-water mark anew where the system can (Linux); elsewhere it counts from the process's start."""
    with contextlib.suppress(OSError):
        CLEAR.write_text("5")


def resident() -> float:
    return _line("VmRSS") or peak()


def peak() -> float:
    """Megabytes: VmHWM is what ru_maxrss reports, less what a parent held before this program was loaded."""
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return _line("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _line(name: str) -> float:
    if not STATUS.exists():
        return 0.0
    lines = (line.split() for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return next((int(words[1]) / 1024 for words in lines), 0.0)


def load() -> float:
    return os.getloadavg()[0]
