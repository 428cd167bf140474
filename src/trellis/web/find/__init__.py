"""Finding a mentor: suggestions with reasons, the directory, wishes, and asking."""
