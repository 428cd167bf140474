"""Telling a person something: the notice, its delivery by mail, and the log of both."""
