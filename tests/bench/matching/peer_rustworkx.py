"""Pairs within one side by rustworkx."""

from pathlib import Path
from typing import Any

import rustworkx

from tests.bench.matching.cases import Case
from tests.bench.matching.given import Fresh, Side


def prepare(runner: str, case: Case, folder: Path) -> Fresh:
    side = Side(case, folder)
    graph: Any = rustworkx.PyGraph()
    graph.add_nodes_from(range(side.count))
    graph.add_edges_from(side.edges)
    return lambda: (lambda: rustworkx.max_weight_matching(graph, weight_fn=int), side.reached)
