"""Formulas behind the figures: facts in, figures and signals out. No clock, no database, no words."""

from trellis_engine.measures.health import FIRST_MEETING_DAYS, Health, PairFacts, Signal, health, signals

__all__ = ["FIRST_MEETING_DAYS", "Health", "PairFacts", "Signal", "health", "signals"]
