"""One runner on one case, in a process and an environment of its own: says each result as one line of JSON.

`python -m tests.bench.matching.worker RUNNER CASE FOLDER REPEATS MEGABYTES`. The runner "scores" makes the table that
peers are given.
"""

import json
import resource
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.matching.cases import CASE_BY_NAME, OURS, Case
from tests.bench.matching.stopwatch import load, measured

SLOW, SLOWER = 5.0, 20.0  # seconds a repeat from which half of them, and one, are enough
MODULES = {
    "mentor-match": "peer_mentor_match",
    "matching": "peer_matching_games",
    "scipy": "peer_scipy",
    "scipy-sparse": "peer_scipy",
    "lapx": "peer_lapx",
    "ortools-assignment": "peer_ortools",
    "ortools-flow": "peer_ortools",
    "networkx": "peer_networkx",
    "rustworkx": "peer_rustworkx",
} | dict.fromkeys(OURS, "ours")


def main() -> None:
    runner, name, folder, repeats, megabytes = sys.argv[1:]
    case = CASE_BY_NAME[name]
    limit_memory(int(megabytes))
    if runner == "scores":
        say(kind="scores", seconds=part("ours").store_scores(case, Path(folder)))
        return
    try:
        run(runner, case, Path(folder), int(repeats))
    except MemoryError:
        say(kind="failed", why=f"more than {int(megabytes) / 1024:.0f} GB")
    except Exception as fault:
        if type(fault).__name__ != "NotThere":
            raise
        say(kind="failed", why=str(fault))


def run(runner: str, case: Case, folder: Path, repeats: int) -> None:
    module = part(MODULES[runner])
    if runner in OURS:
        say(kind="warm", seconds=module.warm())
    fresh = module.prepare(runner, case, folder)
    spent = 0.0
    for number in range(repeats):
        work, read = fresh()
        say(kind="start")
        answer, cost = measured(work)
        say(kind="done", **cost, load=load(), answer=read(answer))
        del work, answer
        spent += cost["wall"]
        if number + 1 >= enough(spent / (number + 1), repeats):
            break
    if runner == "trellis":
        say(kind="reading", **module.reading(case))


def enough(seconds: float, repeats: int) -> int:
    return 1 if seconds > SLOWER else (repeats + 1) // 2 if seconds > SLOW else repeats


def part(name: str) -> Any:
    """Only here, because each environment has only some of what these import."""
    return import_module(f"tests.bench.matching.{name}")


def limit_memory(megabytes: int) -> None:
    if megabytes:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


def say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
