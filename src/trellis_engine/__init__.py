"""The engine: pure calculation for mentoring, free of Django, files, clock and global chance.
Facts in, decisions out, as frozen dataclasses; ``trellis`` adapts it to the database."""
