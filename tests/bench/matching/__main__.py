"""`make bench-matching`, or with the engines' environment: python -m tests.bench.matching --quick --case one-500"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.matching.cases import CASE_BY_NAME, CASES, OURS, PAIRERS, RUNNERS, Case
from tests.bench.matching.report import machine, page, table
from tests.bench.matching.run import ROOT, Disagreement, Limits, Result, agreed, command, measure, store_scores
from tests.bench.matching.stopwatch import load

QUICKLY = Limits(seconds=15, repeats=2)
NOT_AGAIN = ("over", "more than", "ended")  # a runner that failed like this on a smaller case of the kind is not tried


def main() -> int:
    arguments = parsed()
    cases = [CASE_BY_NAME[name] for name in arguments.case or ()] or [
        case for case in CASES if case.quick or not arguments.quick
    ]
    hurried = QUICKLY if arguments.quick else Limits()
    limits = Limits(arguments.limit or hurried.seconds, arguments.repeats or hurried.repeats)
    print(f"{machine()}; load {load():.1f}", flush=True)
    measured: list[tuple[Case, list[Result]]] = []
    beaten: dict[str, tuple[int, str]] = {}
    faults: list[str] = []
    for case in cases:
        print(f"\n== {case.title} ({case.name})", flush=True)
        results = one(case, limits, wanted(case, arguments.runner), beaten)
        measured.append((case, results))
        print("\n".join(table(case, results)), flush=True)
        try:
            agreed(case, results)
        except Disagreement as fault:
            faults.append(f"MISMATCH, {fault}")
            print(faults[-1], flush=True)
    lines = faults + (random_instances(arguments.agreement) if arguments.agreement else [])
    if arguments.out:
        arguments.out.write_text(page(measured, lines, datetime.now(UTC).date()), encoding="utf-8")
        print(f"\nWritten to {arguments.out}")
    return int(any("MISMATCH" in line for line in lines))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-matching", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="at most 1,000 people a side, 2 repeats, 15 s each")
    parser.add_argument("--case", action="append", choices=sorted(CASE_BY_NAME), help="only this one; may be repeated")
    parser.add_argument(
        "--runner", action="append", choices=list(RUNNERS), help="this one in each case; may be repeated"
    )
    parser.add_argument("--repeats", type=int, help="of each run; slow ones are repeated less (5)")
    parser.add_argument("--limit", type=float, help="seconds that one repeat may take (120)")
    parser.add_argument("--agreement", type=int, default=0, metavar="N", help="also compare N random instances")
    parser.add_argument("--out", type=Path, help="write a page of Markdown")
    return parser.parse_args()


def wanted(case: Case, named: Sequence[str] | None) -> Sequence[str]:
    """The runners named, as far as they do what the case asks for."""
    return [name for name in named if (name in PAIRERS) == bool(case.candidates)] if named else case.runners


def one(case: Case, limits: Limits, runners: Sequence[str], beaten: dict[str, tuple[int, str]]) -> list[Result]:
    """Every runner of the case, one after another; the scores for the peers are made first and thrown away after."""
    with tempfile.TemporaryDirectory(prefix="bench-matching-") as name:
        folder = Path(name)
        wanting = case.candidates or any(name not in OURS for name in runners)
        trouble = store_scores(case, folder) if wanting else ""
        results = []
        for runner in runners:
            found = Result(runner, failed=trouble if runner not in OURS else "")
            pairs, why = beaten.get(runner, (case.pairs + 1, ""))
            if pairs <= case.pairs:
                found.failed = why
            if not found.failed:
                print(f"   {runner} ...", flush=True)
                found = measure(runner, case, folder, limits)
            if found.failed.startswith(NOT_AGAIN) and runner not in OURS:
                beaten.setdefault(runner, (case.pairs, f"not tried: {found.failed} with {case.pairs:,} pairs"))
            results.append(found)
    return results


def random_instances(count: int) -> list[str]:
    print(f"\n== {count:,} random instances", flush=True)
    words = [command("trellis")[0], "-m", "tests.bench.matching.agreement", str(count)]
    lines: list[str] = []
    with subprocess.Popen(words, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.strip())
    return lines if process.returncode == 0 else [*lines, "MISMATCHES, or the comparison broke off"]


if __name__ == "__main__":
    sys.exit(main())
