"""Pages: one folder per area. A view finds, checks, parses, calls one action or query, and answers."""
