"""Many pairs as single numbers (row x columns + column), and what is asked of them.

NumPy's own answers make a table of hashes, which takes longer than to order the numbers.
"""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def among(ascending: Ints, codes: Ints) -> Flags:
    """Which of the codes are in the other list."""
    if not len(ascending):
        return np.zeros(len(codes), bool)
    at = np.minimum(np.searchsorted(ascending, codes), len(ascending) - 1)
    found: Flags = ascending[at] == codes
    return found


def distinct(numbers: npt.NDArray[np.integer]) -> Ints:
    """Each number once, ascending."""
    ordered = np.sort(numbers).astype(np.int64)
    found: Ints = ordered[np.diff(ordered, prepend=ordered[:1] - 1) > 0]
    return found
