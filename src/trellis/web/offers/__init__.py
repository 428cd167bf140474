"""A match offer, for either of the two people in it."""
