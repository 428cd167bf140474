"""One rule for figures that are read by somebody who may know groups but no single person: trust.md 0(d)."""

LEAST = 5  # nobody can lower it


def too_small(*counts: int) -> bool:
    """Whether any of the groups has somebody in it, but fewer than five. A table with one such cell is hidden whole.

    Give the remainders as well: what is left of a total that is shown can be worked out by taking away.
    """
    return any(0 < count < LEAST for count in counts)
