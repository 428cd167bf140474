"""The first page: the one next step, and what is going on around it."""
