"""The worker in this process, for what a test can only see from inside. Real deaths: test_jobs_processes.py."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from tests.kernel import sample_jobs
from trellis.kernel.jobs import leases, progress, queue
from trellis.kernel.jobs.registry import job
from trellis.kernel.jobs.schedule import Timers
from trellis.kernel.jobs.tables import Job, JobState
from trellis.kernel.jobs.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)
HERE = sample_jobs.ORGANISATION
gate = threading.Event()
saw: list[str] = []


@job("sample.wait_at_gate")
def wait_at_gate(*, organisation_id: int) -> None:
    saw.append("came")
    gate.wait(20)
    progress(1, 2)
    saw.append("went")


@pytest.fixture(autouse=True)
def closed_gate() -> None:
    gate.clear()
    saw.clear()


@pytest.fixture(autouse=True)
def no_timers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Timers, "fire", lambda self: 0)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


@pytest.fixture
def working() -> Iterator[Callable[..., tuple[Worker, threading.Thread, list[bool]]]]:
    workers = []

    def start(**settings: float) -> tuple[Worker, threading.Thread, list[bool]]:
        lease = timedelta(seconds=settings.pop("lease", 15))
        worker, clean = Worker(threads=1, lease=lease, poll=0.01, **settings), list[bool]()
        thread = threading.Thread(target=lambda: clean.append(worker.run()))
        workers.append((worker, thread))
        thread.start()
        return worker, thread, clean

    yield start
    gate.set()
    for worker, thread in workers:
        worker.stop()
        thread.join(20)


Working = Callable[..., tuple[Worker, threading.Thread, list[bool]]]


def test_a_worker_runs_what_is_queued_and_stops_clean(working: Working) -> None:
    number = queue("sample.mark", organisation_id=HERE, number=1)
    worker, thread, clean = working()
    until(lambda: Job.objects.get(pk=number).state == JobState.DONE)

    worker.stop()
    thread.join(20)

    assert clean == [True]
    assert Job.objects.get(pk=number).owner == worker.owner


def test_a_job_that_lost_its_lease_is_interrupted_by_the_heartbeat(working: Working) -> None:
    number = queue("sample.wait_at_gate", organisation_id=HERE)
    worker, _, _ = working(lease=0.3)
    until(lambda: saw == ["came"])
    Job.objects.filter(pk=number).update(owner="heir")

    until(lambda: all(interrupt.is_set() for _, interrupt in worker._running.values()))
    gate.set()
    until(lambda: not worker._running)

    assert saw == ["came"]
    assert Job.objects.get(pk=number).owner == "heir"


def test_a_job_that_outlasts_the_grace_is_given_back(working: Working) -> None:
    number = queue("sample.wait_at_gate", organisation_id=HERE)
    worker, thread, clean = working(grace=0.05)
    until(lambda: saw == ["came"])

    worker.stop()
    thread.join(20)
    row = Job.objects.get(pk=number)

    assert clean == [False]
    assert (row.state, row.attempts) == (JobState.READY, 0)


def test_a_database_that_is_away_is_waited_for(working: Working, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, refused = leases.claim, []

    def flaky(*words: object, **more: object) -> Job | None:
        if len(refused) < 2:
            refused.append(True)
            raise OperationalError("gone away")
        return claim(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(leases, "claim", flaky)
    number = queue("sample.mark", organisation_id=HERE, number=1)
    working()

    until(lambda: Job.objects.get(pk=number).state == JobState.DONE)

    assert len(refused) == 2


def test_a_heartbeat_that_meets_an_error_goes_on(working: Working, monkeypatch: pytest.MonkeyPatch) -> None:
    extend, calls = leases.extend, []

    def flaky(row: Job, *, lease: timedelta) -> bool:
        calls.append(row.pk)
        if len(calls) == 1:
            raise OperationalError("locked")
        return extend(row, lease=lease)

    monkeypatch.setattr(leases, "extend", flaky)
    number = queue("sample.wait_at_gate", organisation_id=HERE)
    working(lease=0.3)

    until(lambda: len(calls) > 2)
    gate.set()
    until(lambda: Job.objects.get(pk=number).state == JobState.DONE)

    assert saw == ["came", "went"]


def test_a_job_claimed_while_the_worker_stops_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    number = queue("sample.steps", organisation_id=HERE, count=3)
    worker = Worker(threads=1)
    worker.stop()

    assert worker._work()
    assert Job.objects.get(pk=number).state == JobState.READY
    assert connection.is_usable()


def test_a_row_that_another_worker_is_claiming_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `skip_locked` leaves over on PostgreSQL: seen by the plain read, not there for the lock."""
    queue("sample.mark", organisation_id=HERE, number=1)
    due = leases.waiting(leases.clock.now())
    monkeypatch.setattr(type(due), "first", lambda self: None)

    assert leases._claim_from(due, "me", leases.clock.now(), leases.LEASE) is None
