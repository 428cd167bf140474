"""What the checker asks of all pairs. It shares the scorer with the solver, and nothing else."""

import numpy as np
import numpy.typing as npt

from trellis_engine.matching.kernels import compiled
from trellis_engine.matching.kernels.scores import LOWEST, TILE, Bench, Terms, lowest_points, score_tile

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Codes = npt.NDArray[np.uint32]


@compiled
def best_rows(terms: Terms, bench: Bench, start: int, stop: int, closed: Codes, first: Ints, best: Small) -> None:
    """best[set, first[row]:first[row + 1]] = the row's best scores among the columns that are not closed in each set,
    greatest first, as many as there is room for; 0 where there are no more."""
    columns, base = closed.shape[1], np.int32(lowest_points(terms, 0))
    for chosen in range(len(closed)):
        best[chosen, first[start] : first[stop]] = -1
    for left in range(0, columns, TILE):
        right = min(left + TILE, columns)
        for row in range(start, stop):
            if first[row] == first[row + 1]:
                continue
            score_tile(terms, row, left, right, bench)
            for chosen in range(len(closed)):
                _keep_best(bench.score, closed[chosen, left:right], best[chosen, first[row] : first[row + 1]])
    for chosen in range(len(closed)):
        for at in range(first[start], first[stop]):
            best[chosen, at] = max(best[chosen, at], 1) if best[chosen, at] >= base else 0


@compiled
def _keep_best(score: Small, shut: Codes, best: Small) -> None:
    """Keep the greatest scores of the tile in ``best``, greatest first."""
    top = np.int32(-1)
    for at in range(len(shut)):
        top = max(top, score[at] if shut[at] == 0 else np.int32(-1))
    if top <= best[-1]:
        return
    if len(best) == 1:
        best[0] = top
        return
    for at in range(len(shut)):
        if score[at] <= best[-1] or shut[at] != 0:
            continue
        place = len(best) - 1
        while place > 0 and best[place - 1] < score[at]:
            best[place] = best[place - 1]
            place -= 1
        best[place] = score[at]


@compiled
def bound_rows(
    terms: Terms, bench: Bench, start: int, stop: int, price: Ints, least: Small, wants: Ints, bonus: Ints,
    closed: Codes, plan_first: Ints, plan_column: Small, plan_score: Ints,
) -> int:  # fmt: skip
    """The rows' part of the upper bound that ``price`` gives.

    A row takes at most ``wants`` open columns of at least ``least``, worth their score and what a standing pair is
    worth more, less their price; the first of them also earns ``bonus``. Fills ``plan_score`` with the score of each
    pair that the plan names.
    """
    columns, total = len(price), 0
    most = 1
    for row in range(start, stop):
        most = max(most, wants[row])
    best = np.empty((stop - start, most), np.int64)
    best[:] = LOWEST
    for left in range(0, columns, TILE):
        right = min(left + TILE, columns)
        for row in range(start, stop):
            score_tile(terms, row, left, right, bench)
            for at in range(plan_first[row], plan_first[row + 1]):
                if left <= plan_column[at] < right:
                    points = bench.score[plan_column[at] - left]
                    plan_score[at] = max(points, 1) if points >= lowest_points(terms, 0) else 0
            if wants[row] > 0:
                _take_best(
                    terms, bench.score, row, left, price[left:right], closed[left:right], least[row],
                    best[row - start, : wants[row]],
                )  # fmt: skip
    for row in range(start, stop):
        gain = bonus[row]
        for place in range(wants[row]):
            margin = best[row - start, place]
            if margin == LOWEST or margin + gain <= 0:
                break
            total += margin + gain
            gain = 0
    return total


@compiled
def _take_best(
    terms: Terms, score: Small, row: int, left: int, price: Ints, closed: Codes, least: int, best: Ints
) -> None:
    """Keep the greatest margins of the tile in ``best``, greatest first."""
    kept_first, kept_last = terms.kept.first[row], terms.kept.first[row + 1]
    most_kept = 0
    for at in range(kept_first, kept_last):
        most_kept = max(most_kept, terms.kept.points[at])
    lowest, worst = lowest_points(terms, least), best[-1] - most_kept
    for column in range(len(price)):
        if score[column] - price[column] < worst or score[column] < lowest or closed[column] != 0:
            continue
        margin = max(score[column], 1) - price[column]
        for at in range(kept_first, kept_last):
            if terms.kept.column[at] == left + column:
                margin += terms.kept.points[at]
        if margin <= best[-1]:
            continue
        place = len(best) - 1
        while place > 0 and best[place - 1] < margin:
            best[place] = best[place - 1]
            place -= 1
        best[place] = margin
        worst = best[-1] - most_kept
