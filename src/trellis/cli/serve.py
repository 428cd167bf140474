"""`trellis serve`: the pages and the worker together, until Ctrl-C."""

import argparse
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from types import FrameType

from django.conf import settings

from trellis.cli.output import OK, REFUSED, complain, note, say
from trellis_engine.matching import kernels as loops

GRACE = 20  # seconds for pages and jobs that are under way
HERE = {"127.0.0.1", "0.0.0.0", "::1", "::"}  # noqa: S104  # compared, not bound
LOOKS = 1.0  # seconds between two looks at whether the one who started a part is still there


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "serve",
        help="serve the pages and run the jobs, until Ctrl-C",
        description="Serve the pages and run the jobs in one go. Ctrl-C or SIGTERM stops both and lets work finish.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="web processes, of 4 threads each (2)")
    parser.add_argument("--without-worker", action="store_true", help="pages only; run `trellis worker` elsewhere")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if not _port_is_free(arguments.host, arguments.port):
        complain(f"port {arguments.port} on {arguments.host} is taken.", "Choose another with --port.")
        return REFUSED
    commands = [web_command(arguments.host, arguments.port, arguments.workers)]
    if not arguments.without_worker:
        commands.append(["trellis.cli.main", "worker"])
    address = address_of(arguments.host, arguments.port)
    os.environ.setdefault("TRELLIS_URL", address)  # links in mails, where the operator has not named the address
    say(f"Trellis is on {address}")
    note("Ctrl-C stops it.")
    return run_together(commands)


def address_of(host: str, port: int) -> str:
    if settings.HTTPS:
        return str(settings.BASE_URL)
    return f"http://{'localhost' if host in HERE else _in_address(host)}:{port}"


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def web_command(host: str, port: int, workers: int) -> list[str]:
    return [
        "gunicorn", "trellis.config.wsgi", "--bind", f"{_in_address(host)}:{port}",
        "--worker-class", "gthread", "--workers", str(workers), "--threads", "4",
        "--graceful-timeout", str(GRACE), "--max-requests", "5000", "--max-requests-jitter", "500",
        "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip


def run_together(commands: list[list[str]]) -> int:
    """Run modules with their arguments until one ends or a signal comes, then stop them all.

    1 when one ended by itself. Killed outright, this process stops nothing: each part then sees that it is alone.
    """
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    # their own session: a Ctrl-C reaches this process alone, which then stops them in good order
    processes = [_part(command) for command in commands]
    compiling = _compile_loops()
    while not asked and all(process.poll() is None for process in processes):
        time.sleep(0.1)
        if compiling and compiling.poll() is not None:
            compiling = None
            processes[1:] = [_begun_again(*each) for each in zip(processes[1:], commands[1:], strict=True)]
    if compiling:
        compiling.terminate()
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=GRACE + 5)
        except subprocess.TimeoutExpired:
            process.kill()
    if not asked:
        complain("a process ended by itself; the lines above say why.", "Run `trellis check`.")
    return OK if asked else REFUSED


def _part(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "trellis.cli.serve", str(os.getpid()), *command]
    return subprocess.Popen(words, start_new_session=True)  # noqa: S603  # our own words and checked numbers


def _compile_loops() -> "subprocess.Popen[bytes] | None":
    """Compile the matcher beside everything else, where that was not done yet; until then it is only slower."""
    if loops.READY.exists() or not find_spec("numba"):
        return None
    words = [sys.executable, "-m", "trellis_engine.matching.warm"]
    # gentle, because pages come first; `nice` is wherever the system keeps it
    return subprocess.Popen(["nice", *words], stdout=subprocess.DEVNULL)  # noqa: S603, S607  # our own words


def _begun_again(process: "subprocess.Popen[bytes]", command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """The worker finishes what it has in hand and starts with compiled loops."""
    process.terminate()
    process.wait(timeout=GRACE + 5)
    return _part(command)


def _port_is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def run_part(parent: int, command: Sequence[str]) -> None:
    """Be one part: run a module as if it were the program, and stop it in good order once `parent` is gone.

    A timer and no thread looks, because gunicorn forks and threads do not survive that; timers are not inherited.
    """

    def look(_number: int, _frame: FrameType | None) -> None:
        if os.getppid() != parent:
            signal.setitimer(signal.ITIMER_REAL, 0)
            os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOKS, LOOKS)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run_part(int(sys.argv[1]), sys.argv[2:])
