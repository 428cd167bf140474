"""Pairs within one side by networkx."""

from pathlib import Path

import networkx

from tests.bench.matching.cases import Case
from tests.bench.matching.given import Fresh, Side


def prepare(runner: str, case: Case, folder: Path) -> Fresh:
    side = Side(case, folder)
    graph = networkx.Graph()
    graph.add_weighted_edges_from(side.edges)
    return lambda: (lambda: networkx.max_weight_matching(graph), side.reached)
