"""Matching rounds for those who run a programme: start, review, publish, take back."""
