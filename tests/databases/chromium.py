"""Finds a Chromium for the browser tests, or installs one with the system's own package manager where that is possible.

    python -m tests.databases.chromium

Without one the browser tests are skipped, and this says so loudly.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
LOUD = """
********************************************************************************
*  NO CHROMIUM FOUND: THE BROWSER TESTS ARE SKIPPED. THIS IS NOT A FULL TEST.  *
*  Install Chromium, or set TRELLIS_CHROMIUM to its path, and run again.       *
********************************************************************************
"""


def chromium() -> str | None:
    """The path of a Chromium or Chrome, if there is one."""
    named = os.environ.get("TRELLIS_CHROMIUM")
    if named:
        return named
    return next(filter(None, map(shutil.which, NAMES)), str(MAC) if MAC.exists() else None)


def _install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], check=False, env=environment, **quiet)
        subprocess.run(["apt-get", "install", "-q", "-y", "chromium"], check=False, env=environment, **quiet)
    elif shutil.which("brew"):
        subprocess.run(["brew", "install", "--cask", "chromium"], check=False)


def main() -> int:
    if chromium() is None:
        _install()
    found = chromium()
    print(f"Browser tests use {found}" if found else LOUD, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
