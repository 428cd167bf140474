"""Mentoring on one page for executives: counts of groups, never of persons."""
