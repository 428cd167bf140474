"""`matching`: stable matching by HospitalResident. Another goal than ours: what it loses of the total is shown."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matching.games import HospitalResident

from tests.bench.matching.cases import Case
from tests.bench.matching.scores import facts_of, file_of, outcome

DEPTH = 1_000_000  # it copies its players with deepcopy, which overflows the usual depth at 100 people


def preferences(scores: Any, mine: str, theirs: str) -> dict[str, list[str]]:
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = {
        f"{mine}{row}": [f"{theirs}{column}" for column in order[row] if scores[row, column]]
        for row in range(len(scores))
    }
    return {name: names for name, names in ranked.items() if names}


def prepare(runner: str, case: Case, folder: Path) -> Callable[[], tuple[Any, Any]]:
    sys.setrecursionlimit(DEPTH)
    facts = facts_of(case, folder)
    scores = np.fromfile(file_of(case, folder), np.int32).reshape(case.mentees, case.mentors)
    mentees, mentors = preferences(scores, "e", "o"), preferences(scores.T, "o", "e")
    places = {f"o{column}": count for column, count in enumerate(facts.places) if f"o{column}" in mentors}

    def work() -> Any:
        return HospitalResident.create_from_dictionaries(mentees, mentors, places).solve(optimal="resident")

    def read(answer: Any) -> dict[str, int]:
        pairs = [(int(str(one)[1:]), int(str(mentor)[1:])) for mentor, ones in answer.items() for one in ones]
        return outcome(pairs, lambda mentee, mentor: scores[mentee, mentor])

    return lambda: (work, read)
