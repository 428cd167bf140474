"""What peers are given, in the form they like best.

Each peer has a module of its own, so that none pays for another's memory. The clock covers handing it over and solving.
Places are copies of columns where a solver knows only one-to-one; a pair that is forbidden gains nothing, so that
nobody is forced.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.matching.cases import Case
from tests.bench.matching.scores import facts_of, file_of, outcome

Pairs = Iterable[tuple[int, int]]
Work = Callable[[], Any]
Reading = Callable[[Any], dict[str, int]]  # what the peer answered, as matched and total
Fresh = Callable[[], tuple[Work, Reading]]


class Grid:
    """The scores as a peer wants them."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.facts = facts_of(case, folder)
        self.scores = np.fromfile(file_of(case, folder), np.int32).reshape(case.mentees, case.mentors)
        self.column = np.repeat(np.arange(case.mentors), self.facts.places)  # of every place
        self.single = len(self.column) == case.mentors
        self.best = self.facts.bonus + int(self.scores.max(initial=0))

    def costs(self) -> Any:
        """Whole numbers in float64, exact below 2**53; 0 is best."""
        gains = np.where(self.scores > 0, self.scores + float(self.facts.bonus), 0.0)
        costs = self.best - gains
        return costs if self.single else np.ascontiguousarray(costs[:, self.column])

    def reached(self, pairs: Pairs) -> dict[str, int]:
        return outcome(pairs, lambda mentee, mentor: self.scores[mentee, mentor])

    def reached_places(self, rows: Any, places: Any) -> dict[str, int]:
        return self.reached((int(row), int(self.column[place])) for row, place in zip(rows, places, strict=True))


class Side:
    """Everybody's candidates as edges (person, person, weight), each once."""

    def __init__(self, case: Case, folder: Path) -> None:
        stored = json.loads((folder / f"{case.name}.edges").read_text())
        self.count: int = stored["count"]
        self.edges: list[tuple[int, int, int]] = [(a, b, weight) for a, b, weight in stored["edges"]]

    def reached(self, pairs: Pairs) -> dict[str, int]:
        weight = {(a, b): worth for a, b, worth in self.edges}
        chosen = [weight[min(pair), max(pair)] for pair in pairs]
        return {"matched": 2 * len(chosen), "total": sum(chosen)}
