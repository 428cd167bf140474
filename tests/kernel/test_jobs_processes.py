"""What a backend of jobs must do when processes die, stop and compete: real workers, real signals, real database."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError, transaction

from tests.databases.address import database_address
from tests.kernel import sample_jobs
from trellis.kernel.jobs import leases, queue, request_cancel
from trellis.kernel.jobs.tables import Job, JobState, ScheduleTick
from trellis.kernel.models import EventRow
from trellis.kernel.tenancy import organisation_scope

pytestmark = pytest.mark.django_db(transaction=True)
HERE = sample_jobs.ORGANISATION
MANY = int(os.environ.get("TRELLIS_JOBS", "200"))
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a worker process and wait until it is ready; killed at the end of the test."""
    started: list[subprocess.Popen[str]] = []

    def start(lease: float = 1.0, grace: float = 20.0) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.kernel.worker_process", str(lease), str(grace)],
            env={**os.environ, "DATABASE_URL": database_address(), "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def until(holds: Callable[[], bool], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def events(kind: str = "") -> Counter[str]:
    with organisation_scope(HERE):
        kinds = Counter(EventRow.objects.values_list("kind", flat=True))
    return Counter({kind: kinds[kind]}) if kind else kinds


def state_of(number: int) -> tuple[str, int]:
    row = Job.objects.get(pk=number)
    return row.state, row.attempts


def test_many_jobs_by_two_workers_run_exactly_once_each(start: Start) -> None:
    start(lease=15)
    start(lease=15)

    for number in range(MANY):
        queue("sample.mark", organisation_id=HERE, number=number)
    until(lambda: not Job.objects.filter(name="sample.mark").exclude(state=JobState.DONE).exists(), 90 + MANY / 10)

    assert events() == Counter({f"mark {number}": 1 for number in range(MANY)})
    assert set(Job.objects.filter(name="sample.mark").values_list("attempts", flat=True)) == {1}


def test_a_job_whose_worker_is_killed_runs_again_by_itself(start: Start) -> None:
    number = queue("sample.sleep", organisation_id=HERE, seconds=0.8)
    first = start()
    until(lambda: events("began")["began"] == 1)

    first.kill()
    start()
    until(lambda: state_of(number)[0] == JobState.DONE)

    assert state_of(number) == (JobState.DONE, 2)
    assert events() == Counter({"began": 2, "ended": 1})


def test_a_long_job_keeps_its_lease(start: Start) -> None:
    number = queue("sample.sleep", organisation_id=HERE, seconds=2.5)
    start(lease=1)
    start(lease=1)

    until(lambda: state_of(number)[0] == JobState.DONE)

    assert state_of(number) == (JobState.DONE, 1)
    assert events() == Counter({"began": 1, "ended": 1})


def test_a_job_that_kills_its_worker_stops_after_its_attempts(start: Start) -> None:
    number = queue("sample.poison", organisation_id=HERE)

    for _ in range(3):
        assert start(lease=0.3).wait(timeout=60) == -signal.SIGKILL
    start(lease=0.3)
    until(lambda: state_of(number)[0] == JobState.DEAD)

    assert state_of(number) == (JobState.DEAD, 3)
    assert Job.objects.get(pk=number).error == leases.WORKER_DIED
    assert events() == Counter({"took poison": 3})


def test_asked_to_stop_a_worker_finishes_what_it_runs(start: Start) -> None:
    number = queue("sample.sleep", organisation_id=HERE, seconds=0.8)
    second = queue("sample.sleep", organisation_id=HERE, seconds=0.8)
    worker = start()
    until(lambda: events("began")["began"] == 1)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=60) == 0
    assert (state_of(number), state_of(second)) == ((JobState.DONE, 1), (JobState.READY, 0))


def test_asked_to_stop_a_worker_gives_back_a_job_that_reports_progress(start: Start) -> None:
    number = queue("sample.steps", organisation_id=HERE, count=1000, pause=0.05)
    worker = start()
    until(lambda: Job.objects.get(pk=number).progress_total == 1000)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=60) == 0
    assert state_of(number) == (JobState.READY, 0)


def test_a_job_longer_than_the_grace_is_given_back(start: Start) -> None:
    number = queue("sample.sleep", organisation_id=HERE, seconds=60)
    worker = start(grace=0.3)
    until(lambda: events("began")["began"] == 1)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=60) == 3
    assert state_of(number) == (JobState.READY, 0)


def freeze(worker: subprocess.Popen[str], number: int) -> None:
    """Stop a worker between two of its transactions: stopped inside one it keeps its lock, and nobody can go on."""
    while True:
        worker.send_signal(signal.SIGSTOP)
        try:
            with transaction.atomic():
                Job.objects.select_for_update(nowait=True).get(pk=number)
            return
        except OperationalError:
            worker.send_signal(signal.SIGCONT)
            time.sleep(0.05)


def test_a_worker_thought_dead_that_comes_back_overwrites_nothing(start: Start) -> None:
    number = queue("sample.wait", organisation_id=HERE)
    zombie = start(lease=0.5)
    until(lambda: events("began")["began"] == 1)
    freeze(zombie, number)

    start(lease=0.5)
    until(lambda: events("began")["began"] == 2)
    sample_jobs.let_go()
    until(lambda: state_of(number)[0] == JobState.DONE)
    settled, ended = Job.objects.filter(pk=number).values().get(), events("ended")["ended"]
    zombie.send_signal(signal.SIGCONT)
    until(lambda: events("ended")["ended"] > ended)
    zombie.send_signal(signal.SIGTERM)
    zombie.wait(timeout=60)

    assert Job.objects.filter(pk=number).values().get() == settled


def test_a_timer_over_two_workers_fires_once_for_each_tick(start: Start) -> None:
    start()
    start()

    until(lambda: Job.objects.filter(name="sample.tick", state=JobState.DONE).exists())
    time.sleep(0.5)

    ticks = ScheduleTick.objects.filter(schedule="sample.tick").count()
    assert Job.objects.filter(name="sample.tick").count() == ticks


def test_a_running_job_can_be_cancelled_from_another_process(start: Start) -> None:
    number = queue("sample.steps", organisation_id=HERE, started_by_id=7, count=1000, pause=0.05)
    start()
    until(lambda: Job.objects.get(pk=number).progress_total == 1000)

    asked = request_cancel(job_id=number, organisation_id=HERE, started_by_id=7)
    until(lambda: state_of(number)[0] != JobState.RUNNING)

    assert asked
    assert state_of(number) == (JobState.CANCELLED, 1)
