"""Compile every loop once, so that nobody waits for it later: ``python -m trellis_engine.matching.warm``.

The compiled code is kept on disk; a second call finds it there and is done at once.
"""

import os
import sys
import time
from importlib.util import find_spec

from trellis_engine.matching.kernels import CHOICE, COMPILED, READY
from trellis_engine.matching.live import Live
from trellis_engine.matching.peer_plan import crowd_pool
from trellis_engine.matching.peers import solve_peers
from trellis_engine.matching.people import Participant, Pool, Taxonomy
from trellis_engine.matching.proofs import certificate, verify
from trellis_engine.matching.rotation import rotate
from trellis_engine.matching.settings import OBJECTIVES, Settings
from trellis_engine.matching.solve import solve

WEIGHTS = {"skill_coverage": 30, "goal_fit": 20, "availability": 20, "mutual_preference": 20, "balance": 10}


def warm() -> None:
    """Solve a tiny round for every objective, and check it."""
    words = Taxonomy(related={"speaking": frozenset({"writing"})}, phrases={"speaking": "speaking"})
    sides = (
        tuple(
            Participant(
                f"{side}{n}", skills=(("speaking", n + 1),), goal="speaking", availability=frozenset({"Mon am"})
            )
            for n in range(3)
        )
        for side in "eo"
    )
    pool = Pool(*sides)
    for objective in OBJECTIVES:
        settings = Settings(weights=WEIGHTS, objective=objective)
        verify(certificate(solve(pool, settings, words, "salt")), pool, settings, words)
    live = Live(pool, Settings(weights=WEIGHTS), words, "salt")
    live.pin("e0", "o0")
    live.forcings("e1")
    rotate(pool, Settings(weights=WEIGHTS), words, "salt", 2)
    solve_peers(crowd_pool(pool.mentees), Settings(weights=WEIGHTS), words, "salt")


def main() -> None:
    if find_spec("numba") is None:
        print("numba is missing: matching works, large rounds slowly.")  # noqa: T201  # a command's output
        return
    if not COMPILED:  # begin again as somebody who compiles, in the same process: whoever stops it stops the work
        words = [sys.executable, "-m", __spec__.name]
        os.execve(sys.executable, words, {**os.environ, CHOICE: "compile"})  # noqa: S606  # our own words
    start = time.perf_counter()
    warm()
    READY.touch()
    print(f"Matching is ready ({time.perf_counter() - start:.1f} s).")  # noqa: T201  # a command's output


if __name__ == "__main__":
    main()
