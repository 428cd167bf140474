"""`make prove`: the trust sheet. One line a promise, with its figure and pass or fail; prove.json beside it.

It runs the suite's own tests, not a second set. A test adds to a figure with `record_property("cells", 1313)`: numbers
of one name are added up over all its cases. Without any, the figure is how many tests stand behind the promise.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.databases.postgres import postgres
from trellis_engine.matching import Participant, Pool, Settings, Taxonomy, certificate, solve, verify

BOTH = ("SQLite", "PostgreSQL")
ONE = ("SQLite",)
SHEET = Path("prove.json")


@dataclass(frozen=True)
class Promise:
    """A sentence a buyer reads, the tests behind it, and the databases that they run on."""

    words: str
    tests: tuple[str, ...]
    databases: tuple[str, ...] = BOTH
    environment: tuple[tuple[str, str], ...] = ()


PROMISES = (
    Promise("Import names every bad row and applies every good one; a second run writes nothing",
            ("tests/people", "tests/integrations")),
    Promise("Nobody enters where they may not: every address, role and method",
            ("tests/trust/test_matrix.py", "tests/trust/test_other_methods.py")),
    Promise("Nobody reads what is not theirs: markers in every confidential field", ("tests/trust/test_canaries.py",)),
    Promise("Every objective's plan is the best: against SciPy, brute force and its own prices",
            ("tests/engine/matching/test_assign.py", "tests/engine/matching/test_program.py",
             "tests/engine/matching/test_solve.py", "tests/engine/matching/test_floor.py",
             "tests/engine/matching/test_stable.py", "tests/engine/matching/test_wishes.py",
             "tests/engine/matching/test_live.py"), ONE),
    Promise("So are pairs of peers, circles and rotations, or the distance from the best is told",
            ("tests/engine/matching/test_blossom.py", "tests/engine/matching/test_peers.py",
             "tests/engine/matching/test_circles.py", "tests/engine/matching/test_groups.py",
             "tests/engine/matching/test_rotation.py"), ONE),
    Promise("Every certificate in which a single entry was changed is refused",
            ("tests/engine/matching/test_certify.py",), ONE, (("TRELLIS_MUTATIONS", "10000"),)),
    Promise("So is every proof file, which holds nobody's facts; every stored round comes out again to the byte",
            ("tests/engine/matching/test_proof_file.py", "tests/cli/test_verify.py")),
    Promise("Compiled and plain loops score alike and give the same bytes",
            ("tests/engine/matching/test_terms.py", "tests/engine/matching/test_score.py"), ONE),
    Promise("A planted bias of 0.60 is found, a fair round seldom called unfair, six data sets agree to four decimals",
            ("tests/engine/matching/test_fairness.py", "tests/engine/matching/test_fairness_statistics.py",
             "tests/engine/matching/test_masking.py"), ONE),
    Promise("What people say about themselves changes no byte of a plan, and is shown over ten and more only",
            ("tests/matching/test_fairness.py", "tests/people/test_attributes.py")),
    Promise("Rounds, offers and places hold under every order of events", ("tests/matching",)),
    Promise("Jobs survive kill -9, run once, retry and stop",
            ("tests/kernel/test_jobs.py", "tests/kernel/test_jobs_processes.py")),
    Promise("The audit chain shows every edit, deletion, swap and insertion", ("tests/kernel/test_audit.py",)),
    Promise("Relationships, enrolment and capacity only make legal moves", ("tests/mentorships", "tests/programmes")),
    Promise("The eight stages follow from facts alone and never move back", ("tests/engine/journey", "tests/journeys")),
    Promise("One organisation never sees another's rows", ("tests/architecture", "tests/kernel/test_tenancy.py")),
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    passed: int
    failed: int
    figures: dict[str, int]  # what was counted: how many

    def __str__(self) -> str:
        counted = [f"{number:,} {name}" for name, number in self.figures.items()]
        return "; ".join([*counted, f"{self.passed} tests passed, {self.failed} failed"])


def run(promise: Promise, environment: dict[str, str]) -> Outcome:
    """The promise's tests in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider"]
        if "DATABASE_URL" in environment:
            command += ["--create-db", "--reuse-db"]  # left to the end of its server, as in the Makefile
        subprocess.run(
            [*command, f"--junitxml={report}", *promise.tests], env=environment | dict(promise.environment),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return read(report) if report.exists() else Outcome(0, 1, {})


def read(report: Path) -> Outcome:
    passed = failed = 0
    figures: Counter[str] = Counter()
    for case in ET.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is None:
            passed += 1
        for each in case.iter("property"):
            if (value := each.get("value", "")).isdigit():
                figures[each.get("name", "").replace("_", " ")] += int(value)
    return Outcome(passed, failed, dict(figures))


def largest_proven(seconds: float = 60) -> str:
    """Rounds of one to one, twice as large each time, solved and checked while there is time."""
    size, said = 500, "nothing"
    rules = Settings(weights={"skill_coverage": 40, "distance": 20, "seniority_gap": 20, "availability": 20})
    start = time.monotonic()
    while True:
        chance = random.Random(size)
        pool = Pool(*(tuple(somebody(chance, f"{side}{n}") for n in range(size)) for side in "eo"))
        began = time.monotonic()
        faults = verify(certificate(solve(pool, rules, Taxonomy(), "salt")), pool, rules, Taxonomy())
        assert not faults, faults
        took = time.monotonic() - began
        said = f"{size:,} x {size:,}, {size * size:,} pairs in {took:.1f} s"
        if time.monotonic() - start + 4.5 * took > seconds:
            return said
        size *= 2


def somebody(chance: random.Random, name: str) -> Participant:
    return Participant(
        name, level=chance.randint(1, 9), unit=f"unit {chance.randrange(12)}", location=f"site {chance.randrange(9)}",
        skills=tuple((f"skill {n}", chance.randint(1, 5)) for n in chance.sample(range(80), 4)),
        availability=frozenset(chance.sample(("Mon am", "Mon pm", "Tue am", "Wed am", "Thu pm", "Fri am"), 3)),
        languages=frozenset(chance.sample(("en", "fr", "de"), 2)),
    )  # fmt: skip


def main() -> int:
    sheet: list[dict[str, object]] = []
    size = largest_proven()
    print(f"FIGURE  the largest round solved and proven within a minute: {size}", flush=True)
    sheet.append({"promise": "The largest round solved and proven within a minute", "figure": size})
    with postgres() as address:
        for promise in PROMISES:
            for database in promise.databases:
                environment = dict(os.environ)
                environment.pop("DATABASE_URL", None)
                if database == "PostgreSQL":
                    environment["DATABASE_URL"] = address
                outcome = run(promise, environment)
                kept = outcome.passed > 0 and outcome.failed == 0
                sheet.append({"promise": f"{promise.words} ({database})", "figure": str(outcome), "pass": kept})
                print(f"{'PASS' if kept else 'FAIL'}  {promise.words} ({database}): {outcome}", flush=True)
                SHEET.write_text(json.dumps(sheet, indent=1) + "\n")
    kept_or_not = [bool(line["pass"]) for line in sheet if "pass" in line]  # a figure alone promises nothing
    print(f"{sum(kept_or_not)} of {len(kept_or_not)} promises kept. Written to {SHEET}.")
    return 0 if all(kept_or_not) else 1


if __name__ == "__main__":
    sys.exit(main())
