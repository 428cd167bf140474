"""`trellis init` and `trellis serve` as an operator starts them: own processes, shipped settings, no DEBUG."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest

INIT = ["init", "--organisation-name", "North", "--admin-email", "ann@example.org"]


def environment(folder: Path) -> dict[str, str]:
    ours = ("TRELLIS", "DJANGO", "DATABASE", "SMTP")
    plain = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return {**plain, "TRELLIS_DATA": str(folder), "PYTHONPATH": os.pathsep.join(sys.path), "TRELLIS_SQLITE_SYNC": "OFF"}


def trellis(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "trellis.cli.main", *words], env=environment(folder), text=True, capture_output=True,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation") / "data"
    made = trellis(folder, *INIT)
    assert made.returncode == 0, made.stderr
    assert "http://localhost:8000/invitation/" in made.stdout
    return folder


def test_init_again_changes_nothing(installation: Path) -> None:
    keys = {file.name: file.read_bytes() for file in installation.glob("*.key*")}

    again = trellis(installation, *INIT)

    assert again.returncode == 0
    assert "There is an organisation already" in again.stdout
    assert {file.name: file.read_bytes() for file in installation.glob("*.key*")} == keys
    assert {file.stat().st_mode & 0o777 for file in installation.glob("*.key*")} == {0o600}


def test_init_without_what_it_needs_says_what(tmp_path: Path) -> None:
    asked = trellis(tmp_path / "data", "init")

    assert asked.returncode == 1
    assert "trellis: Please give the organisation a name" in asked.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(installation: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "trellis.cli.main", "serve", "--port", str(port), "--workers", "1"],
        env=environment(installation), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield process, f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=90)


def answer(address: str, seconds: float = 90) -> int:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                return int(response.status)
        except URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def children_of(number: int) -> set[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    direct = {child for child, parent in pairs if parent == number}
    return direct | {grandchild for child in direct for grandchild in children_of(child)}


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_pages_and_worker_are_served_together_and_ctrl_c_stops_both(
    served: tuple["subprocess.Popen[bytes]", str],
) -> None:
    process, address = served
    status = answer(f"{address}/health")
    family = children_of(process.pid)

    process.send_signal(signal.SIGINT)

    assert process.wait(timeout=90) == 0
    assert status == 200
    assert len(family) == 3  # gunicorn, its one worker, and ours
    assert [number for number in family if alive(number)] == []


def test_a_part_that_dies_stops_the_whole_so_that_a_supervisor_sees_it(
    served: tuple["subprocess.Popen[bytes]", str],
) -> None:
    process, address = served
    answer(f"{address}/health")
    worker = max(
        children_of(process.pid) - {number for child in children_of(process.pid) for number in children_of(child)}
    )

    os.kill(worker, signal.SIGKILL)

    assert process.wait(timeout=90) == 1


def test_a_serve_that_is_killed_outright_leaves_nobody_behind(
    served: tuple["subprocess.Popen[bytes]", str],
) -> None:
    process, address = served
    answer(f"{address}/health")
    family = children_of(process.pid)

    process.kill()

    assert len(family) == 3
    end = time.monotonic() + 90
    while any(alive(number) for number in family) and time.monotonic() < end:
        time.sleep(0.1)
    assert [number for number in family if alive(number)] == []


def test_a_taken_port_is_refused_with_a_cure(installation: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = trellis(installation, "serve", "--port", str(port))

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"trellis: port {port} on 127.0.0.1 is taken.",
        "  Choose another with --port.",
    ]


def test_a_worker_stops_when_asked(installation: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "trellis.cli.main", "worker"], env=environment(installation), text=True,
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stderr is not None
    started = process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    code = process.wait(timeout=90)
    process.stderr.close()

    assert started == "The worker runs 2 jobs at a time. Ctrl-C stops it.\n"
    assert code == 0
