"""What was measured, as lines for the terminal and as a page of Markdown."""

import os
import platform
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.bench.matching.cases import Case
from tests.bench.matching.run import Result

COLUMNS = (
    "runner", "wall s", "CPU s", "ours / it, wall", "ours / it, CPU", "peak MB (growth)", "matched", "total",
    "repeats, load",
)  # fmt: skip
PEERS = ("numpy", "numba", "scipy", "lapx", "ortools", "networkx", "rustworkx")
READ_ME = """\
Made by `make bench-matching`; [how to read it](../how-to/measure-matching.md). Medians. Ratios are ours by theirs: 0.10
says that Trellis took a tenth of the time. Trellis starts from people and ends with a proof that the independent
checker accepted; peers start from a ready table of scores (mentor-match: from people whose only rule looks the score
up). Peak: of the process while it worked, its input and interpreter included; growth: since the work began.
"""


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {system}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def versions() -> str:
    return ", ".join(f"{name} {_version(name)}" for name in PEERS)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not there"


def page(measured: Iterable[tuple[Case, list[Result]]], agreement: list[str], today: date) -> str:
    lines = ["# Matching beside its peers", "", READ_ME, f"{today.isoformat()}. {machine()}. {versions()}.", ""]
    for case, results in measured:
        lines += [f"## {case.title}", "", *table(case, results), ""]
    if agreement:
        lines += ["## Random rounds solved by other means", "", *(f"- {line}" for line in agreement), ""]
    return "\n".join(lines)


def table(case: Case, results: list[Result]) -> Iterator[str]:
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---|" + "---:|" * (len(COLUMNS) - 1)
    first = next((each for each in results if each.runner.startswith("trellis") and each.walls), None)
    for each in results:
        yield row(each, first)
    yield from (f"\n{remark}" for remark in remarks(case, results))


def row(each: Result, ours: Result | None) -> str:
    if each.failed:
        return f"| {each.runner} | {each.failed} |" + " |" * (len(COLUMNS) - 2)
    ratios = ["", ""]
    if ours and each is not ours:
        ratios = [f"{_ratio(mine, other)}" for mine, other in ((ours.wall, each.wall), (ours.cpu, each.cpu))]
    return (
        f"| {each.runner} | {seconds(each.wall)} | {seconds(each.cpu)} | {ratios[0]} | {ratios[1]} "
        f"| {each.peak:.0f} (+{each.peak - each.before:.0f}) | {_count(each, 'matched')} | {_count(each, 'total')} "
        f"| {len(each.walls)}, {each.load:.1f} |"
    )


def _ratio(mine: float, other: float) -> str:
    if other <= 0:
        return ""
    ratio = mine / other
    return f"{ratio:.4f}" if ratio < 0.01 else f"{ratio:.3f}" if ratio < 0.1 else f"{ratio:.2f}"


def _count(each: Result, name: str) -> str:
    return f"{each.answer[name]:,}" if name in each.answer else ""


def seconds(value: float) -> str:
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}" if value < 1 else f"{value:.2f}"


def remarks(case: Case, results: list[Result]) -> Iterator[str]:
    by_name = {each.runner: each for each in results if each.walls}
    for each in by_name.values():
        if each.steps:
            yield f"{each.runner}, of the last repeat: {named(each.steps)}."
        if each.reading:
            yield (
                f"{each.runner}, reading people: {named(each.reading)}; without it "
                f"{seconds(max(each.wall - sum(each.reading.values()), 0.0))} s. "
                f"Warming up, outside the clock: {seconds(each.warm)} s."
            )
        if "pairs" in each.answer:
            nanoseconds = [value / case.pairs * 1e9 for value in (each.cpu, each.wall)]
            yield f"{each.runner}: {nanoseconds[0]:.1f} ns of CPU a pair, {nanoseconds[1]:.1f} ns on the clock."
            floors = ", ".join(f"{name} {value:.1f} ns" for name, value in each.answer["floors"].items())
            yield f"Floors of this machine for it: {floors} of CPU a pair (tests/bench/matching/floors.py)."
        if "p95_ms" in each.answer:
            yield f"{each.runner}: " + ", ".join(f"{name} {value}" for name, value in each.answer.items())
    if {"trellis", "trellis-scan"} <= set(by_name):
        whole, scan = by_name["trellis"], by_name["trellis-scan"]
        yield f"trellis is {whole.wall / scan.wall:.2f} passes over all pairs, wall; {whole.cpu / scan.cpu:.2f}, CPU."


def named(steps: dict[str, float]) -> str:
    return ", ".join(f"{name} {seconds(value)} s" for name, value in steps.items())
