"""The scores of a case on disk, handed to every peer for nothing: rows of int32, 0 where a pair is forbidden."""

import json
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.matching.cases import SCORES, Case


@dataclass(frozen=True)
class Facts:
    """What a peer may know besides the scores. ``bonus``: worth of a mentee's first mentor, so that most matched
    comes before the highest total."""

    wants: tuple[int, ...]
    places: tuple[int, ...]

    @property
    def bonus(self) -> int:
        return 2 * SCORES * min(sum(self.wants), sum(self.places)) + 1


def file_of(case: Case, folder: Path) -> Path:
    return folder / f"{case.name}.scores"


def facts_of(case: Case, folder: Path) -> Facts:
    stored = json.loads((folder / f"{case.name}.json").read_text())
    return Facts(tuple(stored["wants"]), tuple(stored["places"]))


def store_facts(case: Case, folder: Path, facts: Facts) -> None:
    stored = {"wants": facts.wants, "places": facts.places}
    (folder / f"{case.name}.json").write_text(json.dumps(stored))


def plain_rows(case: Case, folder: Path) -> list[list[int]]:
    """For environments without NumPy, and for peers that want lists."""
    flat: array[int] = array("i")
    with file_of(case, folder).open("rb") as source:
        flat.fromfile(source, case.pairs)
    return [flat[start : start + case.mentors].tolist() for start in range(0, case.pairs, case.mentors)]


def outcome(pairs: Any, score: Any) -> dict[str, int]:
    """What was reached: mentees with somebody, and the total score. Forbidden pairs count as no pair."""
    kept = [(mentee, int(score(mentee, mentor))) for mentee, mentor in pairs]
    return {
        "matched": len({mentee for mentee, worth in kept if worth}),
        "total": sum(worth for _, worth in kept),
    }
