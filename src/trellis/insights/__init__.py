"""Figures and lists for those who run a programme: read from every floor below, written by none."""
