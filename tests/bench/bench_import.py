"""The directory import against the least the database could do with the same rows.

The floor parses the same file with the csv module and writes the rows in one transaction into a bare table of the same
columns: COPY on PostgreSQL, executemany on SQLite. Ours reads, checks every value, compares with the directory, writes
in short transactions, keeps a report. A second import of the same file writes nothing. BENCH_ROWS sets the rows.
"""

import contextlib
import csv
import io
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection, transaction

from tests.factories.people import OrganisationFactory
from trellis.cli.main import main
from trellis.kernel.tenancy import organisation_scope
from trellis.people.models import Person

ROWS = int(os.environ.get("BENCH_ROWS", "10000"))
ROUNDS = 3
HEADER = ("Employee ID", "E-mail", "First name", "Last name", "Job title", "Department", "Location")
COLUMNS = ("external_id", "email", "given_name", "family_name", "job_title", "unit", "location")


def directory(seed: int, changed: float = 0.0) -> list[tuple[str, ...]]:
    chance = random.Random(seed)
    return [
        (
            f"E{number:06d}", f"p{number}@example.org", f"Given{number % 997}", f"Family{number % 4999}", "Analyst",
            f"Unit {number % 60 if chance.random() >= changed else 60}", f"City {number % 40}",
        )
        for number in range(ROWS)
    ]  # fmt: skip


def write(file: Path, rows: list[tuple[str, ...]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([HEADER, *rows])


def ours(file: Path, slug: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
        code = main(["import", "people", str(file), "--organisation", slug])
    assert code == 0, said.getvalue()


def floor(file: Path) -> None:
    with file.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.reader(handle))[1:]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_floor")
        cursor.execute(f"CREATE TABLE bench_floor ({', '.join(f'{name} text' for name in COLUMNS)})")
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY bench_floor ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO bench_floor VALUES ({', '.join(['%s'] * len(COLUMNS))})", rows)
        cursor.execute("CREATE UNIQUE INDEX bench_floor_id ON bench_floor (external_id)")


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU seconds of this process (a PostgreSQL server's own are in the wall time only)."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure() -> Iterator[str]:
    kinds: dict[str, list[tuple[float, float]]] = {"floor": [], "first": [], "same again": [], "5 % changed": []}
    with tempfile.TemporaryDirectory() as folder:
        file, later = Path(folder) / "people.csv", Path(folder) / "later.csv"
        write(file, directory(1))
        write(later, directory(2, changed=0.05))
        for number in range(ROUNDS):
            organisation = OrganisationFactory(slug=f"bench-{number}")
            kinds["floor"].append(timed(lambda: floor(file)))
            kinds["first"].append(timed(lambda slug=organisation.slug: ours(file, slug)))  # type: ignore[misc]
            with organisation_scope(organisation.pk):
                assert Person.objects.count() == ROWS
            kinds["same again"].append(timed(lambda slug=organisation.slug: ours(file, slug)))  # type: ignore[misc]
            kinds["5 % changed"].append(timed(lambda slug=organisation.slug: ours(later, slug)))  # type: ignore[misc]
            with organisation_scope(organisation.pk):
                assert 0.03 * ROWS < Person.objects.filter(unit="Unit 60").count() < 0.07 * ROWS
    base_wall, base_cpu = (statistics.median(column) for column in zip(*kinds["floor"], strict=True))
    yield f"{ROWS} rows, median of {ROUNDS} rounds"
    for kind, rounds in kinds.items():
        wall, cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
        yield f"{kind:12} {wall:7.2f} s ({wall / base_wall:5.1f} x)   CPU {cpu:7.2f} s ({cpu / base_cpu:5.1f} x)"
