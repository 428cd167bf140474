"""Queueing, claiming and finishing jobs in this process, against three bare statements for each."""

import statistics
import time
from collections.abc import Callable, Iterator

from django.db import connection, transaction

from tests.kernel import sample_jobs  # noqa: F401  # registers them
from trellis.kernel.jobs import drain, queue

COUNT, ROUNDS = 500, 5


def ours() -> None:
    for _ in range(COUNT):
        queue("sample.tick")
    assert drain() == COUNT


def floor() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_rows (id integer, state text)")
        cursor.execute("DELETE FROM bench_rows")
        for number in range(COUNT):
            cursor.execute("INSERT INTO bench_rows VALUES (%s, 'ready')", [number])
        for number in range(COUNT):
            with transaction.atomic():
                cursor.execute("SELECT id FROM bench_rows WHERE id = %s", [number])
                cursor.execute("UPDATE bench_rows SET state = 'running' WHERE id = %s", [number])
            cursor.execute("UPDATE bench_rows SET state = 'done' WHERE id = %s", [number])


def cost(work: Callable[[], None]) -> float:
    """CPU milliseconds of this process for each job."""
    start = time.process_time()
    work()
    return (time.process_time() - start) / COUNT * 1000


def measure() -> Iterator[str]:
    pairs = [(cost(floor), cost(ours)) for _ in range(ROUNDS)]
    bare, job = (statistics.median(column) for column in zip(*pairs, strict=True))
    yield f"{job:.2f} ms CPU a job, from asking to done; bare statements {bare:.2f}: {job / bare:.1f} x"
