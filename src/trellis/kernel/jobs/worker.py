"""The worker: some threads that each claim and run one row at a time, a heartbeat, and the timers.

A thread claims only when it is free. The heartbeat renews the leases of what runs; a worker killed outright stops
renewing, and another one takes its jobs when the lease runs out.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import FrameType
from uuid import uuid4

from django.db import DatabaseError, close_old_connections, connection

from trellis.kernel.errors import without_content
from trellis.kernel.jobs import leases
from trellis.kernel.jobs.running import run
from trellis.kernel.jobs.schedule import Timers
from trellis.kernel.jobs.tables import Job

logger = logging.getLogger("trellis.jobs")


class Worker:
    """Runs jobs until told to stop."""

    def __init__(
        self, *, threads: int = 2, lease: timedelta = leases.LEASE, poll: float = 0.5, grace: float = 20.0
    ) -> None:
        self.owner = f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid4().hex[:8]}"
        self.threads = threads
        self.lease = lease
        self.poll = poll
        self.grace = grace
        self._timers = Timers()
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._running: dict[int, tuple[Job, threading.Event]] = {}
        self._lock = threading.RLock()  # a signal's handler may come while its own thread holds it

    def stop(self) -> None:
        """Claim nothing more; what runs is interrupted at its next progress, or finishes within the grace."""
        self._stop.set()
        with self._lock:
            for _, interrupt in self._running.values():
                interrupt.set()

    def stop_on_signals(self) -> None:
        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)

    def run(self) -> bool:
        """Work until `stop`. False when a job would not end within the grace; it is given back, so end the process."""
        doors = [threading.Thread(target=self._keep, args=(self._work,), daemon=True) for _ in range(self.threads)]
        beat = threading.Thread(target=self._beat, daemon=True)
        for thread in [*doors, beat]:
            thread.start()
        self._keep(self._tick)
        end = time.monotonic() + self.grace
        for door in doors:
            door.join(max(0.0, end - time.monotonic()))
        clean = not any(door.is_alive() for door in doors)
        if not clean:
            self._give_back()
        self._ended.set()
        beat.join()
        connection.close()
        return clean

    def _keep(self, step: Callable[[], bool]) -> None:
        """Repeat `step` until stopped, pausing when it had nothing to do; a database that is away is waited for."""
        while not self._stop.is_set():
            try:
                busy = step()
            except Exception as error:  # whatever it is, a thread that ends would go unnoticed
                logger.warning("the worker stumbled and goes on: %s", without_content(error))
                busy = False
                connection.close()
            if not busy:
                self._stop.wait(self.poll)
        connection.close()

    def _work(self) -> bool:
        close_old_connections()
        with self._lock:
            busy = list(self._running)
        row = leases.claim(self.owner, lease=self.lease, busy=busy)
        if row is None:
            return False
        interrupt = threading.Event()
        with self._lock:
            self._running[row.pk] = (row, interrupt)
            if self._stop.is_set():
                interrupt.set()
        try:
            run(row, interrupt)
        finally:
            with self._lock:
                del self._running[row.pk]
        return True

    def _tick(self) -> bool:
        close_old_connections()
        self._timers.fire()
        return False

    def _beat(self) -> None:
        """Renew every lease three times in its length; a job that is no longer ours is interrupted."""
        while not self._ended.wait(self.lease.total_seconds() / 3):
            with self._lock:
                running = list(self._running.values())
            try:
                for row, interrupt in running:
                    if not leases.extend(row, lease=self.lease):
                        interrupt.set()
            except DatabaseError as error:
                logger.warning("a lease could not be renewed: %s", type(error).__name__)
                connection.close()
        connection.close()

    def _give_back(self) -> None:
        with self._lock:
            running = list(self._running.values())
        for row, _ in running:
            leases.release(row)
