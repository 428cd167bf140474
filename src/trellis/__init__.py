"""Trellis: self-hosted career mentoring. One app per subject, stacked in floors; see docs/explanation."""
