"""One scoring pass over all pairs. Follows the engine: its compiled pass where it has one, NumPy blocks otherwise."""

from trellis_engine.matching.score import Scorer


def one_pass(scorer: Scorer) -> int:
    """Pairs scored."""
    count = 0
    for rows in scorer.row_blocks():
        scores, _ = scorer.judge(rows)
        count += scores.size
    return count
