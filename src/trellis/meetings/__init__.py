"""Meetings: planned, held, confirmed by each side."""
