"""Organisations, accounts, the directory of people, organisation-wide roles, consent.

Not for: who takes part in what (programmes) or who talks to whom (mentorships).
"""
