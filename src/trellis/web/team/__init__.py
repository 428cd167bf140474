"""For people managers: which of their reports take part, and nothing more."""
