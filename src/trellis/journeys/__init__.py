"""A mentorship's way through the eight stages: tasks, review, reflection, closure, certificate."""
