"""A real worker in a process of its own: `python -m tests.kernel.worker_process LEASE_SECONDS [GRACE]`."""

import sys
from datetime import timedelta

import django

if __name__ == "__main__":
    django.setup()
    from tests.kernel import sample_jobs  # noqa: F401  # registers them, after Django is set up
    from trellis.kernel.jobs.worker import Worker

    worker = Worker(
        threads=1,
        lease=timedelta(seconds=float(sys.argv[1])),
        poll=0.05,
        grace=float(sys.argv[2]) if len(sys.argv) > 2 else 20.0,
    )
    worker.stop_on_signals()
    print("ready", flush=True)
    sys.exit(0 if worker.run() else 3)
