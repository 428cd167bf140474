"""`trellis worker`: run background jobs until stopped."""

import argparse

from trellis.cli.output import OK, REFUSED, complain, note
from trellis.kernel.jobs.worker import Worker
from trellis.skills import semantic


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "worker",
        help="run background jobs (mail, imports, reminders) until stopped",
        description="Run background jobs until stopped. On SQLite run one; on PostgreSQL as many as you like.",
    )
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="how many jobs at a time (2)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    worker = Worker(threads=max(1, arguments.threads))
    worker.stop_on_signals()
    note(f"The worker runs {worker.threads} jobs at a time. Ctrl-C stops it.")
    if semantic.is_set() and (why := semantic.obstacle()):
        complain(f"the model for goals cannot be used: {why} No round is solved.", "`trellis check` says the cure.")
    return OK if worker.run() else REFUSED
