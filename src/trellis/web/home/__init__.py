"""Home: one next step, and what surrounds it."""
