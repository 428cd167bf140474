"""Reads across subjects for those who run or lead: states, dates and counts, never content."""
