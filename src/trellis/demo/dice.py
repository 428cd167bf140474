"""The chances of a believable world: the same ones every time, and no secrets."""

import random


def dice_of(subject: str | int) -> random.Random:
    """Dice of its own for each subject, so that what is added to one leaves the rest of the world as it is."""
    return random.Random(subject)  # noqa: S311  # nobody has to be unable to guess them
