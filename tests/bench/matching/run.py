"""The parent: starts a process for each run, waits as long as it may take, keeps what it said."""

import json
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import IO, Any

from tests.bench.matching.cases import DIFFERENT, RUNNERS, Case

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = ROOT / ".venv-bench"
SETTING_UP = 1_200.0  # seconds for people, scores and the peer's own form of them: outside the clock
MEMORY_SHARE = 0.7  # of this machine, which one run may take


@dataclass(frozen=True)
class Limits:
    seconds: float = 120.0
    repeats: int = 5
    megabytes: int = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * MEMORY_SHARE) >> 20


@dataclass
class Result:
    """What one runner reached on one case; ``failed`` says why there is nothing, in words."""

    runner: str
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    before: float = 0.0
    peak: float = 0.0
    load: float = 0.0
    answer: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)
    warm: float = 0.0
    reading: dict[str, float] = field(default_factory=dict)
    failed: str = ""

    @property
    def wall(self) -> float:
        return median(self.walls)

    @property
    def cpu(self) -> float:
        return median(self.cpus)


class Disagreement(AssertionError):
    """Two exact solvers reached different optima on the same scores."""


def command(runner: str, *arguments: str) -> list[str]:
    python = ENVIRONMENTS / RUNNERS.get(runner, "engines") / "bin" / "python"
    return [str(python), "-m", "tests.bench.matching.worker", runner, *arguments]


def said(words: list[str], limit: Callable[[str], float]) -> Iterator[dict[str, Any]]:
    """What the process says, line by line. ``limit``: seconds it may be silent after a line of that kind. Ends with
    a line of kind "ended", which has its code and last words, or "silent" where it had to be stopped."""
    process = subprocess.Popen(
        words, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": "src", "PYTHONHASHSEED": "0"},
    )  # fmt: skip
    lines: queue.Queue[str] = queue.Queue()
    last: list[str] = []
    out, errors = process.stdout, process.stderr
    assert out
    assert errors
    readers = [
        threading.Thread(target=_hand_over, args=(out, lines), daemon=True),
        threading.Thread(target=lambda: last.extend(errors.read().strip().splitlines()[-1:]), daemon=True),
    ]
    for reader in readers:
        reader.start()
    kind = "begun"
    try:
        while line := lines.get(timeout=limit(kind)):
            facts = json.loads(line)
            kind = facts["kind"]
            yield facts
        process.wait(timeout=SETTING_UP)
        readers[1].join()
        yield {"kind": "ended", "code": process.returncode, "words": "".join(last)}
    except queue.Empty:
        yield {"kind": "silent", "after": kind}
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _hand_over(out: IO[str], lines: "queue.Queue[str]") -> None:
    for line in out:
        lines.put(line)
    lines.put("")  # nothing more comes


def measure(runner: str, case: Case, folder: Path, limits: Limits) -> Result:
    found = Result(runner)
    words = command(runner, case.name, str(folder), str(limits.repeats), str(limits.megabytes))
    for facts in said(words, lambda kind: limits.seconds if kind == "start" else SETTING_UP):
        _note(found, facts, limits)
    return found


def _note(found: Result, facts: dict[str, Any], limits: Limits) -> None:
    match facts.pop("kind"):
        case "warm":
            found.warm = facts["seconds"]
        case "done":
            found.walls.append(facts["wall"])
            found.cpus.append(facts["cpu"])
            found.before = found.before or facts["before"]
            found.peak = max(found.peak, facts["peak"])
            found.load, found.answer = facts["load"], facts["answer"]
            found.steps = found.answer.pop("steps", {})
        case "reading":
            found.reading = facts
        case "failed":
            found.failed = facts["why"]
        case "silent" if not found.walls:
            found.failed = f"over {limits.seconds:g} s" if facts["after"] == "start" else "setting up took too long"
        case "ended" if not found.walls and not found.failed:
            words = facts["words"][:100] or "without a word"
            out = facts["code"] < 0 or "bad_alloc" in words or "MemoryError" in words
            found.failed = f"ended with {facts['code']}: {words}" + (" (out of memory?)" if out else "")


def store_scores(case: Case, folder: Path) -> str:
    """The table of scores for the peers; words about what went wrong."""
    lines = list(said(command("scores", case.name, str(folder), "1", "0"), lambda _: SETTING_UP))
    return "" if lines[0]["kind"] == "scores" else f"no scores: {lines[-1]}"


def agreed(case: Case, results: list[Result]) -> None:
    """Raises Disagreement unless all exact solvers matched as many people with the same total."""
    exact = [each for each in results if each.walls and each.runner not in DIFFERENT]
    reached = {(each.answer["matched"], each.answer["total"]) for each in exact}
    if len(reached) > 1:
        raise Disagreement(f"{case.name}: " + ", ".join(f"{each.runner} {each.answer}" for each in exact))
