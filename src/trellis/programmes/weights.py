"""Whole-number weights that sum to 100. Pure."""

from collections.abc import Mapping

from trellis.programmes.checks import TOTAL


def evened_out(weights: Mapping[str, int]) -> dict[str, int]:
    """The same weights in the same proportions, as whole numbers that sum to 100.

    Largest remainder (Hamilton's method); between equal remainders the larger weight goes first, then the earlier one.
    Nothing given anywhere becomes the same for all, as nearly as whole numbers allow.
    """
    given = dict(weights) if any(weights.values()) else dict.fromkeys(weights, 1)
    total = sum(given.values())
    found = {name: weight * TOTAL // total for name, weight in given.items()}
    by_remainder = sorted(given, key=lambda name: (-(given[name] * TOTAL % total), -given[name]))
    for name in by_remainder[: TOTAL - sum(found.values())]:
        found[name] += 1
    return found
