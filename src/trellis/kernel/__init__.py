"""What every floor stands on: tenancy, clock, audit, events, jobs, field encryption, errors.

No words of mentoring in here: a table that knows what a mentee is belongs higher up.
"""
