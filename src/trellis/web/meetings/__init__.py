"""Meetings of one's own pairs: the list, one meeting, planning, logging, the calendar file."""
