"""Instruments and packs of questions, and what a person answered or declined. Knows people, not mentorships."""
