"""Finding a mentor, or a mentee: suggestions with reasons, the directory, wishes, and asking."""
