"""A programme: its template, settings, stages, questions, roles, targets, and who is enrolled in it."""
